// dk and dv in tiles: a workgroup takes ROWS * 16 keys of one key/value head and walks tiles of 32 columns, a column being a query and one
// head of the group (query-major), from the first key's own query to the end of the row or of the last key's document, in fixed order.
// With PARTS a workgroup takes a stretch of tiles (z) and leaves its own sums for attention_tile_join_kv; without, dqkv receives k's and v's columns.
// D is a multiple of 4.
@group(0) @binding(0) var<storage, read> qkv: array<vec4f>; // [N, stride/4]
@group(0) @binding(1) var<storage, read> lse: array<f32>; // [N, H]
@group(0) @binding(2) var<storage, read> d_o: array<vec4f>; // [N, H*D/4]
@group(0) @binding(3) var<storage, read> delta: array<f32>; // [N, H]
@group(0) @binding(4) var<storage, read> documents: array<u32>; // [N]: first token of the token's document, within its row
@group(0) @binding(5) var<uniform> step: Step;
@group(0) @binding(6) var<storage, read_write> dqkv: array<vec4f>; // [N, stride/4], or [parts, N, G, 2, D/4]
@group(0) @binding(7) var<uniform> params: Params;

var<workgroup> column_at: array<vec4u, 32>; // of a column: where its q and d_o begin, its query, the first key that it sees
var<workgroup> column_sums: array<vec2f, 32>; // lse, delta

@compute @workgroup_size(128)
fn attention_tile_backward_kv(@builtin(workgroup_id) at: vec3u, @builtin(local_invocation_index) lane: u32) {
  let ty = lane / 8u;
  let tx = lane % 8u;
  let group = params.heads / params.kv_heads;
  let b = at.y / params.kv_heads;
  let kv_head = at.y - b * params.kv_heads;
  let columns = params.t_q * group;
  let first_key = at.x * ROWS * 16u;
  let last_key = min(first_key + ROWS * 16u, params.t_k) - 1u;
  var k_at: array<u32, ROWS>;
  var v_at: array<u32, ROWS>;
  var dk: array<vec4f, SUMS>;
  var dv: array<vec4f, SUMS>;
  for (var i = 0u; i < ROWS; i++) {
    // Rows past the end do the last one again and are not written.
    let row = b * params.t_k + min(first_key + i * 16u + ty, last_key);
    k_at[i] = (row * params.k_stride + params.k_offset + kv_head * D) / 4u;
    v_at[i] = (row * params.v_stride + params.v_offset + kv_head * D) / 4u;
  }
  var queries = params.t_q;
  if (params.window > 0u) { queries = min(queries, last_key + params.window); }
  let end = min((queries * group + 31u) / 32u, (at.z + 1u) * params.stretch);
  for (var tile = max(first_key * group / 32u, at.z * params.stretch); tile < end; tile++) {
    if (HAS_DOCUMENTS == 1u && documents[b * params.t_q + tile * 32u / group] > last_key) { break; }
    workgroupBarrier();
    if (lane < 32u) {
      let one = min(tile * 32u + lane, columns - 1u);
      let row = b * params.t_q + one / group;
      let head = kv_head * group + one % group;
      var begins = 0u;
      if (HAS_DOCUMENTS == 1u) { begins = documents[row]; }
      let pair = row * params.heads + head;
      // A column past the end is of a query that sees no key.
      let first = select(params.t_k, first_seen(begins, one / group), tile * 32u + lane < columns);
      column_at[lane] = vec4u((row * params.q_stride + params.q_offset + head * D) / 4u, pair * D4, one / group, first);
      column_sums[lane] = vec2f(lse[pair], delta[pair]);
    }
    var s: array<vec4f, ROWS>;
    var ds: array<vec4f, ROWS>;
    for (var i = 0u; i < ROWS; i++) {
      s[i] = vec4f(0.0);
      ds[i] = vec4f(0.0);
    }
    for (var c = 0u; c < params.vectors; c += 8u) {
      let x = min(c + tx, D4 - 1u);
      workgroupBarrier();
      for (var i = 0u; i < ROWS; i++) {
        left[i * 16u + ty][tx] = select(vec4f(0.0), qkv[k_at[i] + x] * params.scale, c + tx < D4);
      }
      for (var j = 0u; j < 2u; j++) { right[j * 16u + ty][tx] = qkv[column_at[j * 16u + ty].x + x]; }
      workgroupBarrier();
      add_scores(&s, ty, tx);
    }
    for (var c = 0u; c < params.vectors; c += 8u) {
      let x = min(c + tx, D4 - 1u);
      workgroupBarrier();
      for (var i = 0u; i < ROWS; i++) {
        left[i * 16u + ty][tx] = select(vec4f(0.0), qkv[v_at[i] + x], c + tx < D4);
      }
      for (var j = 0u; j < 2u; j++) { right[j * 16u + ty][tx] = d_o[column_at[j * 16u + ty].y + x]; }
      workgroupBarrier();
      add_scores(&ds, ty, tx);
    }
    workgroupBarrier();
    for (var i = 0u; i < ROWS; i++) {
      let key = first_key + i * 16u + ty;
      var weight: vec4f;
      for (var j = 0u; j < 4u; j++) {
        let column = column_at[j * 8u + tx];
        let sums = column_sums[j * 8u + tx];
        let seen = key >= column.w && key <= column.z;
        let p = select(0.0, exp(clamp(s[i][j] - sums.x, -80.0, 0.0)), seen);
        var keep = 1.0;
        if (HAS_DROPOUT == 1u) {
          let pair = column.y / D4;
          keep = kept(pair / params.heads, pair % params.heads, key, step.seed);
        }
        weight[j] = p * keep;
        ds[i][j] = p * (ds[i][j] * keep - sums.y) * params.scale;
      }
      left[i * 16u + ty][tx] = weight;
    }
    for (var n = 0u; n < params.across; n += STAGE) {
      if (n > 0u) { workgroupBarrier(); }
      for (var e = ty; e < STAGE * COLUMNS; e += 16u) {
        right[e][tx] = d_o[column_at[column_of(n + e / COLUMNS)].y + min(e % COLUMNS * 8u + tx, D4 - 1u)];
      }
      workgroupBarrier();
      add_sums(&dv, n / 4u, ty, tx);
    }
    workgroupBarrier();
    for (var i = 0u; i < ROWS; i++) { left[i * 16u + ty][tx] = ds[i]; }
    for (var n = 0u; n < params.across; n += STAGE) {
      if (n > 0u) { workgroupBarrier(); }
      for (var e = ty; e < STAGE * COLUMNS; e += 16u) {
        right[e][tx] = qkv[column_at[column_of(n + e / COLUMNS)].x + min(e % COLUMNS * 8u + tx, D4 - 1u)];
      }
      workgroupBarrier();
      add_sums(&dk, n / 4u, ty, tx);
    }
  }
  for (var i = 0u; i < ROWS; i++) {
    let key = first_key + i * 16u + ty;
    if (key <= last_key) {
      if (PARTS == 1u) {
        let row = (at.z * params.batch + b) * params.t_k + key;
        k_at[i] = (row * params.kv_heads + kv_head) * 2u * D4;
        v_at[i] = k_at[i] + D4;
      }
      for (var c = 0u; c < COLUMNS; c++) {
        if (c * 8u + tx < D4) {
          dqkv[k_at[i] + c * 8u + tx] = dk[i * COLUMNS + c];
          dqkv[v_at[i] + c * 8u + tx] = dv[i * COLUMNS + c];
        }
      }
    }
  }
}
