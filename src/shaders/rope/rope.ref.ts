// Reference of `rope`, and the tables of angles, computed as transformers does: inv_freq and angle in f32.
import type { FloatArray } from '../declaration.ts';
import type { StepNumbers } from '../lib/step.ts';

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
  readonly sign: number;
  /** [N]: first token of each token's document, within its row; without HAS_DOCUMENTS a row is one document. */
  readonly documents: Uint32Array;
  readonly HAS_DOCUMENTS: number;
}

export function ropeReference(args: RopeArguments): void {
  const { cos_table, sin_table, documents, x, n, t, stride, d, sign } = args;
  const packed = args.HAS_DOCUMENTS === 1;
  const half = d / 2;
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

export interface RopeTables {
  /** [positions, d/2] */
  readonly cos: Float32Array<ArrayBuffer>;
  readonly sin: Float32Array<ArrayBuffer>;
}

/** cos and sin of position × theta^(-2i/d), the angle rounded to f32 as torch holds it. */
export function ropeTables(positions: number, d: number, theta: number): RopeTables {
  const half = d / 2;
  const cos = new Float32Array(positions * half);
  const sin = new Float32Array(positions * half);
  for (let i = 0; i < half; i++) {
    const inverse = Math.fround(1 / Math.fround(theta ** Math.fround((2 * i) / d)));
    for (let position = 0; position < positions; position++) {
      const angle = Math.fround(position * inverse);
      cos[position * half + i] = Math.cos(angle);
      sin[position * half + i] = Math.sin(angle);
    }
  }
  return { cos, sin };
}
