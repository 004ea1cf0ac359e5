// lora_down_gated where gate and up are parts of a split sum: each workgroup adds up all of its rows' for itself, always in the same order, and
// writes a share of the columns of the sums and of h.
// The array comes first: a uniform block wants it at a multiple of 16 bytes.
struct Params {
  segments: array<Segment, 4>,
  n: u32, k: u32, ru: u32, count: u32, stream: u32, rate: f32, terms: u32,
}
@group(0) @binding(0) var<storage, read> parts: array<vec4f>; // [TERMS, N, 2K / 4]
@group(0) @binding(1) var<storage, read> adapter: array<vec4f>;
@group(0) @binding(2) var<uniform> step: Step;
@group(0) @binding(3) var<storage, read_write> gu: array<vec4f>; // [N, 2K / 4]
@group(0) @binding(4) var<storage, read_write> h: array<vec4f>; // [N, K / 4]
@group(0) @binding(5) var<storage, read_write> u: array<f32>; // [N, RU]
@group(0) @binding(6) var<uniform> params: Params;

fn gates(rows: vec4u, p: u32, width: u32) -> Gates {
  var sums: Gates;
  for (var part = 0u; part < params.terms; part++) {
    let a = 2u * (rows + part * params.n * width) + p;
    let b = a + width;
    sums.gate += mat4x4f(parts[a.x], parts[a.y], parts[a.z], parts[a.w]);
    sums.up += mat4x4f(parts[b.x], parts[b.y], parts[b.z], parts[b.w]);
  }
  return sums;
}

// Of the first `count` rows.
fn keep(g: Gates, rows: vec4u, p: u32, width: u32, count: u32) {
  for (var i = 0u; i < 4u; i++) {
    if (i < count) {
      let a = 2u * rows[i] + p;
      gu[a] = g.gate[i];
      gu[a + width] = g.up[i];
    }
  }
}

@compute @workgroup_size(128)
fn lora_down_gated_parts(
  @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
) {
  down_gated(group, groups, lane);
}
