// The table of a group that trained vectors scale: c[o] = l[o] where a member has a vector (its scale is then not 0), else 1; n[o] = 1. One invocation a column.
// The array comes first: a uniform block wants it at a multiple of 16 bytes.
struct Params { segments: array<Segment, 4>, out: u32, count: u32 }
@group(0) @binding(0) var<storage, read> adapter: array<f32>;
@group(0) @binding(1) var<storage, read_write> table: array<f32>; // [2, OUT]: c, n
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(64)
fn vector_table(@builtin(global_invocation_id) id: vec3u) {
  let o = id.x;
  if (o >= params.out) { return; }
  let s = params.segments[segment_of(o)];
  table[params.out + o] = 1.0;
  if (s.scale == 0.0) { table[o] = 1.0; } else { table[o] = adapter[s.a_offset + o - s.start]; }
}
