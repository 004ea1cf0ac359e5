// The change that two factors make to a weight. Source: PEFT 0.21 tuners/lora/layer.py get_delta_weight.

/** Adds scale · B [out, r] · A [r, in] to `weight` [out, in]. */
export function addDelta(
  weight: Float32Array,
  factors: { readonly a: Float32Array; readonly b: Float32Array; readonly r: number },
  scale: number,
): void {
  const { a, b, r } = factors;
  const width = a.length / r;
  const row = new Float64Array(width);
  for (let out = 0; out < b.length / r; out++) {
    row.fill(0);
    for (let k = 0; k < r; k++) {
      const factor = scale * (b[out * r + k] ?? 0);
      if (factor === 0) continue;
      for (let i = 0; i < width; i++) row[i] = (row[i] ?? 0) + factor * (a[k * width + i] ?? 0);
    }
    const at = out * width;
    for (let i = 0; i < width; i++) weight[at + i] = (weight[at + i] ?? 0) + (row[i] ?? 0);
  }
}
