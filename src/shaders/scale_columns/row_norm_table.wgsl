// Row norms of the adapted weights, n[o] = |W + s B A| over the inputs, and the factor c[o] = m[o] / n[o]; 1 where there is no
// adapter. One workgroup of 64 a row. m stands behind B in the adapter buffer, at the next multiple of 64.
// The array comes first: a uniform block wants it at a multiple of 16 bytes.
struct Params { segments: array<Segment, 4>, k: u32, out: u32, count: u32 }
@group(0) @binding(0) var<storage, read> w: array<u32>;
@group(0) @binding(1) var<storage, read> w_scales: array<u32>;
@group(0) @binding(2) var<storage, read> adapter: array<f32>;
@group(0) @binding(3) var<storage, read_write> table: array<f32>; // [2, OUT]: c, n
@group(0) @binding(4) var<uniform> params: Params;

var<workgroup> sums: array<f32, 64>;

@compute @workgroup_size(64)
fn row_norm_table(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let o = group.x;
  let j = segment_of(o);
  let s = params.segments[j];
  let row = o - s.start;
  var sum = 0.0;
  for (var i = local.x; i < params.k; i += 64u) {
    var delta = 0.0;
    for (var r = 0u; r < s.rank; r++) {
      delta += adapter[s.b_offset + row * s.rank + r] * adapter[s.a_offset + r * params.k + i];
    }
    let value = weight(j, s.first_block, row * params.k + i) + s.scale * delta;
    sum += value * value;
  }
  sums[local.x] = sum;
  workgroupBarrier();
  if (local.x > 0u) { return; }
  var total = 0.0;
  for (var i = 0u; i < 64u; i++) { total += sums[i]; }
  let norm = sqrt(total);
  let m_offset = s.b_offset + ((s.end - s.start) * s.rank + 63u) / 64u * 64u;
  table[params.out + o] = norm;
  if (s.rank == 0u) { table[o] = 1.0; } else { table[o] = adapter[m_offset + row] / max(norm, 1e-30); }
}
