// dx[n, k] += sum_j drop_j(n, k) sum_r du[n, c] A_j[r, k]: the adapters' share of dx where dropout stands between x and A.
// One invocation an element of dx. Without dropout the matmul carries this share.
// The array comes first: a uniform block wants it at a multiple of 16 bytes.
struct Params {
  segments: array<Segment, 4>,
  n: u32, k: u32, ru: u32, count: u32, stream: u32, rate: f32,
}
@group(0) @binding(0) var<storage, read> du: array<f32>; // [N, RU]
@group(0) @binding(1) var<storage, read> adapter: array<f32>;
@group(0) @binding(2) var<uniform> step: Step;
@group(0) @binding(3) var<storage, read_write> dx: array<f32>; // [N, K]
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(64)
fn lora_down_backward(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x + id.y * GRID_WIDTH;
  if (i >= params.n * params.k) { return; }
  let row = i / params.k;
  let column = i - row * params.k;
  var sum = dx[i];
  for (var j = 0u; j < params.count; j++) {
    let s = params.segments[j];
    var part = 0.0;
    for (var r = 0u; r < s.rank; r++) {
      part += du[row * params.ru + s.u_column + r] * adapter[s.a_offset + r * params.k + column];
    }
    sum += part * dropout_scale(step.seed, params.stream + j, i, params.rate);
  }
  dx[i] = sum;
}
