// dm[o] += sum_n dy[n, o] z[n, o] / n[o]; with OWN_SCALE the vector is the scale and stands at A's place, where the scale is not 0. SLICES invocations a column
// over one of S fixed stretches of tokens; it adds to its own partial [S, total], as lora_grad does.
// The array comes first: a uniform block wants it at a multiple of 16 bytes.
struct Params { segments: array<Segment, 4>, n: u32, out: u32, count: u32, total: u32, splits: u32 }
@group(0) @binding(0) var<storage, read> z: array<f32>; // [N, OUT]
@group(0) @binding(1) var<storage, read> dy: array<f32>; // [N, OUT]
@group(0) @binding(2) var<storage, read> table: array<f32>; // [2, OUT]: c, n
@group(0) @binding(3) var<storage, read_write> grads: array<f32>; // [S, total]
@group(0) @binding(4) var<uniform> params: Params;

const LANES = COLUMNS * SLICES;
alias Sum = f32;
var<workgroup> partial: array<f32, LANES>;

@compute @workgroup_size(COLUMNS, SLICES)
fn scale_columns_grad(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let column = group.x * COLUMNS + local.x;
  let o = min(column, params.out - 1u);
  let s = params.segments[segment_of(o)];
  let share = (params.n + params.splits - 1u) / params.splits;
  let first = group.y * share;
  var sum = 0.0;
  for (var n = first + local.y; n < min(first + share, params.n); n += SLICES) { sum += dy[n * params.out + o] * z[n * params.out + o]; }
  let all = sliced(sum, local.x, local.y);
  if (column >= params.out || local.y > 0u) { return; }
  if (s.rank == 0u && (OWN_SCALE == 0u || s.scale == 0.0)) { return; }
  var m_offset = s.b_offset + ((s.end - s.start) * s.rank + 63u) / 64u * 64u;
  if (OWN_SCALE == 1u) { m_offset = s.a_offset; }
  grads[group.y * params.total + m_offset + (o - s.start)] += all / max(table[params.out + o], 1e-30);
}
