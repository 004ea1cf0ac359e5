// Dropout of four numbers in a row, vector `at` of [N, K / 4], for kernels with HAS_DROPOUT, a step and a rate.
fn dropped(v: vec4f, at: u32, stream: u32) -> vec4f {
  if (HAS_DROPOUT == 0u) { return v; }
  return v * dropout_scale4(step.seed, stream, 4u * at, params.rate);
}
