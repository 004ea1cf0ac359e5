// Exports for the web in ONNX Runtime: logits of every family against transformers' with an adapter laid on, whole texts and with the cache; over
// packed bases, and of the embedded model and SmolLM2, against this engine's own. Python and transformers.js: tools/golden/check_web.py,
// tools/golden/webPage.ts.
import * as pages from 'onnxruntime-web/webgpu';
import { describe, expect, it } from 'vitest';
import type { ModelFiles } from '../../../models/modelFiles.ts';
import { embeddedModel } from '../../../models/modelFiles.ts';
import { weightOptions } from '../../../python/run/wire.ts';
import type { RecipePatch } from '../../../recipe/recipe.ts';
import { defaultValues, withPatch } from '../../../recipe/recipe.ts';
import { BOUNDS } from '../../../testing/agreement.ts';
import { readPublic } from '../../../testing/embedded.ts';
import { familyPatch, floats, goldenFamilies, stepOf, tinyGenerator } from '../../../testing/familyCases.ts';
import { inQ4 } from '../../../testing/packedBlocks.ts';
import { openRandomFamily } from '../../../testing/randomFamily.ts';
import { smollm2OrNull } from '../../../testing/smollm2.ts';
import { steadyClock } from '../../../testing/steadyClock.ts';
import { openTiny } from '../../../testing/tinyLlama.ts';
import { trainerOf } from '../../../testing/trainerOf.ts';
import { CpuBackend } from '../../../training/backends/cpuBackend.ts';
import { openOrt } from '../../../training/backends/ort/openOrt.ts';
import type { OrtRuntime } from '../../../training/backends/ort/ortBackend.ts';
import { OrtBackend } from '../../../training/backends/ort/ortBackend.ts';
import { Generator } from '../../../training/generate/generator.ts';
import type { ExportPiece } from '../pieces.ts';
import { collected } from '../pieces.ts';
import { modelNames, webFiles } from './webFolder.ts';
import type { WebType } from './webModel.ts';
import { WebSession } from './webSession.ts';

/** As transformers.js brings it: the build with WebGPU, on the processor. What trains below is ours. */
pages.env.wasm.numThreads = 1;
pages.env.logLevel = 'error';
const ort: OrtRuntime = {
  createSession: (model, options) => pages.InferenceSession.create(model, options),
  Tensor: pages.Tensor,
  threads: 1,
};
const training = await openOrt();

/** Largest distance of two rows of logits. */
const distance = (got: Float32Array, want: Float32Array): number =>
  Math.max(...want.map((one, i) => Math.abs(one - (got[i] ?? Number.NaN))));

/** The likeliest tokens, one after another. */
async function greedy(session: WebSession, ids: readonly number[], count: number): Promise<number[]> {
  const said: number[] = [];
  let scores = await session.feed(ids);
  while (said.length < count) {
    const next = scores.indexOf(Math.max(...scores));
    said.push(next);
    if (said.length < count) scores = await session.feed([next]);
  }
  return said;
}

interface Made {
  readonly name: string;
  readonly file: Blob;
}

const embedded = await embeddedModel(readPublic);
const smollm2 = await smollm2OrNull();
const [row = []] = goldenFamilies.batch.input_ids;

/** As a browser keeps them. */
async function all(pieces: AsyncIterable<ExportPiece>): Promise<Made[]> {
  return (await collected(pieces)).map(({ name, bytes }) => ({ name, file: new Blob([bytes]) }));
}

/** A golden case, its base in floats or quantised, as a folder of a type. */
async function tinyWeb(own: (typeof goldenFamilies.cases)[number], base: 'f32' | 'nf4', type: WebType) {
  const backend = new CpuBackend({ precision: 'float32' });
  const tiny = await openTiny(backend, own.config, stepOf(own, base), familyPatch);
  const { config, wired, layout, source, adapter: values } = tiny;
  const adapter = { root: wired.root, layout, values, config, base: '', peftVersion: '', recipe: '' };
  const options = { quantType: base === 'nf4' ? 'nf4' : null, doubleQuant: false } as const;
  const model = { ...embedded, config, weights: () => Promise.resolve(source) };
  const files = await all(webFiles(model, adapter, options, type));
  return {
    open: () => WebSession.open(ort, files, { model: modelNames[type], config }),
    ours: tinyGenerator(backend, tiny),
  };
}

const cases = goldenFamilies.cases.map((own) => [own.name, own] as const);

describe('families against transformers', () => {
  it.each(cases)('%s', async (_, own) => {
    const { open } = await tinyWeb(own, 'f32', 'float32');
    expect(distance(await (await open()).feed(row), floats(own.logits))).toBeLessThan(BOUNDS.logits);
    expect(await greedy(await open(), row.slice(0, 9), own.greedy.length)).toEqual(own.greedy);
  });
});

describe('families over an NF4 base, their adapters beside it', () => {
  it.each(cases)('%s', async (_, own) => {
    const { open, ours } = await tinyWeb(own, 'nf4', 'packed');
    const want = await ours.prefill(row, true);
    expect(distance(await (await open()).feed(row), want)).toBeLessThan(BOUNDS.drift);
  });
});

/** A few steps of a model, then this engine and the export of a type beside each other. */
async function compared(model: ModelFiles, type: WebType, patch: RecipePatch): Promise<void> {
  const values = withPatch(defaultValues, {
    'train.max_steps': 2,
    'train.per_device_train_batch_size': 1,
    'train.learning_rate': 0.003,
    ...patch,
  });
  const rows = JSON.stringify({ prompt: 'Where is the boat?', completion: 'It lies in the harbour.' });
  const backend = new OrtBackend(training);
  const { trainer, wired, files } = await trainerOf(backend, model, rows, values);
  while (!trainer.finished) await trainer.next();
  const { config, tokenizer, stopIds } = files;
  const { layout } = trainer;
  const refresh = () => trainer.refresh();
  const inputs = { backend, config, model: wired, layout, tokenizer, stopIds, now: steadyClock(), refresh };
  const ids = tokenizer.encode(tokenizer.render([{ role: 'user', content: 'Where is it?' }], true).text);
  const generator = new Generator(inputs);
  const { adapter: trained } = await trainer.state();
  const ours = { on: await generator.prefill(ids, true), off: await generator.prefill(ids, false) };
  // A large model is in memory once: WebAssembly has four gigabytes.
  backend.destroy();
  const adapter = {
    root: wired.root,
    layout,
    values: trained,
    config,
    base: '',
    peftVersion: '',
    recipe: '',
  };
  const written = await all(webFiles(files, adapter, weightOptions(values), type));
  const logits = async (from: readonly Made[]): Promise<Float32Array> => {
    const session = await WebSession.open(ort, from, { model: modelNames[type], config });
    try {
      return await session.feed(ids);
    } finally {
      await session.release();
    }
  };
  const after = await logits(written);
  expect(distance(after, ours.on)).toBeLessThan(BOUNDS.drift);
  expect(distance(ours.off, ours.on)).toBeGreaterThan(10 * BOUNDS.drift);
  if (type !== 'packed') return;
  // The last file is the adapter; without its numbers the base answers.
  const [last] = written.slice(-1);
  const without = written.map((one) =>
    one === last ? { ...one, file: new Blob([new Uint8Array(one.file.size)]) } : one,
  );
  expect(distance(await logits(without), ours.off)).toBeLessThan(BOUNDS.drift);
}

const none = { 'bnb.bnb_4bit_quant_type': 'none' } as const;
const nf4 = { 'bnb.bnb_4bit_quant_type': 'nf4' } as const;
const asItIs = (model: ModelFiles): ModelFiles => model;
/** Of a base as its file has it, quantised on load, and in a file's blocks. */
const bases = [
  ['float32, merged', 'float32', asItIs, none],
  ['float32, merged into NF4', 'float32', asItIs, nf4],
  ['float32, merged into Q4_0', 'float32', inQ4, none],
  ['packed', 'packed', asItIs, none],
  ['packed NF4', 'packed', asItIs, nf4],
  ['packed Q4_0', 'packed', inQ4, none],
] as const;

describe('the embedded model', () => {
  it.each(bases)('%s', (_, type, of, patch) => compared(of(embedded), type, patch));
  it.each([
    ['DoRA', { 'lora.use_dora': true }],
    ['IA3', { 'peft.peft_type': 'IA3', 'lora.target_modules': '["k_proj", "v_proj", "down_proj"]' }],
  ] as const)('%s, merged and beside its base', async (_, patch) => {
    const own = { ...none, 'train.learning_rate': 0.02, ...patch };
    await compared(embedded, 'float32', own);
    await compared(inQ4(embedded), 'packed', own);
  });
});

it('a model whose biases an adapter scales', async () => {
  const qwen = await openRandomFamily('qwen2');
  const ia3 = {
    'peft.peft_type': 'IA3',
    'lora.target_modules': '["k_proj", "v_proj", "down_proj"]',
  } as const;
  const own = { ...none, ...ia3, 'train.learning_rate': 0.2 };
  await compared(qwen, 'float32', own);
  await compared(inQ4(qwen), 'packed', own);
});

const described = smollm2 ? describe : describe.skip;
described('SmolLM2-135M', () => {
  it.each(bases)('%s', async (_, type, of, patch) => {
    if (smollm2) await compared(of(smollm2), type, { ...patch, 'train.max_length': 128 });
  });
});
