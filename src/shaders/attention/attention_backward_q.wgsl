// dq of one query head an invocation, and delta = sum(d_o * o), which the pass over keys needs. Probabilities are
// recomputed from lse. dqkv receives q's columns only. D is a multiple of 4.
@group(0) @binding(0) var<storage, read> qkv: array<vec4f>; // [N, stride/4]
@group(0) @binding(1) var<storage, read> o: array<vec4f>; // [N, H*D/4]
@group(0) @binding(2) var<storage, read> lse: array<f32>; // [N, H]
@group(0) @binding(3) var<storage, read> d_o: array<vec4f>; // [N, H*D/4]
@group(0) @binding(4) var<storage, read> documents: array<u32>; // [N]: first token of the token's document, within its row
@group(0) @binding(5) var<uniform> step: Step;
@group(0) @binding(6) var<storage, read_write> dqkv: array<vec4f>; // [N, stride/4]
@group(0) @binding(7) var<storage, read_write> delta: array<f32>; // [N, H]
@group(0) @binding(8) var<uniform> params: Params;

@compute @workgroup_size(64)
fn attention_backward_q(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x + id.y * GRID_WIDTH;
  if (i >= params.batch * params.t_q * params.heads) { return; }
  let rows = params.batch * params.t_q;
  let head = i / rows;
  let row = i - head * rows;
  let b = row / params.t_q;
  let last = row - b * params.t_q;
  let kv_head = head / (params.heads / params.kv_heads);
  let q_at = (row * params.q_stride + params.q_offset + head * D) / 4u;
  let o_at = (row * params.heads + head) * D4;
  var qr: array<vec4f, D4>;
  var dor: array<vec4f, D4>;
  var dq: array<vec4f, D4>;
  var d4 = vec4f(0.0);
  for (var j = 0u; j < D4; j++) {
    qr[j] = qkv[q_at + j] * params.scale;
    dor[j] = d_o[o_at + j];
    dq[j] = vec4f(0.0);
    d4 += dor[j] * o[o_at + j];
  }
  let d = (d4.x + d4.y) + (d4.z + d4.w);
  delta[row * params.heads + head] = d;
  let l = lse[row * params.heads + head];
  var first = 0u;
  if (HAS_DOCUMENTS == 1u) { first = documents[row]; }
  for (var t = first_seen(first, last); t <= last; t++) {
    let key = b * params.t_k + t;
    let k_at = (key * params.k_stride + params.k_offset + kv_head * D) / 4u;
    let v_at = (key * params.v_stride + params.v_offset + kv_head * D) / 4u;
    var s4 = vec4f(0.0);
    var p4 = vec4f(0.0);
    for (var j = 0u; j < D4; j++) {
      s4 += qr[j] * qkv[k_at + j];
      p4 += dor[j] * qkv[v_at + j];
    }
    let p = exp(clamp((s4.x + s4.y) + (s4.z + s4.w) - l, -80.0, 0.0));
    var dp = (p4.x + p4.y) + (p4.z + p4.w);
    if (HAS_DROPOUT == 1u) { dp *= kept(row, head, t, step.seed); }
    let ds = p * (dp - d) * params.scale;
    for (var j = 0u; j < D4; j++) { dq[j] += qkv[k_at + j] * ds; }
  }
  for (var j = 0u; j < D4; j++) { dqkv[q_at + j] = dq[j]; }
}
