// Decodes one linear group to a scratch matrix for `matmul`, with the adapter's rows after the weights.
// Forward (TRANSPOSED 1): [K + RU, OUT], rows K.. hold scale_j B_j^T, zero outside the member's columns; an invocation
// decodes RUN blocks of 4 by 4 along K. Backward (TRANSPOSED 0): [OUT + RU, K], rows OUT.. hold A_j; the same blocks, written
// along K. OUT and the members' widths are multiples of 4, K of 4 RUN.
@group(0) @binding(0) var<storage, read> w: array<u32>;
@group(0) @binding(1) var<storage, read> w_scales: array<u32>;
@group(0) @binding(2) var<storage, read> adapter: array<f32>;
@group(0) @binding(3) var<storage, read_write> scratch: array<Stored4>;
@group(0) @binding(4) var<uniform> params: Params;

fn decode_block(j: u32, first_block: u32, element: u32, at: u32, out4: u32) {
  let columns = transpose(mat4x4f(
    weights4(j, first_block, element),
    weights4(j, first_block, element + params.k),
    weights4(j, first_block, element + 2u * params.k),
    weights4(j, first_block, element + 3u * params.k)));
  scratch[at] = Stored4(columns[0]);
  scratch[at + out4] = Stored4(columns[1]);
  scratch[at + 2u * out4] = Stored4(columns[2]);
  scratch[at + 3u * out4] = Stored4(columns[3]);
}

fn decode_rows(j: u32, first_block: u32, element: u32, at: u32, k4: u32) {
  scratch[at] = Stored4(weights4(j, first_block, element));
  scratch[at + k4] = Stored4(weights4(j, first_block, element + params.k));
  scratch[at + 2u * k4] = Stored4(weights4(j, first_block, element + 2u * params.k));
  scratch[at + 3u * k4] = Stored4(weights4(j, first_block, element + 3u * params.k));
}

fn adapter4(c: u32, column: u32) -> vec4f {
  return vec4f(adapter_at(c, column), adapter_at(c, column + 1u), adapter_at(c, column + 2u), adapter_at(c, column + 3u));
}

@compute @workgroup_size(64)
fn dequantize(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x + id.y * GRID_WIDTH;
  if (TRANSPOSED == 1u) {
    let out4 = params.out / 4u;
    let run = i / out4;
    let column = i - run * out4;
    let runs = params.k / (4u * RUN);
    if (run < runs) {
      let o = column * 4u;
      let j = segment_of(o);
      let s = params.segments[j];
      let k = run * 4u * RUN;
      let element = (o - s.start) * params.k + k;
      for (var r = 0u; r < RUN; r++) { decode_block(j, s.first_block, element + 4u * r, (k + 4u * r) * out4 + column, out4); }
    } else if (run < runs + params.ru) {
      let c = run - runs;
      scratch[(params.k + c) * out4 + column] = Stored4(adapter4(c, column * 4u));
    }
    return;
  }
  let k4 = params.k / 4u;
  let runs = k4 / RUN;
  let row = i / runs;
  let first = (i - row * runs) * RUN;
  let rows = params.out / 4u;
  if (row < rows) {
    let o = row * 4u;
    let j = segment_of(o);
    let s = params.segments[j];
    let element = (o - s.start) * params.k + first * 4u;
    let at = o * k4 + first;
    for (var r = 0u; r < RUN; r++) { decode_rows(j, s.first_block, element + 4u * r, at + r, k4); }
  } else if (row < rows + params.ru) {
    let c = row - rows;
    for (var r = 0u; r < RUN; r++) { scratch[(params.out + c) * k4 + first + r] = Stored4(adapter4(c, (first + r) * 4u)); }
  }
}
