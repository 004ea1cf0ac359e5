// Counter-based dropout: Philox-2x32-10 of (element, stream) under key seed; a mask is recomputed wherever it is needed,
// never stored. Source: Salmon et al., Parallel Random Numbers: As Easy as 1, 2, 3, SC 2011.
fn multiply_high(a: u32, b: u32) -> u32 {
  let a0 = a & 0xffffu;
  let a1 = a >> 16u;
  let b0 = b & 0xffffu;
  let b1 = b >> 16u;
  let low = a0 * b0;
  let middle = a1 * b0 + (low >> 16u);
  let cross = a0 * b1 + (middle & 0xffffu);
  return a1 * b1 + (middle >> 16u) + (cross >> 16u);
}

fn philox2x32(counter: vec2u, seed: u32) -> vec2u {
  var c = counter;
  var key = seed;
  for (var round = 0u; round < 10u; round++) {
    let high = multiply_high(0xd256d193u, c.x);
    let low = 0xd256d193u * c.x;
    c = vec2u(high ^ key ^ c.y, low);
    key += 0x9e3779b9u;
  }
  return c;
}

// 0 with probability `rate`, else 1 / (1 - rate).
fn dropout_scale(seed: u32, stream: u32, element: u32, rate: f32) -> f32 {
  let random = f32(philox2x32(vec2u(element, stream), seed).x >> 8u) * 5.9604644775390625e-8;
  return select(1.0 / (1.0 - rate), 0.0, random < rate);
}

// Of four elements in a row.
fn dropout_scale4(seed: u32, stream: u32, element: u32, rate: f32) -> vec4f {
  return vec4f(
    dropout_scale(seed, stream, element, rate), dropout_scale(seed, stream, element + 1u, rate),
    dropout_scale(seed, stream, element + 2u, rate), dropout_scale(seed, stream, element + 3u, rate));
}
