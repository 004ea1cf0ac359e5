// Test-only: a model as if its file held every matrix in ggml's Q4_0, so that what is said of packed bases is tried on any model.
import { floatToHalf, halfToFloat } from '../../shaders/quant/halves.ts';
import type { ModelFiles } from '../models/modelFiles.ts';
import { modelTensors } from '../models/weightPlaces.ts';
import { floatsOf } from '../models/weightSource.ts';

const BLOCK = 32;
const BYTES = 18;

/** A scale, which takes the largest value to -8, and half bytes: the first sixteen values low, the others high. */
function asQ4(values: Float32Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array((values.length / BLOCK) * BYTES);
  for (let block = 0; block < values.length / BLOCK; block++) {
    const own = values.subarray(block * BLOCK, (block + 1) * BLOCK);
    const largest = own.reduce((most, value) => (Math.abs(value) > Math.abs(most) ? value : most), 0);
    const scale = floatToHalf(largest / -8);
    const step = halfToFloat(scale);
    const codes = Array.from(own, (value) =>
      step === 0 ? 8 : Math.min(15, Math.max(0, Math.round(value / step) + 8)),
    );
    const low = codes.slice(0, 16).map((code, i) => code | ((codes[16 + i] ?? 0) << 4));
    bytes.set([scale & 255, scale >> 8, ...low], block * BYTES);
  }
  return bytes;
}

/** Vectors, and matrices whose rows are no whole blocks, stay as they are. */
export function inQ4(model: ModelFiles): ModelFiles {
  const packed = new Set(
    [...modelTensors(model.config)].flatMap(([name, [, width = 0, ...more]]) =>
      width > 0 && width % BLOCK === 0 && more.length === 0 ? [name] : [],
    ),
  );
  return {
    ...model,
    formatOf: (name) => (packed.has(name) ? 'q4_0' : model.formatOf(name)),
    weights: async () => {
      const source = await model.weights();
      return {
        formatOf: (name) => (packed.has(name) ? 'q4_0' : source.formatOf(name)),
        read: async (name, shape) => {
          const stored = await source.read(name, shape);
          if (!packed.has(name)) return stored;
          return { format: 'q4_0', bytes: asQ4(floatsOf(stored)), count: stored.count };
        },
      };
    },
  };
}
