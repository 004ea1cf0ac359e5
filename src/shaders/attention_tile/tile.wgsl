// Two tiles in workgroup memory and the two small products of attention between them. 128 invocations stand as 16 rows (ty) of 8
// (tx). One owns rows i * 16 + ty of the left tile, i < ROWS; of 32 scores a row the columns tx, tx + 8, tx + 16, tx + 24, which are the
// components of one vector; of D sums a row the vectors c * 8 + tx. Rows are nine vectors apart, so that no two rows that are read
// at once share a bank.
var<workgroup> left: array<array<vec4f, 9>, LEFT>; // [ROWS * 16]: eight vectors of queries (or keys), then 32 scores
var<workgroup> right: array<array<vec4f, 9>, 32>; // [32]: eight vectors of keys (or queries), then [STAGE, COLUMNS]: whole heads

// That the bounds of these two loops are known only when they run keeps compilers from unrolling them: a round is long enough, and with
// wide heads the code would be ten times as long.

// s += left · rightᵀ over eight vectors of the head.
fn add_scores(s: ptr<function, array<vec4f, ROWS>>, ty: u32, tx: u32) {
  let r0 = &right[tx];
  let r1 = &right[tx + 8u];
  let r2 = &right[tx + 16u];
  let r3 = &right[tx + 24u];
  for (var x = 0u; x < params.chunk; x += 2u) {
    let k = transpose(mat4x4f((*r0)[x], (*r1)[x], (*r2)[x], (*r3)[x]));
    let l = transpose(mat4x4f((*r0)[x + 1u], (*r1)[x + 1u], (*r2)[x + 1u], (*r3)[x + 1u]));
    for (var i = 0u; i < ROWS; i++) {
      let row = &left[i * 16u + ty];
      let a = (*row)[x];
      let b = (*row)[x + 1u];
      let sum = (*s)[i] + a.x * k[0] + a.y * k[1] + a.z * k[2] + a.w * k[3];
      (*s)[i] = sum + b.x * l[0] + b.y * l[1] + b.z * l[2] + b.w * l[3];
    }
  }
}

// acc += (STAGE of the scores in left, from vector `quad` on) · (their rows in right).
fn add_sums(acc: ptr<function, array<vec4f, SUMS>>, quad: u32, ty: u32, tx: u32) {
  for (var n = 0u; n < params.stage; n += 4u) {
    var p: array<vec4f, ROWS>;
    for (var i = 0u; i < ROWS; i++) { p[i] = left[i * 16u + ty][quad + n / 4u]; }
    for (var c = 0u; c < COLUMNS; c++) {
      let at = n * COLUMNS + c;
      let v0 = right[at][tx];
      let v1 = right[at + COLUMNS][tx];
      let v2 = right[at + COLUMNS * 2u][tx];
      let v3 = right[at + COLUMNS * 3u][tx];
      for (var i = 0u; i < ROWS; i++) {
        let sum = (*acc)[i * COLUMNS + c];
        (*acc)[i * COLUMNS + c] = sum + p[i].x * v0 + p[i].y * v1 + p[i].z * v2 + p[i].w * v3;
      }
    }
  }
}

// Column of the tile whose score is component n % 4 of vector n / 4.
fn column_of(n: u32) -> u32 { return n / 4u + (n % 4u) * 8u; }
