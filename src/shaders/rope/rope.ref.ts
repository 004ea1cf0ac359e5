// Reference of `rope`, and the tables of angles, computed as transformers does: inv_freq and angle in f32.
import type { FloatArray } from '../declaration.ts';
import type { StepNumbers } from '../lib/step.ts';
import { linearPartsReference } from '../linear/tiled.ref.ts';

export interface RopeArguments {
  readonly cos_table: FloatArray;
  readonly sin_table: FloatArray;
  readonly x: FloatArray;
  readonly step: Pick<StepNumbers, 'position'>;
  readonly n: number;
  readonly t: number;
  readonly stride: number;
  readonly q_offset: number;
  readonly k_offset: number;
  readonly heads_q: number;
  readonly heads_k: number;
  readonly d: number;
  readonly dims: number;
  readonly sign: number;
  /** [N]: first token of each token's document, within its row; without HAS_DOCUMENTS a row is one document. */
  readonly documents: Uint32Array;
  readonly HAS_DOCUMENTS: number;
}

export function ropeReference(args: RopeArguments): void {
  const { cos_table, sin_table, documents, x, n, t, stride, d, dims, sign } = args;
  const packed = args.HAS_DOCUMENTS === 1;
  const half = dims / 2;
  const rotate = (at: number, angle: number): void => {
    for (let i = 0; i < half; i++) {
      const c = cos_table[angle + i] ?? 0;
      const s = (sin_table[angle + i] ?? 0) * sign;
      const x1 = x[at + i] ?? 0;
      const x2 = x[at + half + i] ?? 0;
      x[at + i] = x1 * c - x2 * s;
      x[at + half + i] = x2 * c + x1 * s;
    }
  };
  for (let row = 0; row < n; row++) {
    const angle = (args.step.position + (row % t) - (packed ? (documents[row] ?? 0) : 0)) * half;
    for (let head = 0; head < args.heads_q; head++) rotate(row * stride + args.q_offset + head * d, angle);
    for (let head = 0; head < args.heads_k; head++) rotate(row * stride + args.k_offset + head * d, angle);
  }
}

export interface RopePartsArguments
  extends Omit<RopeArguments, 'q_offset' | 'k_offset' | 'heads_q' | 'heads_k' | 'sign'> {
  /** [TERMS, N, stride] */
  readonly parts: FloatArray;
  readonly terms: number;
  /** Heads that turn, of those that lie side by side in x. */
  readonly turned: number;
}

export function ropePartsReference(args: RopePartsArguments): void {
  const { parts, x, n, stride, terms } = args;
  linearPartsReference({ parts, residual: x, y: x, size: n * stride, terms, HAS_RESIDUAL: 0 });
  ropeReference({ ...args, q_offset: 0, heads_q: args.turned, k_offset: 0, heads_k: 0, sign: 1 });
}

export interface RopeTables {
  /** [positions, dims/2] */
  readonly cos: Float32Array<ArrayBuffer>;
  readonly sin: Float32Array<ArrayBuffer>;
}

/** `amplitude` times cos and sin of position × frequency, the angle rounded to f32 as torch holds it. */
export function rotationTables(positions: number, frequencies: Float32Array, amplitude = 1): RopeTables {
  const half = frequencies.length;
  const cos = new Float32Array(positions * half);
  const sin = new Float32Array(positions * half);
  for (const [i, frequency] of frequencies.entries()) {
    for (let position = 0; position < positions; position++) {
      const angle = Math.fround(position * frequency);
      cos[position * half + i] = Math.cos(angle) * amplitude;
      sin[position * half + i] = Math.sin(angle) * amplitude;
    }
  }
  return { cos, sin };
}
