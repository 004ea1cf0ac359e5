// Test-only: five steps of an optimiser as the real library made them (tests/golden/optimizers.json), in the flat layout.
import { readFileSync } from 'node:fs';

interface Recorded {
  readonly shapes: readonly (readonly number[])[];
  readonly start: readonly string[];
  readonly grads: readonly (readonly string[])[];
  readonly after: readonly (readonly string[])[];
}
const golden: {
  readonly learningRate: number;
  readonly weightDecay: number;
  readonly optimizers: Readonly<Record<string, Recorded>>;
} = JSON.parse(readFileSync('tests/golden/optimizers.json', 'utf8'));

const floats = (base64: string): Float32Array =>
  new Float32Array(Uint8Array.from(Buffer.from(base64, 'base64')).buffer);

/** Tensors one after the other, each at a multiple of 64 floats. */
function flat(tensors: readonly string[]): Float32Array<ArrayBuffer> {
  const parts = tensors.map(floats);
  const size = (length: number): number => Math.ceil(length / 64) * 64;
  const all = new Float32Array(parts.reduce((sum, part) => sum + size(part.length), 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += size(part.length);
  }
  return all;
}

export interface OptimizerSteps {
  readonly shapes: readonly (readonly number[])[];
  readonly start: Float32Array<ArrayBuffer>;
  readonly steps: readonly {
    readonly grads: Float32Array<ArrayBuffer>;
    readonly after: Float32Array<ArrayBuffer>;
  }[];
  readonly learningRate: number;
  /** [n / 64]: weight decay, factor 1. */
  readonly table: Float32Array<ArrayBuffer>;
}

export function optimizerSteps(name: string): OptimizerSteps {
  const recorded = golden.optimizers[name];
  if (!recorded) throw new Error(`no golden steps of '${name}'`);
  const start = flat(recorded.start);
  return {
    shapes: recorded.shapes,
    start,
    steps: recorded.grads.map((grads, i) => ({ grads: flat(grads), after: flat(recorded.after[i] ?? []) })),
    learningRate: golden.learningRate,
    table: Float32Array.from({ length: start.length / 32 }, (_, i) => (i % 2 === 0 ? golden.weightDecay : 1)),
  };
}
