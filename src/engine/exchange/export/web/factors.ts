// An adapter beside its base in a web export: two factors a projection, named as PEFT names them, in a file of their own. B has its scale in it,
// so that whoever brings another adapter brings numbers and no settings. What is more than two factors is merged.
import type { TrainedTensor } from '../../../adapters/method.ts';
import type { DataPart } from './dataFiles.ts';

export interface Factors {
  /** Path of the projection. */
  readonly module: string;
  /** [R, K] */
  readonly a: TrainedTensor;
  /** [OUT, R] */
  readonly b: TrainedTensor;
  /** Of the product with both. */
  readonly scale: number;
}

/** Of the projections that have two factors and nothing else. */
export function factorsOf(
  trained: readonly TrainedTensor[],
  projections: ReadonlySet<string>,
): readonly Factors[] {
  const modules = new Map<string, TrainedTensor[]>();
  for (const tensor of trained) modules.set(tensor.module, [...(modules.get(tensor.module) ?? []), tensor]);
  return [...modules].flatMap(([module, [a, b, ...more]]) => {
    const adapter = a?.adapter ?? null;
    const lowRank = adapter?.lowRank ?? null;
    if (!a || !b || more.length > 0 || !adapter || !lowRank || lowRank.made !== null) return [];
    if (adapter.inputScale !== null || adapter.outputScale !== null || !projections.has(module)) return [];
    return [{ module, a, b, scale: lowRank.scale }];
  });
}

const part = (name: string, { shape, values }: TrainedTensor): DataPart => ({
  name,
  type: 'float',
  dims: shape,
  length: 4 * values.length,
});

export const factorParts = ({ module, a, b }: Factors): readonly [a: DataPart, b: DataPart] => [
  part(`${module}.lora_A.weight`, a),
  part(`${module}.lora_B.weight`, b),
];

/** Bytes of both parts. */
export const factorBytes = ({ a, b, scale }: Factors): readonly [a: Uint8Array, b: Uint8Array] => {
  const scaled = Float32Array.from(b.values, (value) => value * scale);
  const { buffer, byteOffset, byteLength } = Float32Array.from(a.values);
  return [new Uint8Array(buffer, byteOffset, byteLength), new Uint8Array(scaled.buffer)];
};
