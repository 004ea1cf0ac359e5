// An adapter beside its base in a web export, in a file of its own: two factors a projection, named as PEFT names them, and what its outputs or
// inputs are multiplied by, so that the base stays in the bytes that it was trained on. Zeros everywhere are no adapter: scales stand here less
// one. B has its scale in it, so that whoever brings another adapter brings numbers and no settings. What is none of these is merged.
import { addDelta } from '../../../adapters/addDelta.ts';
import type { TrainedTensor } from '../../../adapters/method.ts';
import { invariant } from '../../../ground/errors.ts';
import type { DataPart } from './dataFiles.ts';

export interface Beside {
  /** Path of the projection. */
  readonly module: string;
  /** A [R, K] and B [OUT, R]; `scale` of the product with both. */
  readonly factors: { readonly a: TrainedTensor; readonly b: TrainedTensor; readonly scale: number } | null;
  /** OUT numbers, by which outputs are multiplied; over the norms of the rows of W + s·B·A they leave a bias alone. */
  readonly outputs: { readonly vector: TrainedTensor; readonly overRowNorms: boolean } | null;
  /** K numbers, by which inputs are multiplied. */
  readonly inputs: TrainedTensor | null;
}

/** What was trained of one module, as it stands beside it; null: it has to be merged. */
function ofModule(module: string, tensors: readonly TrainedTensor[]): Beside | null {
  const adapter = tensors[0]?.adapter ?? null;
  if (adapter === null || (adapter.lowRank?.made ?? null) !== null) return null;
  const { lowRank, outputScale, inputScale } = adapter;
  // A product that is scaled without its norms, or behind a scaled input, is no method's.
  if (lowRank && (inputScale || outputScale?.overRowNorms === false)) return null;
  const left = [...tensors];
  const [a, b] = lowRank ? left.splice(0, 2) : [];
  const [vector] = outputScale ? left.splice(0, 1) : [];
  const [inputs = null] = inputScale ? left.splice(0, 1) : [];
  if (left.length > 0 || (lowRank && !b) || (outputScale && !vector) || (inputScale && !inputs)) return null;
  const factors = lowRank && a && b ? { a, b, scale: lowRank.scale } : null;
  const outputs = outputScale && vector ? { vector, overRowNorms: outputScale.overRowNorms } : null;
  return factors || outputs || inputs ? { module, factors, outputs, inputs } : null;
}

export function besideOf(
  trained: readonly TrainedTensor[],
  projections: ReadonlySet<string>,
): readonly Beside[] {
  const modules = new Map<string, TrainedTensor[]>();
  for (const tensor of trained) modules.set(tensor.module, [...(modules.get(tensor.module) ?? []), tensor]);
  return [...modules].flatMap(([module, tensors]) =>
    projections.has(module) ? (ofModule(module, tensors) ?? []) : [],
  );
}

const part = (name: string, dims: readonly number[]): DataPart => ({
  name,
  type: 'float',
  dims,
  length: 4 * dims.reduce((product, size) => product * size, 1),
});

export interface BesideParts {
  readonly factors: readonly [a: DataPart, b: DataPart] | null;
  readonly outputs: DataPart | null;
  readonly inputs: DataPart | null;
}

export const besideParts = ({ module, factors, outputs, inputs }: Beside): BesideParts => ({
  factors: factors && [
    part(`${module}.lora_A.weight`, factors.a.shape),
    part(`${module}.lora_B.weight`, factors.b.shape),
  ],
  outputs: outputs && part(`${module}.output_scale`, [outputs.vector.values.length]),
  inputs: inputs && part(`${module}.input_scale`, [inputs.values.length]),
});

export const listed = ({ factors, outputs, inputs }: BesideParts): readonly DataPart[] =>
  [...(factors ?? []), outputs, inputs].filter((one) => one !== null);

/** What rows of outputs [OUT] are multiplied by, divided by the norms of W + s·B·A. */
function overNorms(
  vector: TrainedTensor,
  factors: Beside['factors'],
  weight: Float32Array<ArrayBuffer>,
): Float32Array<ArrayBuffer> {
  const rows = vector.values.length;
  const width = weight.length / rows;
  const whole = weight.slice();
  if (factors) {
    const { a, b, scale } = factors;
    addDelta(whole, { a: a.values, b: b.values, r: a.shape[0] ?? 1 }, scale);
  }
  return Float32Array.from(vector.values, (magnitude, row) => {
    const own = whole.subarray(row * width, (row + 1) * width);
    return magnitude / Math.sqrt(own.reduce((sum, value) => sum + value * value, 0));
  });
}

/** Bytes of the parts, in their order. `weight`: what was frozen, [OUT, K]; read where norms are wanted. */
export async function besideBytes(
  own: Beside,
  weight: () => Promise<Float32Array<ArrayBuffer>>,
): Promise<readonly Uint8Array<ArrayBuffer>[]> {
  const { factors, outputs, inputs } = own;
  const scales = outputs
    ? outputs.overRowNorms
      ? overNorms(outputs.vector, factors, await weight())
      : Float32Array.from(outputs.vector.values)
    : null;
  const made: Float32Array<ArrayBuffer>[] = [];
  if (factors) {
    const { a, b, scale } = factors;
    const rank = b.shape[1] ?? 1;
    const ofRow = (i: number): number => scale * (scales?.[Math.floor(i / rank)] ?? 1);
    made.push(
      Float32Array.from(a.values),
      Float32Array.from(b.values, (value, i) => value * ofRow(i)),
    );
  }
  for (const vector of [scales, inputs?.values ?? null])
    if (vector) made.push(Float32Array.from(vector, (value) => value - 1));
  invariant(made.length === listed(besideParts(own)).length, `export: parts beside '${own.module}'`);
  return made.map(({ buffer }) => new Uint8Array(buffer));
}
