// dk and dv of one key of one kv head an invocation: walks the query heads of its group and the queries from its own
// position to the end of its row or document, in fixed order. dqkv receives k's and v's columns only. D is a multiple of 4.
@group(0) @binding(0) var<storage, read> qkv: array<vec4f>; // [N, stride/4]
@group(0) @binding(1) var<storage, read> lse: array<f32>; // [N, H]
@group(0) @binding(2) var<storage, read> d_o: array<vec4f>; // [N, H*D/4]
@group(0) @binding(3) var<storage, read> delta: array<f32>; // [N, H]
@group(0) @binding(4) var<storage, read> documents: array<u32>; // [N]: first token of the token's document, within its row
@group(0) @binding(5) var<uniform> step: Step;
@group(0) @binding(6) var<storage, read_write> dqkv: array<vec4f>; // [N, stride/4]
@group(0) @binding(7) var<uniform> params: Params;

@compute @workgroup_size(64)
fn attention_backward_kv(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x + id.y * GRID_WIDTH;
  let rows = params.batch * params.t_k;
  if (i >= rows * params.kv_heads) { return; }
  let kv_head = i / rows;
  let row = i - kv_head * rows;
  let b = row / params.t_k;
  let group = params.heads / params.kv_heads;
  let k_at = (row * params.k_stride + params.k_offset + kv_head * D) / 4u;
  let v_at = (row * params.v_stride + params.v_offset + kv_head * D) / 4u;
  var kr: array<vec4f, D4>;
  var vr: array<vec4f, D4>;
  var dk: array<vec4f, D4>;
  var dv: array<vec4f, D4>;
  for (var j = 0u; j < D4; j++) {
    kr[j] = qkv[k_at + j] * params.scale;
    vr[j] = qkv[v_at + j];
    dk[j] = vec4f(0.0);
    dv[j] = vec4f(0.0);
  }
  var end = (b + 1u) * params.t_q;
  if (params.window > 0u) { end = min(end, row + params.window); }
  for (var g = 0u; g < group; g++) {
    let head = kv_head * group + g;
    for (var query = row; query < end; query++) {
      if (HAS_DOCUMENTS == 1u && documents[query] != documents[row]) { break; }
      let q_at = (query * params.q_stride + params.q_offset + head * D) / 4u;
      let o_at = (query * params.heads + head) * D4;
      var s4 = vec4f(0.0);
      var p4 = vec4f(0.0);
      for (var j = 0u; j < D4; j++) {
        s4 += qkv[q_at + j] * kr[j];
        p4 += d_o[o_at + j] * vr[j];
      }
      let at = query * params.heads + head;
      let p = exp(clamp((s4.x + s4.y) + (s4.z + s4.w) - lse[at], -80.0, 0.0));
      var keep = 1.0;
      if (HAS_DROPOUT == 1u) { keep = kept(query, head, row - b * params.t_k, step.seed); }
      let ds = p * (((p4.x + p4.y) + (p4.z + p4.w)) * keep - delta[at]) * params.scale;
      for (var j = 0u; j < D4; j++) {
        dv[j] += d_o[o_at + j] * p * keep;
        dk[j] += qkv[q_at + j] * ds;
      }
    }
  }
  for (var j = 0u; j < D4; j++) {
    dqkv[k_at + j] = dk[j];
    dqkv[v_at + j] = dv[j];
  }
}
