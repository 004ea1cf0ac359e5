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
var<workgroup> column_sums: array<vec2f, 32>; // lse as an exponent of two, delta

// What the columns of a tile are. A column past the end is of a query that sees no key.
fn put_columns(place: Place, tile: u32, lane: u32) {
  let columns = params.t_q * place.group;
  let one = tile * 32u + lane;
  let pair = pair_of(place, min(one, columns - 1u));
  let first = select(params.t_k, first_seen(document_of(pair.row), pair.query), one < columns);
  column_at[lane] = vec4u(q_vector(pair), index_of(pair) * D4, pair.query, first);
  column_sums[lane] = vec2f(lse[index_of(pair)] * LOG2_E, delta[index_of(pair)]);
}

// What dropout multiplies the probabilities of a key by, of an invocation's four columns.
fn kept_of(tx: u32, key: u32) -> vec4f {
  var keep: vec4f;
  for (var j = 0u; j < 4u; j++) {
    let index = column_at[j * 8u + tx].y / D4;
    keep[j] = kept(index / params.heads, index % params.heads, key, step.seed);
  }
  return keep;
}

@compute @workgroup_size(128)
fn attention_tile_backward_kv(@builtin(workgroup_id) at: vec3u, @builtin(local_invocation_index) lane: u32) {
  let place = place_of(at.y);
  let ty = lane / 8u;
  let tx = lane % 8u;
  let first_key = at.x * ROWS * 16u;
  let last_key = min(first_key + ROWS * 16u, params.t_k) - 1u;
  let factor = params.scale * LOG2_E;
  var k_at: array<u32, ROWS>;
  var v_at: array<u32, ROWS>;
  var dk: array<vec4f, SUMS>;
  var dv: array<vec4f, SUMS>;
  for (var i = 0u; i < ROWS; i++) {
    // Rows past the end do the last one again and are not written.
    let key = min(first_key + i * 16u + ty, last_key);
    k_at[i] = k_first(place) + key * (params.k_stride / 4u);
    v_at[i] = v_first(place) + key * (params.v_stride / 4u);
  }
  let bring = brought(ty, tx);
  var queries = params.t_q;
  if (params.window > 0u) { queries = min(queries, last_key + params.window); }
  let end = min((queries * place.group + 31u) / 32u, (at.z + 1u) * params.stretch);
  for (var tile = max(first_key * place.group / 32u, at.z * params.stretch); tile < end; tile++) {
    if (document_of(place.b * params.t_q + tile * 32u / place.group) > last_key) { break; }
    workgroupBarrier();
    if (lane < 32u) { put_columns(place, tile, lane); }
    var s: array<vec4f, ROWS>;
    var ds: array<vec4f, ROWS>;
    for (var i = 0u; i < ROWS; i++) {
      s[i] = vec4f(0.0);
      ds[i] = vec4f(0.0);
    }
    for (var c = 0u; c < 8u; c++) {
      let at_x = c * 8u + tx;
      let x = within(at_x);
      workgroupBarrier();
      for (var i = 0u; i < ROWS; i++) { left[i][ty][tx] = padded(qkv[k_at[i] + x], at_x); }
      put_right(ty, tx, qkv[column_at[ty].x + x], qkv[column_at[ty + 16u].x + x]);
      workgroupBarrier();
      add_scores(&s, ty, tx);
      if (c + 1u == params.chunks) { break; }
    }
    for (var c = 0u; c < 8u; c++) {
      let at_x = c * 8u + tx;
      let x = within(at_x);
      workgroupBarrier();
      for (var i = 0u; i < ROWS; i++) { left[i][ty][tx] = padded(qkv[v_at[i] + x], at_x); }
      put_right(ty, tx, d_o[column_at[ty].y + x], d_o[column_at[ty + 16u].y + x]);
      workgroupBarrier();
      add_scores(&ds, ty, tx);
      if (c + 1u == params.chunks) { break; }
    }
    let l = vec4f(column_sums[tx].x, column_sums[tx + 8u].x, column_sums[tx + 16u].x, column_sums[tx + 24u].x);
    let d = vec4f(column_sums[tx].y, column_sums[tx + 8u].y, column_sums[tx + 16u].y, column_sums[tx + 24u].y);
    for (var i = 0u; i < ROWS; i++) { s[i] = exp2(fma(s[i], vec4f(factor), -l)); }
    if (!sees_all(place, tile, first_key, last_key)) {
      let last = vec4u(column_at[tx].z, column_at[tx + 8u].z, column_at[tx + 16u].z, column_at[tx + 24u].z);
      let first = vec4u(column_at[tx].w, column_at[tx + 8u].w, column_at[tx + 16u].w, column_at[tx + 24u].w);
      for (var i = 0u; i < ROWS; i++) {
        let key = vec4u(first_key + i * 16u + ty);
        s[i] = select(vec4f(0.0), s[i], (key >= first) & (key <= last));
      }
    }
    workgroupBarrier();
    for (var i = 0u; i < ROWS; i++) {
      left[i][ty][tx] = s[i];
      if (HAS_DROPOUT == 1u) {
        let keep = kept_of(tx, first_key + i * 16u + ty);
        left[i][ty][tx] = s[i] * keep;
        ds[i] *= keep;
      }
      ds[i] = s[i] * (ds[i] - d);
    }
    for (var n = 0u; n < 8u; n++) {
      let own = bring.columns + n * STAGE / 4u;
      put_right(ty, tx, d_o[column_at[own.x].y + bring.vectors.x], d_o[column_at[own.y].y + bring.vectors.y]);
      workgroupBarrier();
      add_sums(&dv, ty, tx, n * STAGE / 4u);
      workgroupBarrier();
      if (n + 1u == params.stages) { break; }
    }
    for (var i = 0u; i < ROWS; i++) { left[i][ty][tx] = ds[i]; }
    for (var n = 0u; n < 8u; n++) {
      let own = bring.columns + n * STAGE / 4u;
      put_right(ty, tx, qkv[column_at[own.x].x + bring.vectors.x], qkv[column_at[own.y].x + bring.vectors.y]);
      workgroupBarrier();
      add_sums(&dk, ty, tx, n * STAGE / 4u);
      if (n + 1u == params.stages) { break; }
      workgroupBarrier();
    }
  }
  for (var i = 0u; i < ROWS; i++) {
    let key = first_key + i * 16u + ty;
    if (key <= last_key) {
      if (PARTS == 1u) {
        let row = (at.z * params.batch + place.b) * params.t_k + key;
        k_at[i] = (row * params.kv_heads + place.kv_head) * 2u * D4;
        v_at[i] = k_at[i] + D4;
      }
      for (var c = 0u; c < COLUMNS; c++) {
        if (c * 8u + tx < D4) {
          dqkv[k_at[i] + c * 8u + tx] = dk[i * COLUMNS + c] * params.scale;
          dqkv[v_at[i] + c * 8u + tx] = dv[i * COLUMNS + c];
        }
      }
    }
  }
}
