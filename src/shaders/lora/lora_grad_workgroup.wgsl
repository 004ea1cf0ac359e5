// lora_grad where all widths are multiples of 4: one workgroup of 256 a block of 32 wide columns by 4 columns of one adapter over one of S
// fixed stretches of tokens (add_block.wgsl).
// The array comes first: a uniform block wants it at a multiple of 16 bytes.
struct Params {
  segments: array<Segment, 4>,
  n: u32, k: u32, out: u32, ru: u32, count: u32, total: u32, splits: u32, stream: u32, rate: f32,
}
@group(0) @binding(0) var<storage, read> x: array<vec4f>; // [N, K / 4]
@group(0) @binding(1) var<storage, read> u: array<f32>; // [N, RU]
@group(0) @binding(2) var<storage, read> dy: array<vec4f>; // [N, OUT / 4]
@group(0) @binding(3) var<storage, read> du: array<f32>; // [N, RU]
@group(0) @binding(4) var<uniform> step: Step;
@group(0) @binding(5) var<storage, read_write> grads: array<f32>; // [S, total]
@group(0) @binding(6) var<uniform> params: Params;

@compute @workgroup_size(256)
fn lora_grad_workgroup(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  add_block(group.x, group.y, lane);
}
