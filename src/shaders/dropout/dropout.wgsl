// y = x * dropout_scale, the mask by element index. One invocation an element.
struct Params { n: u32, stream: u32, rate: f32 }
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<uniform> step: Step;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(64)
fn dropout(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x + id.y * GRID_WIDTH;
  if (i >= params.n) { return; }
  y[i] = x[i] * dropout_scale(step.seed, params.stream, i, params.rate);
}
