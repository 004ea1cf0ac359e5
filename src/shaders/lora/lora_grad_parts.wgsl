// lora_grad_workgroup and linear_parts in one dispatch, neither of which waits for the other: dA and dB of a group, and the parts of a product
// added up (+ residual), always in the same order. The first workgroups take a block of the gradients and a stretch of tokens each, those
// behind them 1024 numbers of the product.
// The array comes first: a uniform block wants it at a multiple of 16 bytes.
struct Params {
  segments: array<Segment, 4>,
  n: u32, k: u32, out: u32, ru: u32, count: u32, total: u32, splits: u32, stream: u32, rate: f32,
  blocks: u32, size: u32, terms: u32,
}
@group(0) @binding(0) var<storage, read> x: array<vec4f>; // [N, K / 4]
@group(0) @binding(1) var<storage, read> u: array<f32>; // [N, RU]
@group(0) @binding(2) var<storage, read> dy: array<vec4f>; // [N, OUT / 4]
@group(0) @binding(3) var<storage, read> du: array<f32>; // [N, RU]
@group(0) @binding(4) var<uniform> step: Step;
@group(0) @binding(5) var<storage, read_write> grads: array<f32>; // [S, total]
@group(0) @binding(6) var<storage, read> parts: array<vec4f>; // [TERMS, SIZE / 4]
@group(0) @binding(7) var<storage, read> residual: array<vec4f>; // [SIZE / 4]
@group(0) @binding(8) var<storage, read_write> y: array<vec4f>; // [SIZE / 4]
@group(0) @binding(9) var<uniform> params: Params;

@compute @workgroup_size(256)
fn lora_grad_parts(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let job = group.x + group.y * GROUPS_WIDE;
  let gradients = params.blocks * params.splits;
  if (job < gradients) {
    add_block(job % params.blocks, job / params.blocks, lane);
    return;
  }
  let i = (job - gradients) * 256u + lane;
  let size = params.size / 4u;
  if (i >= size) { return; }
  var sum = vec4f(0.0);
  if (HAS_RESIDUAL == 1u) { sum = residual[i]; }
  for (var part = 0u; part < params.terms; part++) { sum += parts[part * size + i]; }
  y[i] = sum;
}
