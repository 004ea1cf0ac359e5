// swiglu and lora_down of what it gives in one dispatch: h = silu(gate) up and u = drop(h) A^T. One workgroup of 128 a block of 4 rows by 4
// columns of one adapter; each takes all of the rows' gates for itself and writes a share of h's columns.
// The array comes first: a uniform block wants it at a multiple of 16 bytes.
struct Params {
  segments: array<Segment, 4>,
  n: u32, k: u32, ru: u32, count: u32, stream: u32, rate: f32,
}
@group(0) @binding(0) var<storage, read> gu: array<vec4f>; // [N, 2K / 4]
@group(0) @binding(1) var<storage, read> adapter: array<vec4f>;
@group(0) @binding(2) var<uniform> step: Step;
@group(0) @binding(3) var<storage, read_write> h: array<vec4f>; // [N, K / 4]
@group(0) @binding(4) var<storage, read_write> u: array<f32>; // [N, RU]
@group(0) @binding(5) var<uniform> params: Params;

fn gates(rows: vec4u, p: u32, width: u32) -> Gates {
  let a = 2u * rows + p;
  let b = a + width;
  return Gates(mat4x4f(gu[a.x], gu[a.y], gu[a.z], gu[a.w]), mat4x4f(gu[b.x], gu[b.y], gu[b.z], gu[b.w]));
}

// They stand where they stood.
fn keep(g: Gates, rows: vec4u, p: u32, width: u32, count: u32) {}

@compute @workgroup_size(128)
fn lora_down_gated(
  @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
) {
  down_gated(group, groups, lane);
}
