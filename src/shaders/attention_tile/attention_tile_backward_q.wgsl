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

var<workgroup> shared_rows: array<array<array<f32, 8>, 16>, ROWS>;

@compute @workgroup_size(128)
fn attention_tile_backward_q(@builtin(workgroup_id) at: vec3u, @builtin(local_invocation_index) lane: u32) {
  let place = place_of(at.y);
  let ty = lane / 8u;
  let tx = lane % 8u;
  let rows = params.t_q * place.group;
  let first_row = at.x * ROWS * 16u;
  let factor = params.scale * LOG2_E;
  var q_at: array<u32, ROWS>;
  var o_at: array<u32, ROWS>;
  var l: array<f32, ROWS>; // lse as an exponent of two
  var d: array<f32, ROWS>;
  var dq: array<vec4f, SUMS>;
  for (var i = 0u; i < ROWS; i++) {
    // Rows past the end do the last one again and are not written.
    let pair = pair_of(place, min(first_row + i * 16u + ty, rows - 1u));
    q_at[i] = q_vector(pair);
    o_at[i] = index_of(pair) * D4;
    l[i] = lse[index_of(pair)] * LOG2_E;
    var part = 0.0;
    for (var c = tx; c < D4; c += 8u) { part += dot(d_o[o_at[i] + c], o[o_at[i] + c]); }
    shared_rows[i][ty][tx] = part;
  }
  workgroupBarrier();
  for (var i = 0u; i < ROWS; i++) {
    for (var j = 0u; j < 8u; j++) { d[i] += shared_rows[i][ty][j]; }
    if (tx == 0u && first_row + i * 16u + ty < rows) { delta[o_at[i] / D4] = d[i]; }
  }
  let sight = sight_of(place, first_row, min(first_row + ROWS * 16u, rows) - 1u, 0u);
  let bring = brought(ty, tx);
  let whole_at = k_first(place) + bring.vectors;
  for (var tile = sight.first; tile <= sight.last; tile++) {
    var s: array<vec4f, ROWS>;
    var dp: array<vec4f, ROWS>;
    for (var i = 0u; i < ROWS; i++) {
      s[i] = vec4f(0.0);
      dp[i] = vec4f(0.0);
    }
    let keys = min(vec2u(tile * 32u + ty) + vec2u(0u, 16u), vec2u(sight.last_key));
    let k_at = k_first(place) + keys * (params.k_stride / 4u);
    let v_at = v_first(place) + keys * (params.v_stride / 4u);
    for (var c = 0u; c < 8u; c++) {
      let at_x = c * 8u + tx;
      let x = within(at_x);
      workgroupBarrier();
      for (var i = 0u; i < ROWS; i++) { left[i][ty][tx] = padded(qkv[q_at[i] + x], at_x); }
      put_right(ty, tx, qkv[k_at.x + x], qkv[k_at.y + x]);
      workgroupBarrier();
      add_scores(&s, ty, tx);
      if (c + 1u == params.chunks) { break; }
    }
    for (var c = 0u; c < 8u; c++) {
      let at_x = c * 8u + tx;
      let x = within(at_x);
      workgroupBarrier();
      for (var i = 0u; i < ROWS; i++) { left[i][ty][tx] = padded(d_o[o_at[i] + x], at_x); }
      put_right(ty, tx, qkv[v_at.x + x], qkv[v_at.y + x]);
      workgroupBarrier();
      add_scores(&dp, ty, tx);
      if (c + 1u == params.chunks) { break; }
    }
    let key = columns_from(tile * 32u + tx);
    for (var i = 0u; i < ROWS; i++) { s[i] = exp2(fma(s[i], vec4f(factor), vec4f(-l[i]))); }
    if (!is_inside(sight, tile)) {
      for (var i = 0u; i < ROWS; i++) {
        let pair = pair_of(place, min(first_row + i * 16u + ty, rows - 1u));
        let first = first_seen(document_of(pair.row), pair.query);
        s[i] = select(vec4f(0.0), s[i], (key >= vec4u(first)) & (key <= vec4u(pair.query)));
      }
    }
    if (HAS_DROPOUT == 1u) {
      for (var i = 0u; i < ROWS; i++) {
        let pair = pair_of(place, min(first_row + i * 16u + ty, rows - 1u));
        dp[i] *= kept4(pair.row, pair.head, key, step.seed);
      }
    }
    workgroupBarrier();
    for (var i = 0u; i < ROWS; i++) { left[i][ty][tx] = s[i] * (dp[i] - d[i]); }
    for (var n = 0u; n < 8u; n++) {
      let own = whole_at + min(bring.columns + (tile * 32u + n * STAGE / 4u), vec2u(sight.last_key)) * (params.k_stride / 4u);
      put_right(ty, tx, qkv[own.x], qkv[own.y]);
      workgroupBarrier();
      add_sums(&dq, ty, tx, n * STAGE / 4u);
      if (n + 1u == params.stages) { break; }
      workgroupBarrier();
    }
  }
  for (var i = 0u; i < ROWS; i++) {
    if (first_row + i * 16u + ty < rows) {
      for (var c = 0u; c < COLUMNS; c++) {
        if (c * 8u + tx < D4) { dqkv[q_at[i] + c * 8u + tx] = dq[i * COLUMNS + c] * params.scale; }
      }
    }
  }
}
