// The base with the adapter added: W + s·B·A for every adapted projection (VeRA's factors made of its vectors), its rows of length m
// with DoRA, scaled with IA3; tensor by tensor, on the base as it was trained on (one quantised on load counts with its 4-bit values). Source: PEFT 0.21 tuners/lora/layer.py merge; numerics reference 2.5.
import { dequantise4, quantise4 } from '../../../shaders/quant/blockwise4.ts';
import { veraProjections } from '../../adapters/vera/vera.ts';
import { invariant } from '../../ground/errors.ts';
import type { WeightOptions, WeightSource } from '../../models/weightSource.ts';
import { floatsOf, llamaTensors } from '../../models/weightSource.ts';
import type { AdapterTensor, ExportedAdapter } from './adapterTensors.ts';
import { trainedTensors } from './adapterTensors.ts';

export interface MergedTensor {
  /** PyTorch's name, `model.layers.0.mlp.up_proj.weight`. */
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array<ArrayBuffer>;
}

const projection = /\.layers\.\d+\.(self_attn|mlp)\./;

/** Adds scale · B [out, r] · A [r, in] to `weight` [out, in]. */
function addDelta(
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
function addToEmbedding(table: Float32Array, a: AdapterTensor, b: AdapterTensor): void {
  const width = b.values.length / b.r;
  const rows = a.values.length / a.r;
  for (let row = 0; row < rows; row++)
    for (let i = 0; i < width; i++) {
      let sum = 0;
      for (let r = 0; r < a.r; r++) sum += (a.values[r * rows + row] ?? 0) * (b.values[i * a.r + r] ?? 0);
      table[row * width + i] = (table[row * width + i] ?? 0) + a.scaling * sum;
    }
}

/** IA3: scales rows of `weight` [out, in] by l [out, 1], or columns by l [1, in]. */
function scaleBy(weight: Float32Array, { shape, values }: AdapterTensor): void {
  const columns = shape[0] === 1;
  const width = columns ? values.length : weight.length / values.length;
  for (let i = 0; i < weight.length; i++)
    weight[i] = (weight[i] ?? 0) * (values[columns ? i % width : Math.floor(i / width)] ?? 0);
}

/** The LoRA that VeRA's vectors d [r] and b [out] make of the shared matrices, for a module of `width` inputs. */
function veraFactors({ vera, values: d }: AdapterTensor, { values: lambda }: AdapterTensor, width: number) {
  invariant(vera, 'export: a vector of VeRA without its shared matrices');
  const { r, inFeatures } = vera;
  const shared = veraProjections(vera);
  const a = new Float32Array(r * width);
  const b = new Float32Array(lambda.length * r);
  for (let i = 0; i < r; i++)
    for (let j = 0; j < width; j++) a[i * width + j] = (d[i] ?? 0) * (shared[i * inFeatures + j] ?? 0);
  for (let i = 0; i < b.length; i++)
    b[i] = (lambda[Math.floor(i / r)] ?? 0) * (shared[r * inFeatures + i] ?? 0);
  return { a, b, r };
}

/** What was trained of a module, laid on its weight; answers the weight. */
function merge(
  stored: Float32Array<ArrayBuffer>,
  tensors: readonly AdapterTensor[],
): Float32Array<ArrayBuffer> {
  const part = (name: AdapterTensor['part']) => tensors.find((tensor) => tensor.part === name);
  const copy = part('copy');
  if (copy) return Float32Array.from(copy.values);
  const vector = part('ia3_l');
  if (vector) scaleBy(stored, vector);
  const [a, b, m] = [part('A'), part('B'), part('magnitude_vector')];
  if (a && b) addDelta(stored, { a: a.values, b: b.values, r: a.r }, a.scaling);
  const [d, lambda] = [part('vera_lambda_d'), part('vera_lambda_b')];
  if (d && lambda) addDelta(stored, veraFactors(d, lambda, stored.length / lambda.values.length), 1);
  if (m) setRowNorms(stored, m.values);
  const [rows, columns] = [part('embedding_A'), part('embedding_B')];
  if (rows && columns) addToEmbedding(stored, rows, columns);
  return stored;
}

/** Every tensor of the model, merged, one at a time. A head that was tied to the embedding is one of its own if either was trained. */
export async function* mergedTensors(
  adapter: ExportedAdapter,
  source: WeightSource,
  { quantType, doubleQuant }: WeightOptions,
): AsyncGenerator<MergedTensor> {
  const { config } = adapter;
  const trained = trainedTensors(adapter);
  const tied = config.tied && trained.every(({ module }) => module.startsWith('model.layers.'));
  for (const [name, shape] of llamaTensors({ ...config, tied })) {
    const from = name === 'lm_head.weight' && config.tied ? 'model.embed_tokens.weight' : name;
    const stored = floatsOf(await source.read(from, shape));
    const quantised = quantType !== null && projection.test(name);
    const values = quantised
      ? new Float32Array(dequantise4(quantise4(stored, quantType, doubleQuant), quantType, stored.length))
      : stored;
    const own = trained.filter(({ module }) => `${module}.weight` === name);
    yield { name, shape, values: merge(values, own) };
  }
}
