// Causal grouped-query attention in tiles: a workgroup takes ROWS * 16 rows of one key/value head, a row being a query and one head of
// its group (query-major), and walks tiles of 32 keys that it brings to workgroup memory, with an online softmax by row. Tiles that
// no row sees are skipped. With several parts (z) each takes a stretch of tiles and leaves its own o and lse. D is a multiple of 4.
@group(0) @binding(0) var<storage, read> q: array<vec4f>; // [B*Tq, q_stride/4]
@group(0) @binding(1) var<storage, read> k: array<vec4f>; // [B*Tk, k_stride/4]
@group(0) @binding(2) var<storage, read> v: array<vec4f>; // [B*Tk, v_stride/4]
@group(0) @binding(3) var<storage, read> documents: array<u32>; // [B*Tq]: first token of the token's document, within its row
@group(0) @binding(4) var<uniform> step: Step;
@group(0) @binding(5) var<storage, read_write> o: array<vec4f>; // [parts, B*Tq, H*D/4]
@group(0) @binding(6) var<storage, read_write> lse: array<f32>; // [parts, B*Tq, H]; -1e30 where a part sees no key
@group(0) @binding(7) var<uniform> params: Params;

var<workgroup> shared_rows: array<array<f32, 8>, LEFT>; // [ROWS * 16]

@compute @workgroup_size(128)
fn attention_tile(@builtin(workgroup_id) at: vec3u, @builtin(local_invocation_index) lane: u32) {
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
  var m: array<f32, ROWS>;
  var sum: array<f32, ROWS>;
  var acc: array<vec4f, SUMS>;
  for (var i = 0u; i < ROWS; i++) {
    // Rows past the end do the last one again and are not written.
    let one = min(first_row + i * 16u + ty, rows - 1u);
    let row = b * params.t_q + one / group;
    let head = kv_head * group + one % group;
    last[i] = min(step.position + one / group, params.t_k - 1u);
    var begins = 0u;
    if (HAS_DOCUMENTS == 1u) { begins = documents[row]; }
    first[i] = first_seen(begins, last[i]);
    q_at[i] = (row * params.q_stride + params.q_offset + head * D) / 4u;
    o_at[i] = (at.z * params.batch * params.t_q + row) * params.heads + head;
    m[i] = -1e30;
  }
  // Keys that some row of the workgroup sees, in tiles, and of those this part's.
  let first_query = first_row / group;
  let last_query = (min(first_row + ROWS * 16u, rows) - 1u) / group;
  let last_key = min(step.position + last_query, params.t_k - 1u);
  var document = 0u;
  if (HAS_DOCUMENTS == 1u) { document = documents[b * params.t_q + first_query]; }
  let first_key = first_seen(document, min(step.position + first_query, params.t_k - 1u));
  let end = min(last_key / 32u + 1u, (at.z + 1u) * params.stretch);
  for (var tile = max(first_key / 32u, at.z * params.stretch); tile < end; tile++) {
    var s: array<vec4f, ROWS>;
    for (var i = 0u; i < ROWS; i++) { s[i] = vec4f(0.0); }
    for (var c = 0u; c < params.vectors; c += 8u) {
      let x = min(c + tx, D4 - 1u);
      workgroupBarrier();
      for (var i = 0u; i < ROWS; i++) {
        left[i * 16u + ty][tx] = select(vec4f(0.0), q[q_at[i] + x] * params.scale, c + tx < D4);
      }
      for (var j = 0u; j < 2u; j++) {
        let key = b * params.t_k + min(tile * 32u + j * 16u + ty, last_key);
        right[j * 16u + ty][tx] = k[(key * params.k_stride + params.k_offset + kv_head * D) / 4u + x];
      }
      workgroupBarrier();
      add_scores(&s, ty, tx);
    }
    let key = vec4u(tile * 32u + tx) + vec4u(0u, 8u, 16u, 24u);
    for (var i = 0u; i < ROWS; i++) {
      s[i] = select(vec4f(-1e30), s[i], (key >= vec4u(first[i])) & (key <= vec4u(last[i])));
      shared_rows[i * 16u + ty][tx] = max(max(s[i].x, s[i].y), max(s[i].z, s[i].w));
    }
    workgroupBarrier();
    for (var i = 0u; i < ROWS; i++) {
      var top = m[i];
      for (var j = 0u; j < 8u; j++) { top = max(top, shared_rows[i * 16u + ty][j]); }
      let shrink = exp(max(m[i] - top, -80.0));
      let p = select(vec4f(0.0), exp(max(s[i] - top, vec4f(-80.0))), s[i] > vec4f(-1e30));
      m[i] = top;
      sum[i] = sum[i] * shrink + ((p.x + p.y) + (p.z + p.w));
      for (var c = 0u; c < COLUMNS; c++) { acc[i * COLUMNS + c] *= shrink; }
      var weight = p;
      if (HAS_DROPOUT == 1u) {
        let one = o_at[i] - at.z * params.batch * params.t_q * params.heads;
        weight *= kept4(one / params.heads, one % params.heads, key, step.seed);
      }
      left[i * 16u + ty][tx] = weight;
    }
    for (var n = 0u; n < params.across; n += STAGE) {
      if (n > 0u) { workgroupBarrier(); }
      for (var e = ty; e < STAGE * COLUMNS; e += 16u) {
        let own = min(tile * 32u + column_of(n + e / COLUMNS), last_key);
        let v_at = ((b * params.t_k + own) * params.v_stride + params.v_offset + kv_head * D) / 4u;
        right[e][tx] = v[v_at + min(e % COLUMNS * 8u + tx, D4 - 1u)];
      }
      workgroupBarrier();
      add_sums(&acc, n / 4u, ty, tx);
    }
  }
  for (var i = 0u; i < ROWS; i++) { shared_rows[i * 16u + ty][tx] = sum[i]; }
  workgroupBarrier();
  for (var i = 0u; i < ROWS; i++) {
    var total = 0.0;
    for (var j = 0u; j < 8u; j++) { total += shared_rows[i * 16u + ty][j]; }
    if (first_row + i * 16u + ty < rows) {
      let share = select(1.0 / total, 0.0, total == 0.0);
      for (var c = 0u; c < COLUMNS; c++) {
        if (c * 8u + tx < D4) { o[o_at[i] * D4 + c * 8u + tx] = acc[i * COLUMNS + c] * share; }
      }
      if (tx == 0u) { lse[o_at[i]] = select(m[i] + log(total), -1e30, total == 0.0); }
    }
  }
}
