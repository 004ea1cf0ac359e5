// References of the adapter's kernels: float64 oracle, float32 CPU backend.

import type { FloatArray } from '../declaration.ts';
import { dropoutScale } from '../dropout/dropout.ref.ts';
import type { SegmentNumbers } from '../lib/segments.ts';
import type { StepNumbers } from '../lib/step.ts';

interface Group {
  readonly n: number;
  readonly ru: number;
  /** The first `count` are in use. */
  readonly segments: readonly SegmentNumbers[];
  readonly count: number;
}

/** Numbers of the mask between x [N, K] and A. */
interface Masked extends Group {
  readonly k: number;
  readonly step: Pick<StepNumbers, 'seed'>;
  readonly stream: number;
  readonly rate: number;
}

interface MaskedInput extends Masked {
  readonly x: FloatArray;
  readonly HAS_DROPOUT: number;
}

const members = ({ segments, count }: Group): readonly SegmentNumbers[] => segments.slice(0, count);

/** x with the mask of one segment, into `target`. */
function dropped(args: MaskedInput, segment: number, target: FloatArray): FloatArray {
  const { x, n, k, step, stream, rate } = args;
  if (args.HAS_DROPOUT === 0) return x;
  for (let i = 0; i < n * k; i++)
    target[i] = (x[i] ?? 0) * dropoutScale(step.seed, stream + segment, i, rate);
  return target;
}

const maskRoom = ({ n, k, HAS_DROPOUT }: MaskedInput): FloatArray =>
  new Float64Array(HAS_DROPOUT === 0 ? 0 : n * k);

export interface LoraDownArguments extends MaskedInput {
  /** Flat adapter buffer. */
  readonly adapter: FloatArray;
  readonly u: FloatArray;
}

/** u [N, RU]. */
export function loraDownReference(args: LoraDownArguments): void {
  const { n, k, ru, adapter, u } = args;
  const room = maskRoom(args);
  members(args).forEach((segment, j) => {
    if (segment.rank === 0) return;
    const input = dropped(args, j, room);
    for (let row = 0; row < n; row++) {
      for (let r = 0; r < segment.rank; r++) {
        const a = segment.a_offset + r * k;
        let sum = 0;
        for (let p = 0; p < k; p++) sum += (input[row * k + p] ?? 0) * (adapter[a + p] ?? 0);
        u[row * ru + segment.u_column + r] = sum;
      }
    }
  });
}

export interface LoraUpBackwardArguments extends Group {
  readonly dy: FloatArray;
  readonly adapter: FloatArray;
  readonly du: FloatArray;
  readonly out: number;
}

/** du [N, RU]. */
export function loraUpBackwardReference(args: LoraUpBackwardArguments): void {
  const { n, out, ru, adapter, dy, du } = args;
  const segments = members(args);
  const sums = new Float64Array(Math.max(1, ...segments.map((segment) => segment.rank)));
  for (const segment of segments) {
    const { rank, start, end, b_offset, u_column, scale } = segment;
    for (let row = 0; row < n; row++) {
      sums.fill(0);
      for (let o = start; o < end; o++) {
        const d = dy[row * out + o] ?? 0;
        const b = b_offset + (o - start) * rank;
        for (let r = 0; r < rank; r++) sums[r] = (sums[r] ?? 0) + d * (adapter[b + r] ?? 0);
      }
      for (let r = 0; r < rank; r++) du[row * ru + u_column + r] = scale * (sums[r] ?? 0);
    }
  }
}

export interface LoraGradArguments extends MaskedInput {
  readonly u: FloatArray;
  readonly dy: FloatArray;
  readonly du: FloatArray;
  /** [splits, total]: added to, at the offsets of A and B; each part from its own stretch of tokens. */
  readonly grads: FloatArray;
  readonly out: number;
  readonly total: number;
  readonly splits: number;
}

export function loraGradReference(args: LoraGradArguments): void {
  const { n, k, out, ru, u, dy, du, grads, total, splits } = args;
  const room = maskRoom(args);
  const share = Math.ceil(n / splits);
  members(args).forEach((segment, j) => {
    const { rank, start, end, a_offset, b_offset, u_column, scale } = segment;
    if (rank === 0) return;
    const input = dropped(args, j, room);
    for (let row = 0; row < n; row++) {
      const part = Math.floor(row / share) * total;
      for (let r = 0; r < rank; r++) {
        const g = du[row * ru + u_column + r] ?? 0;
        const at = part + a_offset + r * k;
        for (let p = 0; p < k; p++) grads[at + p] = (grads[at + p] ?? 0) + g * (input[row * k + p] ?? 0);
      }
      const uAt = row * ru + u_column;
      for (let o = start; o < end; o++) {
        const d = scale * (dy[row * out + o] ?? 0);
        const at = part + b_offset + (o - start) * rank;
        for (let r = 0; r < rank; r++) grads[at + r] = (grads[at + r] ?? 0) + d * (u[uAt + r] ?? 0);
      }
    }
  });
}

export interface LoraDownBackwardArguments extends Masked {
  readonly du: FloatArray;
  readonly adapter: FloatArray;
  readonly dx: FloatArray;
}

/** dx += the adapters' share behind dropout. */
export function loraDownBackwardReference(args: LoraDownBackwardArguments): void {
  const { n, k, ru, adapter, du, dx, rate, stream } = args;
  const { seed } = args.step;
  members(args).forEach((segment, j) => {
    for (let row = 0; row < n; row++) {
      for (let p = 0; p < k; p++) {
        let part = 0;
        for (let r = 0; r < segment.rank; r++) {
          part += (du[row * ru + segment.u_column + r] ?? 0) * (adapter[segment.a_offset + r * k + p] ?? 0);
        }
        const at = row * k + p;
        dx[at] = (dx[at] ?? 0) + part * dropoutScale(seed, stream + j, at, rate);
      }
    }
  });
}
