// Where a workgroup stands in attention's tiles, and where vectors begin. 128 invocations stand as 16 rows (ty) of 8 (tx); a pair is a
// query and one head of the group that shares keys, query-major.
struct Place { group: u32, b: u32, kv_head: u32 }

fn place_of(y: u32) -> Place {
  let b = y / params.kv_heads;
  return Place(params.heads / params.kv_heads, b, y - b * params.kv_heads);
}

struct Pair { row: u32, query: u32, head: u32 }

fn pair_of(place: Place, one: u32) -> Pair {
  let query = one / place.group;
  return Pair(place.b * params.t_q + query, query, place.kv_head * place.group + one - query * place.group);
}

// Index of a pair among all: of its lse, and by D4 vectors of its o.
fn index_of(pair: Pair) -> u32 { return pair.row * params.heads + pair.head; }

// Its first vector of q, and those of the first key's k and v; other keys' are a stride apart.
fn q_vector(pair: Pair) -> u32 { return (pair.row * params.q_stride + params.q_offset + pair.head * D) / 4u; }
fn k_first(place: Place) -> u32 { return (place.b * params.t_k * params.k_stride + params.k_offset + place.kv_head * D) / 4u; }
fn v_first(place: Place) -> u32 { return (place.b * params.t_k * params.v_stride + params.v_offset + place.kv_head * D) / 4u; }

// A vector of a head: its last again where the head has ended.
fn within(x: u32) -> u32 {
  if (D4 % 8u == 0u) { return x; }
  return min(x, D4 - 1u);
}

// A vector of the left tile: nothing where the head has ended.
fn padded(value: vec4f, x: u32) -> vec4f {
  if (D4 % 8u == 0u) { return value; }
  return select(vec4f(0.0), value, x < D4);
}

// The four columns of an invocation in a tile.
fn columns_from(first: u32) -> vec4u { return vec4u(first, first + 8u, first + 16u, first + 24u); }

// Which vectors of whole heads an invocation brings for the first sums of a tile, two of them: of which columns of the tile, component n % 4 of
// vector n / 4 of the scores being of column n / 4 + n % 4 * 8, and which of the head. Every STAGE scores on it is STAGE / 4 columns on.
struct Brought { columns: vec2u, vectors: vec2u }
fn brought(ty: u32, tx: u32) -> Brought {
  let e = vec2u(ty, ty + 16u);
  let n = e / COLUMNS;
  let vectors = e % COLUMNS * 8u + tx;
  return Brought(n / 4u + n % 4u * 8u, vec2u(within(vectors.x), within(vectors.y)));
}

// What a workgroup's pairs see of the keys: tiles from `first` to `last`, and from key `all_from` to `all_to` every pair sees every key.
struct Sight { first: u32, last: u32, all_from: u32, all_to: u32, last_key: u32 }

// Of pairs whose queries stand `position` behind the first key.
fn sight_of(place: Place, first_pair: u32, last_pair: u32, position: u32) -> Sight {
  let queries = vec2u(first_pair, last_pair) / place.group;
  let ends = min(position + queries, vec2u(params.t_k - 1u));
  let first = first_seen(document_of(place.b * params.t_q + queries.x), ends.x);
  let all_from = first_seen(document_of(place.b * params.t_q + queries.y), ends.y);
  return Sight(first / 32u, ends.y / 32u, all_from, ends.x, ends.y);
}

fn is_inside(sight: Sight, tile: u32) -> bool { return tile * 32u >= sight.all_from && tile * 32u + 31u <= sight.all_to; }

// Whether every pair of a tile of 32, `tile` counted in pairs, sees every key from `first` to `last`.
fn sees_all(place: Place, tile: u32, first: u32, last: u32) -> bool {
  let queries = vec2u(tile * 32u, tile * 32u + 31u) / place.group;
  if (queries.y >= params.t_q || queries.x < last) { return false; }
  return first_seen(document_of(place.b * params.t_q + queries.y), queries.y) <= first;
}
