// Decodes one linear group to a scratch matrix for `matmul`, with the adapter's rows after the weights.
// Forward (TRANSPOSED 1): [K + RU, OUT], rows K.. hold scale_j B_j^T, zero outside the member's columns.
// Backward (TRANSPOSED 0): [OUT + RU, K], rows OUT.. hold A_j. One invocation an element.
// The array comes first: a uniform block wants it at a multiple of 16 bytes.
struct Params {
  segments: array<Segment, 4>,
  k: u32, out: u32, ru: u32, count: u32,
}
@group(0) @binding(0) var<storage, read> w: array<u32>;
@group(0) @binding(1) var<storage, read> w_scales: array<u32>;
@group(0) @binding(2) var<storage, read> adapter: array<f32>;
@group(0) @binding(3) var<storage, read_write> scratch: array<f32>;
@group(0) @binding(4) var<uniform> params: Params;

fn segment_of_row(o: u32) -> u32 {
  var j = 0u;
  for (; j + 1u < params.count; j++) {
    if (o < params.segments[j].end) { break; }
  }
  return j;
}

fn segment_of_column(c: u32) -> u32 {
  var j = 0u;
  for (; j + 1u < params.count; j++) {
    if (c < params.segments[j].u_column + params.segments[j].rank) { break; }
  }
  return j;
}

@compute @workgroup_size(64)
fn dequantize(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x + id.y * GRID_WIDTH;
  let width = select(params.k, params.out, TRANSPOSED == 1u);
  let height = select(params.out, params.k, TRANSPOSED == 1u);
  if (i >= (height + params.ru) * width) { return; }
  let row = i / width;
  let column = i - row * width;
  if (row < height) {
    let o = select(row, column, TRANSPOSED == 1u);
    let k = select(column, row, TRANSPOSED == 1u);
    let j = segment_of_row(o);
    let s = params.segments[j];
    scratch[i] = weight(j, s.first_block, (o - s.start) * params.k + k);
    return;
  }
  let c = row - height;
  let s = params.segments[segment_of_column(c)];
  if (TRANSPOSED == 1u) {
    var value = 0.0;
    if (column >= s.start && column < s.end) {
      value = s.scale * adapter[s.b_offset + (column - s.start) * s.rank + (c - s.u_column)];
    }
    scratch[i] = value;
  } else {
    scratch[i] = adapter[s.a_offset + (c - s.u_column) * params.k + column];
  }
}
