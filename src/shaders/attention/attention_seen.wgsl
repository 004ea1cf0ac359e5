// What a query of an attention call sees: of its keys, and which probabilities dropout keeps. Comes after the call's Params.
// First key that a query at `last` of its row sees, if its document begins at `first`.
fn first_seen(first: u32, last: u32) -> u32 {
  if (params.window == 0u || last < params.window) { return first; }
  return max(first, last + 1u - params.window);
}

// What a probability is multiplied by under HAS_DROPOUT: its mask goes by query, head and key of its row.
fn kept(query: u32, head: u32, key: u32, seed: u32) -> f32 {
  let element = (query * params.heads + head) * params.t_k + key;
  return dropout_scale(seed, params.stream, element, params.rate);
}

// The same of four keys.
fn kept4(query: u32, head: u32, keys: vec4u, seed: u32) -> vec4f {
  return vec4f(
    kept(query, head, keys.x, seed), kept(query, head, keys.y, seed),
    kept(query, head, keys.z, seed), kept(query, head, keys.w, seed),
  );
}

// Where the document of a token begins, row `row` of all.
fn document_of(row: u32) -> u32 {
  if (HAS_DOCUMENTS == 1u) { return documents[row]; }
  return 0u;
}
