// Test-only: how closely this engine promises to agree with the real libraries, and the CPU with the GPU, in float32. These are
// the project's own bounds (docs/parity.md); what follows from arithmetic alone is derived in src/shaders/testing/tolerance.ts.

/**
 * What the project promises for float32: about a thousand times the rounding seen, and far below what a wrong rule gives.
 * The learning rate is float64 on both sides, so only the order of a few operations may differ.
 */
export const BOUNDS = {
  loss: 1e-4,
  gradNorm: 1e-3,
  learningRate: 1e-12,
  evalLoss: 1e-4,
  entropy: 1e-4,
  margins: 1e-4,
  norm: 1e-4,
  /** ‖got − want‖ / ‖want‖ of one tensor's gradient in one step. */
  gradient: 1e-4,
  /** Distance of logits of a few units' size. */
  logits: 1e-4,
  /**
   * Loss over many steps of what two kernels, or two libraries, compute in different orders: Adam turns roundings of near-zero
   * gradients into steps of full size, so the two drift apart. Also of logits after thirty layers.
   */
  drift: 1e-3,
} as const;
