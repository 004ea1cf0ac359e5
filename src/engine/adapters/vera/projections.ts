// The random matrices that all modules of a VeRA adapter share, as PyTorch draws them, and the LoRA that the trained vectors make of
// them. Source: PEFT 0.21 tuners/vera/model.py _kaiming_init.

import { TorchGenerator } from '../../torch/random/mt19937.ts';

/** A [r, inFeatures] and B [outFeatures, r], of which each module takes the first. */
export interface SharedMatrices {
  readonly key: number;
  readonly r: number;
  readonly inFeatures: number;
  readonly outFeatures: number;
}

/** A then B, kaiming_uniform of the key's own generator. */
export function drawProjections({
  key,
  r,
  inFeatures,
  outFeatures,
}: SharedMatrices): Float32Array<ArrayBuffer> {
  const generator = new TorchGenerator(key);
  const flat = new Float32Array(r * (inFeatures + outFeatures));
  const draw = (start: number, length: number, fan: number): void => {
    const bound = Math.sqrt(3) * (Math.SQRT2 / Math.sqrt(fan));
    for (let i = start; i < start + length; i++) flat[i] = generator.uniform(-bound, bound);
  };
  draw(0, r * inFeatures, inFeatures);
  draw(r * inFeatures, outFeatures * r, r);
  return flat;
}

/** Factors of a module of `width` inputs from its vectors d [r] and b [out]. */
export function factorsOf(shared: SharedMatrices, d: Float32Array, lambda: Float32Array, width: number) {
  const { r, inFeatures } = shared;
  const flat = drawProjections(shared);
  const a = new Float32Array(r * width);
  const b = new Float32Array(lambda.length * r);
  for (let i = 0; i < r; i++)
    for (let j = 0; j < width; j++) a[i * width + j] = (d[i] ?? 0) * (flat[i * inFeatures + j] ?? 0);
  for (let i = 0; i < b.length; i++)
    b[i] = (lambda[Math.floor(i / r)] ?? 0) * (flat[r * inFeatures + i] ?? 0);
  return { a, b, r };
}
