// A LoRA adapter as it leaves: PEFT's configuration, tensors for the untouched base, and the merged weight.
// Source: PEFT 0.21 tuners/lora/{config,layer}.py, utils/save_and_load.py; numerics reference 2.5, 2.6.
import type { Text } from '../../ground/text.ts';
import { text } from '../../ground/text.ts';
import { notAsLora } from '../adapterErrors.ts';
import { addDelta } from '../addDelta.ts';
import type { SharedFields, TrainedTensor } from '../method.ts';
import type { LoraAdapter } from './loraAdapter.ts';
import { isLora } from './loraAdapter.ts';

/** The value that most modules have, and the others' by whole path (as the regular expressions that PEFT takes keys for). */
function mostCommon(tensors: readonly TrainedTensor[], of: (adapter: LoraAdapter) => number) {
  const valued = tensors.flatMap(({ module, adapter }) =>
    isLora(adapter) ? [{ module, value: of(adapter) }] : [],
  );
  const counts = new Map<number, number>();
  for (const { value } of valued) counts.set(value, (counts.get(value) ?? 0) + 1);
  const [usual = 0] = [...counts].sort((a, b) => b[1] - a[1])[0] ?? [];
  const others = valued.filter(({ value }) => value !== usual);
  const pattern = Object.fromEntries(
    others.map(({ module, value }) => [module.replaceAll('.', '\\.'), value]),
  );
  return { usual, pattern };
}

const rankOf = ({ lowRank }: LoraAdapter): number => lowRank?.rank ?? 0;

/** The rank that most modules have. */
export const usualRank = (tensors: readonly TrainedTensor[]): number => mostCommon(tensors, rankOf).usual;

/**
 * Where rank or alpha differ between modules the most common stand for all and patterns of whole paths for the rest. What only newer
 * versions of PEFT know is written where it is not the default: older ones raise TypeError at a name that they do not know.
 */
export function loraConfigJson(shared: SharedFields, tensors: readonly TrainedTensor[]): object {
  const rank = mostCommon(tensors, rankOf);
  const alpha = mostCommon(tensors, (adapter) => adapter.alpha);
  const first = tensors[0]?.adapter ?? null;
  const own = isLora(first) ? first : null;
  const hasEntries = (pattern: object): boolean => Object.keys(pattern).length > 0;
  return {
    ...shared,
    ...(hasEntries(alpha.pattern) && { alpha_pattern: alpha.pattern }),
    bias: 'none',
    init_lora_weights: true,
    lora_alpha: alpha.usual,
    lora_dropout: own?.lowRank?.dropout ?? 0,
    peft_type: 'LORA',
    r: rank.usual,
    ...(hasEntries(rank.pattern) && { rank_pattern: rank.pattern }),
    ...(own?.dora && { use_dora: true }),
    ...(own?.rslora && { use_rslora: true }),
  };
}

/** [a; b] of two matrices with as many columns. */
function below(a: Float32Array, b: Float32Array): Float32Array {
  const out = new Float32Array(a.length + b.length);
  out.set(a);
  out.set(b, a.length);
  return out;
}

/** [a | −b] of two matrices of `rows` rows. */
function beside(a: Float32Array, b: Float32Array, rows: number): Float32Array {
  const width = a.length / rows;
  const out = new Float32Array(2 * a.length);
  for (let row = 0; row < rows; row++)
    for (let i = 0; i < width; i++) {
      out[2 * row * width + i] = a[row * width + i] ?? 0;
      out[(2 * row + 1) * width + i] = -(b[row * width + i] ?? 0);
    }
  return out;
}

/** Why the change of an adapter that was taken out of the base is no LoRA of the base; null when it is. */
function whyNotAsLora({ init, dora }: LoraAdapter, quantised: boolean): Text | null {
  if (init === 'loftq')
    return text(
      'LoftQ rounded the base, and only on the rounded one does it hold',
      ' LoftQ 舍入了底座，它只在舍入后的底座上成立',
    );
  if (quantised)
    return text(
      `${init} left a rest that was quantised anew, and only on that does it hold`,
      ` ${init} 留下的余量又经过了量化，它只在那样的底座上成立`,
    );
  return dora
    ? text(`${init} with DoRA scales a base that nobody else has`, ` ${init} 加 DoRA 缩放的是别人没有的底座`)
    : null;
}

/** The same LoRA of twice the rank, with the scale that it had. */
const widened = (adapter: LoraAdapter): LoraAdapter => ({
  ...adapter,
  alpha: adapter.alpha * (adapter.rslora ? Math.SQRT2 : 2),
  init: 'true',
  lowRank: adapter.lowRank && { ...adapter.lowRank, rank: 2 * adapter.lowRank.rank },
});

/**
 * The change s·(B·A − B₀·A₀) as a LoRA of twice the rank, as PEFT 0.21 subtract_mutated_init makes it. Throws UserError 'export-base' where
 * that says something else than what was trained.
 */
export function loraForUntouchedBase(
  tensors: readonly TrainedTensor[],
  before: readonly TrainedTensor[],
  quantised: boolean,
): readonly TrainedTensor[] {
  const first = tensors.find(({ adapter }) => isLora(adapter))?.adapter ?? null;
  const reason = isLora(first) ? whyNotAsLora(first, quantised) : null;
  if (reason !== null) throw notAsLora({ reason });
  return tensors.map((tensor, i) => {
    const values = before[i]?.values ?? new Float32Array(tensor.values.length);
    const [rows = 0, columns = 0] = tensor.shape;
    if (!isLora(tensor.adapter)) return tensor;
    const adapter = widened(tensor.adapter);
    if (tensor.part === 'lora_A.weight')
      return { ...tensor, adapter, shape: [2 * rows, columns], values: below(tensor.values, values) };
    if (tensor.part === 'lora_B.weight')
      return { ...tensor, adapter, shape: [rows, 2 * columns], values: beside(tensor.values, values, rows) };
    return tensor;
  });
}

/** DoRA: gives every row of `weight` [out, in] the length m [out]. */
function setRowNorms(weight: Float32Array, m: Float32Array): void {
  const width = weight.length / m.length;
  m.forEach((length, out) => {
    const row = weight.subarray(out * width, (out + 1) * width);
    const factor = length / Math.sqrt(row.reduce((sum, value) => sum + value * value, 0));
    row.forEach((value, i) => {
      row[i] = value * factor;
    });
  });
}

/** Adds scale · (B [C, r] · A [r, V])ᵀ to an embedding [V, C]. */
function addToEmbedding(
  table: Float32Array,
  a: Float32Array,
  b: Float32Array,
  r: number,
  scale: number,
): void {
  const width = b.length / r;
  const rows = a.length / r;
  for (let row = 0; row < rows; row++)
    for (let i = 0; i < width; i++) {
      let sum = 0;
      for (let k = 0; k < r; k++) sum += (a[k * rows + row] ?? 0) * (b[i * r + k] ?? 0);
      table[row * width + i] = (table[row * width + i] ?? 0) + scale * sum;
    }
}

/** W + s·B·A, its rows of length m with DoRA. */
export function mergeLora(
  weight: Float32Array<ArrayBuffer>,
  tensors: readonly TrainedTensor[],
): Float32Array<ArrayBuffer> {
  const part = (name: string) => tensors.find((tensor) => tensor.part === name);
  const { rank: r = 1, scale = 0 } = tensors[0]?.adapter?.lowRank ?? {};
  const [a, b, m] = [part('lora_A.weight'), part('lora_B.weight'), part('lora_magnitude_vector.weight')];
  if (a && b) addDelta(weight, { a: a.values, b: b.values, r }, scale);
  if (m) setRowNorms(weight, m.values);
  const [rows, columns] = [part('lora_embedding_A'), part('lora_embedding_B')];
  if (rows && columns) addToEmbedding(weight, rows.values, columns.values, r, scale);
  return weight;
}
