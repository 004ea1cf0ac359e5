// The merged model: values against W + s·B·A in float64, and its GGUF file read back by our own reader. That transformers and
// llama.cpp open both with the same logits is shown by tools/golden/check_export.py and check_llama_cpp.py.
import { expect, it } from 'vitest';
import { dequantise4, quantise4 } from '../../../shaders/quant/blockwise4.ts';
import { sumBound } from '../../../shaders/testing/tolerance.ts';
import { blobSource } from '../../ground/formats/byteSource.ts';
import { readSafetensors, toFloat32 } from '../../ground/formats/safetensors.ts';
import { same } from '../../ground/text.ts';
import { ggufModel } from '../../models/gguf/ggufModel.ts';
import { embeddedModel } from '../../models/modelFiles.ts';
import { modelTensors } from '../../models/weightPlaces.ts';
import { floatsOf } from '../../models/weightSource.ts';
import { wire } from '../../python/run/wire.ts';
import type { RecipePatch } from '../../recipe/recipe.ts';
import { defaultValues, withPatch } from '../../recipe/recipe.ts';
import { readPublic } from '../../testing/embedded.ts';
import { layoutAdapters } from '../../torch/trainedLayout.ts';
import type { ExportedAdapter } from './adapterTensors.ts';
import { adapterTensors, layersOnly } from './adapterTensors.ts';
import { floatBytes } from './floatBytes.ts';
import { mergedGguf } from './mergedGguf.ts';
import { mergedModelFiles, shardedFiles } from './mergedModel.ts';
import type { MergedTensor } from './mergedTensors.ts';
import { mergedTensors } from './mergedTensors.ts';
import { peftDirectory } from './peftDirectory.ts';

const files = await embeddedModel(readPublic);

function adapterOf(patch: RecipePatch): ExportedAdapter {
  const { root, tables } = wire(
    files.config,
    withPatch(defaultValues, { 'wiring.attach': 'get_peft_model', ...patch }),
  );
  const layout = layoutAdapters({ root, tables });
  const values = Float32Array.from({ length: layout.total }, (_, i) => Math.sin(i) / 16);
  return { root, layout, values, config: files.config, base: 'base', peftVersion: '0.21.2', recipe: '#v=1' };
}

const none = { quantType: null, doubleQuant: false } as const;
const nf4 = { quantType: 'nf4', doubleQuant: true } as const;

/** A float32 sum of these, whose products may each have been rounded three times before. */
function expectSum(got: number | undefined, terms: readonly number[]): void {
  const want = terms.reduce((sum, term) => sum + term, 0);
  const size = terms.reduce((sum, term) => sum + Math.abs(term), 0);
  expect(Math.abs((got ?? Number.NaN) - want)).toBeLessThanOrEqual(sumBound(terms.length + 3, size));
}

async function collect(tensors: AsyncIterable<MergedTensor>): Promise<Map<string, Float32Array>> {
  const found = new Map<string, Float32Array>();
  for await (const { name, values } of tensors) found.set(name, values);
  return found;
}

it.each([
  ['a float base', none],
  ['an NF4 base', nf4],
] as const)('adds s·B·A to %s', async (_, options) => {
  const adapter = adapterOf({ 'lora.r': 4, 'lora.rank_pattern': '{"down_proj": 2}' });
  const source = await files.weights();
  const merged = await collect(mergedTensors(adapter, source, options));
  expect([...merged.keys()].sort()).toEqual([...modelTensors(files.config).keys()].sort());
  const pairs = layersOnly(same('test'), adapter, adapterTensors(adapter));
  for (const name of ['model.layers.2.mlp.down_proj', 'model.layers.5.self_attn.k_proj']) {
    const shape = modelTensors(files.config).get(`${name}.weight`) ?? [];
    const stored = floatsOf(await source.read(`${name}.weight`, shape));
    const base = options === nf4 ? dequantise4(quantise4(stored, 'nf4', true), 'nf4', stored.length) : stored;
    const pair = pairs.find(({ module }) => module === name);
    if (!pair) throw new Error(`no adapter on ${name}`);
    const [, width = 0] = shape;
    const { rank: r, scale: scaling } = pair.lowRank;
    for (const at of [0, 77, stored.length - 1]) {
      const [row, column] = [Math.floor(at / width), at % width];
      const terms = Array.from(
        { length: r },
        (_, k) => scaling * (pair.b.values[row * r + k] ?? 0) * (pair.a.values[k * width + column] ?? 0),
      );
      expectSum(merged.get(`${name}.weight`)?.[at], [base[at] ?? 0, ...terms]);
    }
  }
});

it('adds the LoRA that VeRA makes, and hands out its shared matrices', async () => {
  const adapter = adapterOf({
    'wiring.stack': 'trl-1.16.0',
    'peft.peft_type': 'VERA',
    'lora.r': 3,
    'lora.target_modules': '["k_proj","down_proj"]',
  });
  const source = await files.weights();
  const merged = await collect(mergedTensors(adapter, source, none));
  const written = peftDirectory(adapter).files.find(({ name }) => name === 'adapter_model.safetensors');
  const saved = readSafetensors(written?.bytes ?? new Uint8Array());
  const read = (name: string): { readonly shape: readonly number[]; readonly values: Float32Array } => {
    const tensor = saved.get(`base_model.${name}`);
    if (!tensor) throw new Error(`no ${name}`);
    return { shape: tensor.shape, values: toFloat32(name, tensor) };
  };
  const [a, b] = [read('vera_A'), read('vera_B')];
  expect([a.shape[0], b.shape[1]]).toEqual([3, 3]);
  for (const name of ['model.layers.2.mlp.down_proj', 'model.layers.5.self_attn.k_proj']) {
    const shape = modelTensors(files.config).get(`${name}.weight`) ?? [];
    const stored = floatsOf(await source.read(`${name}.weight`, shape));
    const [d, lambda] = [read(`model.${name}.vera_lambda_d`), read(`model.${name}.vera_lambda_b`)];
    const [, width = 0] = shape;
    const [, widest = 0] = a.shape;
    for (const at of [0, 77, stored.length - 1]) {
      const [row, column] = [Math.floor(at / width), at % width];
      const factor = lambda.values[row] ?? 0;
      const terms = Array.from(
        { length: 3 },
        (_, k) =>
          factor * (b.values[row * 3 + k] ?? 0) * (d.values[k] ?? 0) * (a.values[k * widest + column] ?? 0),
      );
      expectSum(merged.get(`${name}.weight`)?.[at], [stored[at] ?? 0, ...terms]);
    }
  }
});

it('writes a GGUF file that opens as a model with the same weights and tokenizer', async () => {
  const adapter = adapterOf({ 'lora.r': 2 });
  const tensors = async () => mergedTensors(adapter, await files.weights(), none);
  const { bytes } = await mergedGguf(files, await tensors(), 'float32', 'merged');
  const opened = await ggufModel(blobSource('model.gguf', new Blob([bytes])));
  // The file keeps the norm's epsilon in float32.
  expect(opened.config).toEqual({ ...files.config, normEps: Math.fround(files.config.normEps) });
  const text = 'The mill of 1902, 你好 <|im_end|>';
  expect(opened.tokenizer.encode(text)).toEqual(files.tokenizer.encode(text));
  const source = await opened.weights();
  for await (const { name, shape, values } of await tensors())
    expect(floatsOf(await source.read(name, shape)), name).toEqual(values);
});

it('writes safetensors in the float type that was asked for', async () => {
  const adapter = adapterOf({ 'lora.r': 2 });
  const tensors = mergedTensors(adapter, await files.weights(), none);
  const written = await mergedModelFiles(files, tensors, 'bfloat16');
  const model = written.find(({ name }) => name === 'model.safetensors');
  if (!model) throw new Error('no model.safetensors');
  const read = readSafetensors(model.bytes);
  expect(new Set([...read.values()].map(({ dtype }) => dtype))).toEqual(new Set(['BF16']));
  const norm = read.get('model.norm.weight');
  const own = floatsOf(await (await files.weights()).read('model.norm.weight', [128]));
  // The embedded model's own weights are bfloat16 values.
  expect(norm && toFloat32('model.norm.weight', norm)).toEqual(own);
});

it('rounds to nearest even', () => {
  const values = Float32Array.of(1 + 2 ** -8, 1 + 3 * 2 ** -8, -0, 3.389e38, Number.NaN);
  const bits = [...new Uint16Array(floatBytes(values, 'bfloat16').buffer)];
  expect(bits.slice(0, 4)).toEqual([0x3f80, 0x3f82, 0x8000, 0x7f7f]);
  expect((bits[4] ?? 0) & 0x7fff).toBeGreaterThan(0x7f80);
});

it('shards what is larger than one file may be, with an index', () => {
  const tensor = (name: string, length: number) => ({
    name,
    dtype: 'F32',
    shape: [length],
    bytes: new Uint8Array(4 * length),
  });
  const written = shardedFiles([tensor('a', 10), tensor('b', 10), tensor('c', 30)], 80);
  expect(written.map(({ name }) => name)).toEqual([
    'model-00001-of-00002.safetensors',
    'model-00002-of-00002.safetensors',
    'model.safetensors.index.json',
  ]);
  expect(JSON.parse(new TextDecoder().decode(written[2]?.bytes))).toEqual({
    metadata: { total_size: 200 },
    weight_map: {
      a: 'model-00001-of-00002.safetensors',
      b: 'model-00001-of-00002.safetensors',
      c: 'model-00002-of-00002.safetensors',
    },
  });
});
