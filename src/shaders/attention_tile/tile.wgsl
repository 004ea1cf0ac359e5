// Two tiles in workgroup memory and the two small products of attention between them. An invocation (ty, tx) owns rows i * 16 + ty of the
// left tile, i < ROWS; of 32 scores a row the columns tx, tx + 8, tx + 16, tx + 24, which are the components of one vector; of D sums a row the
// vectors c * 8 + tx. Rows are nine vectors apart, so that no two rows that are read at once share a bank. A round of either product is
// straight code: where a vector stands is then part of the instruction that reads it. ROLLED 1: in loops, for compilers that take long.
var<workgroup> left: array<array<array<vec4f, 9>, 16>, ROWS>; // eight vectors of queries (or keys), then 32 scores
var<workgroup> right: array<array<array<vec4f, 9>, 8>, 4>; // [32]: eight vectors of keys (or queries), then [STAGE, COLUMNS]: whole heads

// Two vectors of the right tile: rows ty and ty + 16.
fn put_right(ty: u32, tx: u32, first: vec4f, second: vec4f) {
  right[ty / 8u][ty % 8u][tx] = first;
  right[ty / 8u + 2u][ty % 8u][tx] = second;
}

// s += left · rightᵀ over one vector of the head.
fn add_score(s: ptr<function, array<vec4f, ROWS>>, ty: u32, tx: u32, x: u32) {
  let k = transpose(mat4x4f(right[0][tx][x], right[1][tx][x], right[2][tx][x], right[3][tx][x]));
  for (var i = 0u; i < ROWS; i++) {
    let a = left[i][ty][x];
    let sum = fma(vec4f(a.y), k[1], fma(vec4f(a.x), k[0], (*s)[i]));
    (*s)[i] = fma(vec4f(a.w), k[3], fma(vec4f(a.z), k[2], sum));
  }
}

// Over eight.
fn add_scores(s: ptr<function, array<vec4f, ROWS>>, ty: u32, tx: u32) {
  if (ROLLED == 1u) {
    for (var x = 0u; x < params.chunk; x++) { add_score(s, ty, tx, x); }
    return;
  }
  add_score(s, ty, tx, 0u);
  add_score(s, ty, tx, 1u);
  add_score(s, ty, tx, 2u);
  add_score(s, ty, tx, 3u);
  add_score(s, ty, tx, 4u);
  add_score(s, ty, tx, 5u);
  add_score(s, ty, tx, 6u);
  add_score(s, ty, tx, 7u);
}

// Row e of the right tile.
fn whole(e: u32, tx: u32) -> vec4f { return right[e / 8u][e % 8u][tx]; }

// acc += (four of the scores in left, vector `quad`) · (their rows in right, from e on).
fn add_sum(acc: ptr<function, array<vec4f, SUMS>>, ty: u32, tx: u32, quad: u32, e: u32) {
  var p: array<vec4f, ROWS>;
  for (var i = 0u; i < ROWS; i++) { p[i] = left[i][ty][quad]; }
  for (var c = 0u; c < COLUMNS; c++) {
    let v0 = whole(e + c, tx);
    let v1 = whole(e + COLUMNS + c, tx);
    let v2 = whole(e + COLUMNS * 2u + c, tx);
    let v3 = whole(e + COLUMNS * 3u + c, tx);
    for (var i = 0u; i < ROWS; i++) {
      let sum = fma(vec4f(p[i].y), v1, fma(vec4f(p[i].x), v0, (*acc)[i * COLUMNS + c]));
      (*acc)[i * COLUMNS + c] = fma(vec4f(p[i].w), v3, fma(vec4f(p[i].z), v2, sum));
    }
  }
}

// Over STAGE of the scores, from vector `quad` on.
fn add_sums(acc: ptr<function, array<vec4f, SUMS>>, ty: u32, tx: u32, quad: u32) {
  const four = 4u * COLUMNS;
  if (ROLLED == 1u) {
    for (var n = 0u; n < params.stage; n += 4u) { add_sum(acc, ty, tx, quad + n / 4u, n * COLUMNS); }
    return;
  }
  add_sum(acc, ty, tx, quad, 0u);
  if (STAGE > 4u) { add_sum(acc, ty, tx, quad + 1u, four); }
  if (STAGE > 8u) {
    add_sum(acc, ty, tx, quad + 2u, 2u * four);
    add_sum(acc, ty, tx, quad + 3u, 3u * four);
  }
  if (STAGE > 16u) {
    add_sum(acc, ty, tx, quad + 4u, 4u * four);
    add_sum(acc, ty, tx, quad + 5u, 5u * four);
    add_sum(acc, ty, tx, quad + 6u, 6u * four);
    add_sum(acc, ty, tx, quad + 7u, 7u * four);
  }
}
