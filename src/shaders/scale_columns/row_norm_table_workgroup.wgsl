// row_norm_table for adapters with many lanes: one workgroup of LANES a row, and four columns of it at a time an invocation.
// The array comes first: a uniform block wants it at a multiple of 16 bytes.
struct Params { segments: array<Segment, 4>, k: u32, out: u32, count: u32 }
@group(0) @binding(0) var<storage, read> w: array<u32>;
@group(0) @binding(1) var<storage, read> w_scales: array<u32>;
@group(0) @binding(2) var<storage, read> adapter: array<f32>;
@group(0) @binding(3) var<storage, read_write> table: array<f32>; // [2, OUT]: c, n
@group(0) @binding(4) var<uniform> params: Params;

alias Sum = f32;
var<workgroup> partial: array<f32, LANES>;

@compute @workgroup_size(LANES)
fn row_norm_table_workgroup(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let o = group.x;
  let j = segment_of(o);
  let s = params.segments[j];
  let row = o - s.start;
  let last = params.k - 1u;
  var sums = vec4f(0.0);
  for (var first = 0u; first < params.k; first += 4u * LANES) {
    let i = vec4u(first + lane) + vec4u(0u, LANES, 2u * LANES, 3u * LANES);
    let c = min(i, vec4u(last));
    var delta = vec4f(0.0);
    for (var r = 0u; r < s.rank; r++) {
      let a = s.a_offset + r * params.k + c;
      delta += adapter[s.b_offset + row * s.rank + r] * vec4f(adapter[a.x], adapter[a.y], adapter[a.z], adapter[a.w]);
    }
    let at = row * params.k + c;
    let base = vec4f(
      weight(j, s.first_block, at.x), weight(j, s.first_block, at.y), weight(j, s.first_block, at.z), weight(j, s.first_block, at.w));
    let value = select(vec4f(0.0), base + s.scale * delta, i <= vec4u(last));
    sums += value * value;
  }
  let norm = sqrt(total((sums.x + sums.y) + (sums.z + sums.w), lane));
  if (lane > 0u) { return; }
  let m_offset = s.b_offset + ((s.end - s.start) * s.rank + 63u) / 64u * 64u;
  table[params.out + o] = norm;
  if (s.rank == 0u) { table[o] = 1.0; } else { table[o] = adapter[m_offset + row] / max(norm, 1e-30); }
}
