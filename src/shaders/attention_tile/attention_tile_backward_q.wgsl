// dq in tiles, and delta = sum(d_o * o), which the pass over keys needs: a workgroup takes ROWS * 16 rows of one key/value head (a query
// and one head of its group, query-major) and walks tiles of 32 keys; probabilities are recomputed from lse. dqkv receives q's columns
// only. D is a multiple of 4.
@group(0) @binding(0) var<storage, read> qkv: array<vec4f>; // [N, stride/4]
@group(0) @binding(1) var<storage, read> o: array<vec4f>; // [N, H*D/4]
@group(0) @binding(2) var<storage, read> lse: array<f32>; // [N, H]
@group(0) @binding(3) var<storage, read> d_o: array<vec4f>; // [N, H*D/4]
@group(0) @binding(4) var<storage, read> documents: array<u32>; // [N]: first token of the token's document, within its row
@group(0) @binding(5) var<uniform> step: Step;
@group(0) @binding(6) var<storage, read_write> dqkv: array<vec4f>; // [N, stride/4]
@group(0) @binding(7) var<storage, read_write> delta: array<f32>; // [N, H]
@group(0) @binding(8) var<uniform> params: Params;

var<workgroup> shared_rows: array<array<f32, 8>, LEFT>; // [ROWS * 16]

@compute @workgroup_size(128)
fn attention_tile_backward_q(@builtin(workgroup_id) at: vec3u, @builtin(local_invocation_index) lane: u32) {
  let ty = lane / 8u;
  let tx = lane % 8u;
  let group = params.heads / params.kv_heads;
  let b = at.y / params.kv_heads;
  let kv_head = at.y - b * params.kv_heads;
  let rows = params.t_q * group;
  let first_row = at.x * ROWS * 16u;
  var q_at: array<u32, ROWS>;
  var o_at: array<u32, ROWS>;
  var first: array<u32, ROWS>;
  var last: array<u32, ROWS>;
  var l: array<f32, ROWS>;
  var d: array<f32, ROWS>;
  var dq: array<vec4f, SUMS>;
  for (var i = 0u; i < ROWS; i++) {
    // Rows past the end do the last one again and are not written.
    let one = min(first_row + i * 16u + ty, rows - 1u);
    let row = b * params.t_q + one / group;
    let head = kv_head * group + one % group;
    last[i] = one / group;
    var begins = 0u;
    if (HAS_DOCUMENTS == 1u) { begins = documents[row]; }
    first[i] = first_seen(begins, last[i]);
    q_at[i] = (row * params.q_stride + params.q_offset + head * D) / 4u;
    o_at[i] = row * params.heads + head;
    l[i] = lse[o_at[i]];
    var part = 0.0;
    for (var c = 0u; c < COLUMNS; c++) {
      let x = o_at[i] * D4 + c * 8u + tx;
      if (c * 8u + tx < D4) { part += dot(d_o[x], o[x]); }
    }
    shared_rows[i * 16u + ty][tx] = part;
  }
  workgroupBarrier();
  for (var i = 0u; i < ROWS; i++) {
    for (var j = 0u; j < 8u; j++) { d[i] += shared_rows[i * 16u + ty][j]; }
    if (tx == 0u && first_row + i * 16u + ty < rows) { delta[o_at[i]] = d[i]; }
  }
  let first_query = first_row / group;
  let last_key = (min(first_row + ROWS * 16u, rows) - 1u) / group;
  var document = 0u;
  if (HAS_DOCUMENTS == 1u) { document = documents[b * params.t_q + first_query]; }
  for (var tile = first_seen(document, first_query) / 32u; tile <= last_key / 32u; tile++) {
    var s: array<vec4f, ROWS>;
    var dp: array<vec4f, ROWS>;
    for (var i = 0u; i < ROWS; i++) {
      s[i] = vec4f(0.0);
      dp[i] = vec4f(0.0);
    }
    for (var c = 0u; c < params.vectors; c += 8u) {
      let x = min(c + tx, D4 - 1u);
      workgroupBarrier();
      for (var i = 0u; i < ROWS; i++) {
        left[i * 16u + ty][tx] = select(vec4f(0.0), qkv[q_at[i] + x] * params.scale, c + tx < D4);
      }
      for (var j = 0u; j < 2u; j++) {
        let key = b * params.t_k + min(tile * 32u + j * 16u + ty, last_key);
        right[j * 16u + ty][tx] = qkv[(key * params.k_stride + params.k_offset + kv_head * D) / 4u + x];
      }
      workgroupBarrier();
      add_scores(&s, ty, tx);
    }
    for (var c = 0u; c < params.vectors; c += 8u) {
      let x = min(c + tx, D4 - 1u);
      workgroupBarrier();
      for (var i = 0u; i < ROWS; i++) {
        left[i * 16u + ty][tx] = select(vec4f(0.0), d_o[o_at[i] * D4 + x], c + tx < D4);
      }
      for (var j = 0u; j < 2u; j++) {
        let key = b * params.t_k + min(tile * 32u + j * 16u + ty, last_key);
        right[j * 16u + ty][tx] = qkv[(key * params.v_stride + params.v_offset + kv_head * D) / 4u + x];
      }
      workgroupBarrier();
      add_scores(&dp, ty, tx);
    }
    workgroupBarrier();
    let key = vec4u(tile * 32u + tx) + vec4u(0u, 8u, 16u, 24u);
    for (var i = 0u; i < ROWS; i++) {
      let seen = (key >= vec4u(first[i])) & (key <= vec4u(last[i]));
      let p = select(vec4f(0.0), exp(clamp(s[i] - l[i], vec4f(-80.0), vec4f(0.0))), seen);
      if (HAS_DROPOUT == 1u) {
        dp[i] *= kept4(o_at[i] / params.heads, o_at[i] % params.heads, key, step.seed);
      }
      left[i * 16u + ty][tx] = p * (dp[i] - d[i]) * params.scale;
    }
    for (var n = 0u; n < params.across; n += STAGE) {
      if (n > 0u) { workgroupBarrier(); }
      for (var e = ty; e < STAGE * COLUMNS; e += 16u) {
        let own = min(tile * 32u + column_of(n + e / COLUMNS), last_key);
        let k_at = ((b * params.t_k + own) * params.k_stride + params.k_offset + kv_head * D) / 4u;
        right[e][tx] = qkv[k_at + min(e % COLUMNS * 8u + tx, D4 - 1u)];
      }
      workgroupBarrier();
      add_sums(&dq, n / 4u, ty, tx);
    }
  }
  for (var i = 0u; i < ROWS; i++) {
    if (first_row + i * 16u + ty < rows) {
      for (var c = 0u; c < COLUMNS; c++) {
        if (c * 8u + tx < D4) { dqkv[q_at[i] + c * 8u + tx] = dq[i * COLUMNS + c]; }
      }
    }
  }
}
