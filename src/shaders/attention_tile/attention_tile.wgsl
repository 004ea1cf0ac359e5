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

// Below every score that counts and above what a score that doesn't is worth as an exponent of two.
const LEAST = -1e20;
var<workgroup> shared_rows: array<array<array<f32, 8>, 16>, ROWS>;

@compute @workgroup_size(128)
fn attention_tile(@builtin(workgroup_id) at: vec3u, @builtin(local_invocation_index) lane: u32) {
  let place = place_of(at.y);
  let ty = lane / 8u;
  let tx = lane % 8u;
  let rows = params.t_q * place.group;
  let first_row = at.x * ROWS * 16u;
  let factor = params.scale * LOG2_E;
  var q_at: array<u32, ROWS>;
  var m: array<f32, ROWS>; // of the scores as exponents of two
  var sum: array<f32, ROWS>;
  var acc: array<vec4f, SUMS>;
  for (var i = 0u; i < ROWS; i++) {
    // Rows past the end do the last one again and are not written.
    q_at[i] = q_vector(pair_of(place, min(first_row + i * 16u + ty, rows - 1u)));
    m[i] = LEAST;
  }
  // Keys that some row of the workgroup sees, in tiles, and of those this part's.
  let sight = sight_of(place, first_row, min(first_row + ROWS * 16u, rows) - 1u, step.position);
  let bring = brought(ty, tx);
  let k_at = vec2u(k_first(place));
  let v_at = v_first(place) + bring.vectors;
  let end = min(sight.last + 1u, (at.z + 1u) * params.stretch);
  for (var tile = max(sight.first, at.z * params.stretch); tile < end; tile++) {
    var s: array<vec4f, ROWS>;
    for (var i = 0u; i < ROWS; i++) { s[i] = vec4f(0.0); }
    let keys = k_at + min(vec2u(tile * 32u + ty) + vec2u(0u, 16u), vec2u(sight.last_key)) * (params.k_stride / 4u);
    for (var c = 0u; c < 8u; c++) {
      let at_x = c * 8u + tx;
      let x = within(at_x);
      workgroupBarrier();
      for (var i = 0u; i < ROWS; i++) { left[i][ty][tx] = padded(q[q_at[i] + x], at_x); }
      put_right(ty, tx, k[keys.x + x], k[keys.y + x]);
      workgroupBarrier();
      add_scores(&s, ty, tx);
      if (c + 1u == params.chunks) { break; }
    }
    let key = columns_from(tile * 32u + tx);
    if (!is_inside(sight, tile)) {
      for (var i = 0u; i < ROWS; i++) {
        let pair = pair_of(place, min(first_row + i * 16u + ty, rows - 1u));
        let last = min(step.position + pair.query, params.t_k - 1u);
        let first = first_seen(document_of(pair.row), last);
        s[i] = select(vec4f(UNSEEN), s[i], (key >= vec4u(first)) & (key <= vec4u(last)));
      }
    }
    for (var i = 0u; i < ROWS; i++) {
      shared_rows[i][ty][tx] = max(max(s[i].x, s[i].y), max(s[i].z, s[i].w));
    }
    workgroupBarrier();
    for (var i = 0u; i < ROWS; i++) {
      let those = shared_rows[i][ty];
      let raw = max(max(max(those[0], those[1]), max(those[2], those[3])), max(max(those[4], those[5]), max(those[6], those[7])));
      let top = max(m[i], raw * factor);
      let shrink = exp2(m[i] - top);
      let p = exp2(fma(s[i], vec4f(factor), vec4f(-top)));
      m[i] = top;
      sum[i] = fma(sum[i], shrink, (p.x + p.y) + (p.z + p.w));
      for (var c = 0u; c < COLUMNS; c++) { acc[i * COLUMNS + c] *= shrink; }
      left[i][ty][tx] = p;
      if (HAS_DROPOUT == 1u) {
        let pair = pair_of(place, min(first_row + i * 16u + ty, rows - 1u));
        left[i][ty][tx] = p * kept4(pair.row, pair.head, key, step.seed);
      }
    }
    for (var n = 0u; n < 8u; n++) {
      let own = v_at + min(bring.columns + (tile * 32u + n * STAGE / 4u), vec2u(sight.last_key)) * (params.v_stride / 4u);
      put_right(ty, tx, v[own.x], v[own.y]);
      workgroupBarrier();
      add_sums(&acc, ty, tx, n * STAGE / 4u);
      if (n + 1u == params.stages) { break; }
      workgroupBarrier();
    }
  }
  for (var i = 0u; i < ROWS; i++) { shared_rows[i][ty][tx] = sum[i]; }
  workgroupBarrier();
  for (var i = 0u; i < ROWS; i++) {
    var total = 0.0;
    for (var j = 0u; j < 8u; j++) { total += shared_rows[i][ty][j]; }
    let one = first_row + i * 16u + ty;
    if (one < rows) {
      let o_at = at.z * params.batch * params.t_q * params.heads + index_of(pair_of(place, one));
      let is_blind = m[i] == LEAST;
      let share = select(1.0 / total, 0.0, is_blind);
      for (var c = 0u; c < COLUMNS; c++) {
        if (c * 8u + tx < D4) { o[o_at * D4 + c * 8u + tx] = acc[i * COLUMNS + c] * share; }
      }
      if (tx == 0u) { lse[o_at] = select(m[i] * LN_2 + log(total), UNSEEN, is_blind); }
    }
  }
}
