// tanh of the GELU's argument sqrt(2/pi) (a + 0.044715 a^3); beyond 15 it is 1 to the last bit.
fn gelu_tanh(a: f32) -> f32 {
  let u = 0.7978845608028654 * (a + 0.044715 * a * a * a);
  return tanh(clamp(u, -15.0, 15.0));
}
