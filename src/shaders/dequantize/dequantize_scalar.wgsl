// The same as dequantize.wgsl, one invocation an element: the variant for widths that are no multiple of 4.
@group(0) @binding(0) var<storage, read> w: array<u32>;
@group(0) @binding(1) var<storage, read> w_scales: array<u32>;
@group(0) @binding(2) var<storage, read> adapter: array<f32>;
@group(0) @binding(3) var<storage, read_write> scratch: array<f32>;
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(64)
fn dequantize_scalar(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x + id.y * GRID_WIDTH;
  let width = select(params.k, params.out, TRANSPOSED == 1u);
  let height = select(params.out, params.k, TRANSPOSED == 1u);
  if (i >= (height + params.ru) * width) { return; }
  let row = i / width;
  let column = i - row * width;
  if (row < height) {
    let o = select(row, column, TRANSPOSED == 1u);
    let k = select(column, row, TRANSPOSED == 1u);
    let j = segment_of(o);
    let s = params.segments[j];
    scratch[i] = weight(j, s.first_block, (o - s.start) * params.k + k);
    return;
  }
  scratch[i] = adapter_at(row - height, column);
}
