// Decodes one linear group to a scratch matrix for `matmul`, with the adapter's rows after the weights.
// Forward (TRANSPOSED 1): [K + RU, OUT], rows K.. hold scale_j B_j^T, zero outside the member's columns; an invocation
// decodes 4 by 4 and writes four vectors. Backward (TRANSPOSED 0): [OUT + RU, K], rows OUT.. hold A_j; one vector each.
// K, OUT and the members' widths are multiples of 4.
@group(0) @binding(0) var<storage, read> w: array<u32>;
@group(0) @binding(1) var<storage, read> w_scales: array<u32>;
@group(0) @binding(2) var<storage, read> adapter: array<f32>;
@group(0) @binding(3) var<storage, read_write> scratch: array<vec4f>;
@group(0) @binding(4) var<uniform> params: Params;

fn decode_block(row4: u32, column4: u32, out4: u32) {
  let k = row4 * 4u;
  let o = column4 * 4u;
  let j = segment_of_row(o);
  let s = params.segments[j];
  let first = (o - s.start) * params.k + k;
  let columns = transpose(mat4x4f(
    weights4(j, s.first_block, first),
    weights4(j, s.first_block, first + params.k),
    weights4(j, s.first_block, first + 2u * params.k),
    weights4(j, s.first_block, first + 3u * params.k)));
  let at = k * out4 + column4;
  scratch[at] = columns[0];
  scratch[at + out4] = columns[1];
  scratch[at + 2u * out4] = columns[2];
  scratch[at + 3u * out4] = columns[3];
}

fn adapter4(c: u32, column: u32) -> vec4f {
  return vec4f(adapter_at(c, column), adapter_at(c, column + 1u), adapter_at(c, column + 2u), adapter_at(c, column + 3u));
}

@compute @workgroup_size(64)
fn dequantize(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x + id.y * GRID_WIDTH;
  if (TRANSPOSED == 1u) {
    let out4 = params.out / 4u;
    let row = i / out4;
    let column = i - row * out4;
    if (row < params.k / 4u) {
      decode_block(row, column, out4);
    } else if (row < params.k / 4u + params.ru) {
      let c = row - params.k / 4u;
      scratch[(params.k + c) * out4 + column] = adapter4(c, column * 4u);
    }
    return;
  }
  let k4 = params.k / 4u;
  let row = i / k4;
  let column = (i - row * k4) * 4u;
  if (row < params.out) {
    let j = segment_of_row(row);
    let s = params.segments[j];
    scratch[i] = weights4(j, s.first_block, (row - s.start) * params.k + column);
  } else if (row < params.out + params.ru) {
    scratch[i] = adapter4(row - params.out, column);
  }
}
