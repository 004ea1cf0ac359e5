// Merged models of every family: the GGUF file opens as the model that it was made of, or is refused by what it can't say; config.json says
// the configuration.
import { expect, it } from 'vitest';
import { randomArray } from '../../../shaders/testing/finite.ts';
import { UserError } from '../../ground/errors.ts';
import { blobSource } from '../../ground/formats/byteSource.ts';
import { readSafetensors, writeTensors } from '../../ground/formats/safetensors.ts';
import { parseConfig } from '../../models/families.ts';
import { ggufModel } from '../../models/gguf/ggufModel.ts';
import type { ModelConfig } from '../../models/modelConfig.ts';
import { embeddedModel } from '../../models/modelFiles.ts';
import { openModel } from '../../models/openModel.ts';
import { frequenciesOf } from '../../models/rotation.ts';
import { modelTensors } from '../../models/weightPlaces.ts';
import { floatsOf } from '../../models/weightSource.ts';
import { wire } from '../../python/run/wire.ts';
import { defaultValues, withPatch } from '../../recipe/recipe.ts';
import { readPublic } from '../../testing/embedded.ts';
import { goldenFamilies } from '../../testing/familyCases.ts';
import { layoutAdapters } from '../../torch/trainedLayout.ts';
import type { ExportFile } from './adapterTensors.ts';
import { mergedGguf } from './mergedGguf.ts';
import { mergedModelFiles } from './mergedModel.ts';
import type { MergedTensor } from './mergedTensors.ts';
import { mlxFiles } from './mlxAdapter.ts';
import { peftDirectory } from './peftDirectory.ts';

const embedded = await embeddedModel(readPublic);

async function* tensorsOf(config: ModelConfig): AsyncGenerator<MergedTensor> {
  let seed = 0;
  for (const [name, shape] of modelTensors(config)) {
    const count = shape.reduce((product, size) => product * size, 1);
    seed += 1;
    // Values that float32 keeps when 1 is added and taken off again.
    const values = Float32Array.from(randomArray(count, seed), (value) => Math.round(value * 64) / 64);
    yield { name, shape, values };
  }
}

/** What llama.cpp takes for granted: windows of most architectures, and SmolLM3's every fourth layer. */
const unsaid: Readonly<Record<string, RegExp>> = {
  mistral: /architecture llama can't say that layer 0 sees 5 tokens/,
  'qwen2, windowed': /architecture qwen2 can't say that layer 1 sees 4 tokens/,
  smollm3: /architecture smollm3 can't say which layers are told no positions/,
  gemma3_text: /architecture gemma3 can't say/,
};

const sourceOf = ({ name, bytes }: ExportFile) => blobSource(name, new Blob([bytes]));

const cases = goldenFamilies.cases.map((own) => {
  const config = { ...parseConfig(own.config), vocabSize: embedded.config.vocabSize };
  return [own.name, config] as const;
});

const configOf = (name: string): ModelConfig => cases.find(([own]) => own === name)?.[1] ?? embedded.config;

it.each(cases.filter(([name]) => unsaid[name] === undefined))(
  '%s opens from GGUF as it was',
  async (_, config) => {
    const { bytes } = await mergedGguf({ ...embedded, config }, tensorsOf(config), 'float32', 'merged');
    const opened = await ggufModel(blobSource('model.gguf', new Blob([bytes])));
    // What a model drops while it is trained is nothing that the file could say.
    const { rotations, own: numbers, layerKinds, family, normEps, dropouts, ...sizes } = opened.config;
    const { rotations: turned, own: ownNumbers, normEps: eps, dropouts: ownDropouts, ...wanted } = config;
    expect(Boolean(dropouts)).toBe(Boolean(ownDropouts));
    expect({ ...sizes, layerKinds, family }).toEqual(wanted);
    expect(normEps).toBe(Math.fround(eps));
    for (const [key, value] of Object.entries(ownNumbers)) expect(numbers[key], key).toBe(Math.fround(value));
    expect(rotations.length).toBe(turned.length);
    for (const [i, rotation] of rotations.entries()) {
      const want = turned[i];
      if (!want) continue;
      const frequencies = frequenciesOf(want);
      // Divisors are float32: one rounding more.
      for (const [at, frequency] of frequenciesOf(rotation).entries())
        expect(frequency / (frequencies[at] ?? 0)).toBeCloseTo(1, 6);
    }
    const source = await opened.weights();
    for await (const tensor of tensorsOf(config))
      expect(floatsOf(await source.read(tensor.name, tensor.shape)), tensor.name).toEqual(tensor.values);
  },
);

it.each(cases.filter(([name]) => unsaid[name] !== undefined))(
  '%s is refused as GGUF by what the file can’t say',
  async (name, config) => {
    const making = mergedGguf({ ...embedded, config }, tensorsOf(config), 'float32', 'merged');
    const error = await making.catch((one: unknown) => one);
    expect(error).toBeInstanceOf(UserError);
    expect(String(error)).toMatch(unsaid[name] ?? /never/);
  },
);

it.each(cases)('%s opens from the folder that it was merged into', async (_, config) => {
  const files = await mergedModelFiles({ ...embedded, config }, tensorsOf(config), 'float32');
  const opened = await openModel('merged', files.map(sourceOf));
  const source = await opened.weights();
  for await (const tensor of tensorsOf(config))
    expect(floatsOf(await source.read(tensor.name, tensor.shape)), tensor.name).toEqual(tensor.values);
});

it('GPT-2 opens as its authors keep it: no prefix, and the masks of attention among the weights', async () => {
  const config = configOf('gpt2');
  const files = await mergedModelFiles({ ...embedded, config }, tensorsOf(config), 'float16');
  const kept = files.map((file) => {
    if (file.name !== 'model.safetensors') return file;
    const tensors = [...readSafetensors(file.bytes)].map(([name, tensor]) => ({
      ...tensor,
      name: name.replace(/^transformer\./, ''),
    }));
    // Of a Conv1D: [in, out].
    const shape = tensors.find(({ name }) => name === 'h.0.attn.c_attn.weight')?.shape;
    expect(shape).toEqual([config.hiddenSize, 3 * config.hiddenSize]);
    const mask = { name: 'h.0.attn.bias', dtype: 'F32', shape: [1, 1, 4, 4], bytes: new Uint8Array(64) };
    return { ...file, bytes: writeTensors([...tensors, mask]) };
  });
  const source = await (await openModel('gpt2', kept.map(sourceOf))).weights();
  for await (const tensor of tensorsOf(config))
    expect(floatsOf(await source.read(tensor.name, tensor.shape)), tensor.name).toEqual(tensor.values);
});

it.each([
  ['none', true],
  ['nf4', undefined],
] as const)(
  'PEFT is told of turned weights, MLX has its own name for what is below the head: %s',
  (quantType, told) => {
    const config = configOf('gpt2');
    const values = withPatch(defaultValues, { 'bnb.bnb_4bit_quant_type': quantType });
    const { root, tables } = wire(config, withPatch(values, { 'lora.target_modules': '["c_attn"]' }));
    const layout = layoutAdapters({ root, tables });
    const adapter = { root, layout, values: new Float32Array(layout.total), config, base: 'gpt2' };
    const { files } = peftDirectory({ ...adapter, peftVersion: '0.21.2', recipe: '' });
    const json = files.find(({ name }) => name === 'adapter_config.json');
    expect(JSON.parse(new TextDecoder().decode(json?.bytes)).fan_in_fan_out).toBe(told);
    const mlx = mlxFiles({ ...adapter, peftVersion: '0.21.2', recipe: '' }).find(({ name }) =>
      /safetensors$/.test(name),
    );
    expect([...readSafetensors(mlx?.bytes ?? new Uint8Array()).keys()][0]).toBe(
      'model.h.0.attn.c_attn.lora_a',
    );
    expect(layout.tensors.slice(0, 2).map(({ parameter }) => parameter.shape)).toEqual([
      [values['lora.r'], config.hiddenSize],
      [3 * config.hiddenSize, values['lora.r']],
    ]);
  },
);

it.each(cases)('%s has a config.json that says it', async (_, config) => {
  const written = await mergedModelFiles({ ...embedded, config }, tensorsOf(config), 'float32');
  const json = written.find((file) => file.name === 'config.json');
  expect(parseConfig(JSON.parse(new TextDecoder().decode(json?.bytes)))).toEqual(config);
});
