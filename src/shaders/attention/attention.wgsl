// Causal grouped-query attention with an online softmax: one invocation holds one query head in registers and walks the
// keys 0..its own position, or from where its document begins; no score leaves the registers. Saves lse for backward. D is a
// multiple of 4.
@group(0) @binding(0) var<storage, read> q: array<vec4f>; // [B*Tq, q_stride/4]
@group(0) @binding(1) var<storage, read> k: array<vec4f>; // [B*Tk, k_stride/4]
@group(0) @binding(2) var<storage, read> v: array<vec4f>; // [B*Tk, v_stride/4]
@group(0) @binding(3) var<storage, read> documents: array<u32>; // [B*Tq]: first token of the token's document, within its row
@group(0) @binding(4) var<uniform> step: Step;
@group(0) @binding(5) var<storage, read_write> o: array<vec4f>; // [B*Tq, H*D/4]
@group(0) @binding(6) var<storage, read_write> lse: array<f32>; // [B*Tq, H]
@group(0) @binding(7) var<uniform> params: Params;

@compute @workgroup_size(64)
fn attention(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x + id.y * GRID_WIDTH;
  if (i >= params.batch * params.t_q * params.heads) { return; }
  // Neighbouring invocations walk neighbouring rows of one head: equal work side by side.
  let rows = params.batch * params.t_q;
  let head = i / rows;
  let row = i - head * rows;
  let b = row / params.t_q;
  let last = min(step.position + row - b * params.t_q, params.t_k - 1u);
  let kv_head = head / (params.heads / params.kv_heads);
  let q_at = (row * params.q_stride + params.q_offset + head * D) / 4u;
  var qr: array<vec4f, D4>;
  var acc: array<vec4f, D4>;
  for (var j = 0u; j < D4; j++) {
    qr[j] = q[q_at + j] * params.scale;
    acc[j] = vec4f(0.0);
  }
  var m = -1e30;
  var sum = 0.0;
  var first = 0u;
  if (HAS_DOCUMENTS == 1u) { first = documents[row]; }
  for (var t = first_seen(first, last); t <= last; t++) {
    let key = b * params.t_k + t;
    let k_at = (key * params.k_stride + params.k_offset + kv_head * D) / 4u;
    let v_at = (key * params.v_stride + params.v_offset + kv_head * D) / 4u;
    var s4 = vec4f(0.0);
    for (var j = 0u; j < D4; j++) { s4 += qr[j] * k[k_at + j]; }
    let s = (s4.x + s4.y) + (s4.z + s4.w);
    let m1 = max(m, s);
    let shrink = exp(max(m - m1, -80.0));
    let p = exp(max(s - m1, -80.0));
    sum = sum * shrink + p;
    var weight = p;
    if (HAS_DROPOUT == 1u) { weight *= kept(row, head, t, step.seed); }
    for (var j = 0u; j < D4; j++) { acc[j] = acc[j] * shrink + v[v_at + j] * weight; }
    m = m1;
  }
  let o_at = (row * params.heads + head) * D4;
  for (var j = 0u; j < D4; j++) { o[o_at + j] = acc[j] / sum; }
  lse[row * params.heads + head] = m + log(sum);
}
