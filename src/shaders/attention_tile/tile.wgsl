// Two tiles in workgroup memory and the two small products of attention between them. 128 invocations stand as 16 rows (ty) of 8
// (tx). One owns rows i * 16 + ty of the left tile, i < ROWS; of 32 scores a row the columns tx, tx + 8, tx + 16, tx + 24, which are the
// components of one vector; of D sums a row the vectors c * 8 + tx. Rows are nine vectors apart, so that no two rows that are read
// at once share a bank.
var<workgroup> left: array<array<vec4f, 9>, LEFT>; // [ROWS * 16]: eight vectors of queries (or keys), then 32 scores
var<workgroup> right: array<array<vec4f, 9>, 32>; // [32]: eight vectors of keys (or queries), then [STAGE, COLUMNS]: whole heads

// s += left · rightᵀ over `few` vectors of the head, eight at most. That the loops of this file and their bounds are known only when they run
// keeps compilers from unrolling them: a round is long enough, and code grows with every one.
fn add_scores(s: ptr<function, array<vec4f, ROWS>>, few: u32, ty: u32, tx: u32) {
  for (var x = 0u; x < few; x++) {
    let k0 = right[tx][x];
    let k1 = right[tx + 8u][x];
    let k2 = right[tx + 16u][x];
    let k3 = right[tx + 24u][x];
    let kx = vec4f(k0.x, k1.x, k2.x, k3.x);
    let ky = vec4f(k0.y, k1.y, k2.y, k3.y);
    let kz = vec4f(k0.z, k1.z, k2.z, k3.z);
    let kw = vec4f(k0.w, k1.w, k2.w, k3.w);
    for (var i = 0u; i < ROWS; i++) {
      let a = left[i * 16u + ty][x];
      (*s)[i] = (*s)[i] + a.x * kx + a.y * ky + a.z * kz + a.w * kw;
    }
  }
}

// acc += (`few` of the scores in left, STAGE at most, from vector `quad` on) · (their rows in right).
fn add_sums(acc: ptr<function, array<vec4f, SUMS>>, quad: u32, few: u32, ty: u32, tx: u32) {
  for (var n = 0u; n < few; n += 4u) {
    var p: array<vec4f, ROWS>;
    for (var i = 0u; i < ROWS; i++) { p[i] = left[i * 16u + ty][quad + n / 4u]; }
    for (var c = 0u; c < COLUMNS; c++) {
      let v0 = right[n * COLUMNS + c][tx];
      let v1 = right[(n + 1u) * COLUMNS + c][tx];
      let v2 = right[(n + 2u) * COLUMNS + c][tx];
      let v3 = right[(n + 3u) * COLUMNS + c][tx];
      for (var i = 0u; i < ROWS; i++) {
        let sum = (*acc)[i * COLUMNS + c];
        (*acc)[i * COLUMNS + c] = sum + p[i].x * v0 + p[i].y * v1 + p[i].z * v2 + p[i].w * v3;
      }
    }
  }
}

// Column of the tile whose score is component n % 4 of vector n / 4.
fn column_of(n: u32) -> u32 { return n / 4u + (n % 4u) * 8u; }

// What the probabilities of four keys are multiplied by under dropout.
fn kept4(query: u32, head: u32, keys: vec4u, seed: u32) -> vec4f {
  return vec4f(
    kept(query, head, keys.x, seed), kept(query, head, keys.y, seed),
    kept(query, head, keys.z, seed), kept(query, head, keys.w, seed),
  );
}
