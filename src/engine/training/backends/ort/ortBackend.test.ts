// The lowered plans on ONNX Runtime's WebAssembly: against PyTorch and PEFT in every family, with weights decoded and packed; against
// the CPU backend where blocks of attention, chunks of the head or masks are drawn; the same bits twice; a run that moves to it.
import { describe, expect, it } from 'vitest';

import { largestShape } from '../../../data/batches.ts';
import { BOUNDS } from '../../../testing/agreement.ts';
import { embeddedTrainer } from '../../../testing/embedded.ts';
import { familyCases } from '../../../testing/familyCases.ts';
import { parityCases } from '../../../testing/parityCases.ts';
import { steadyClock } from '../../../testing/steadyClock.ts';
import { relativeError } from '../../../testing/tinyLlama.ts';
import { estimateCost } from '../../estimate.ts';
import { Generator } from '../../generate/generator.ts';
import { trainerOptions } from '../../options.ts';
import type { Backend } from '../backend.ts';
import { CpuBackend } from '../cpuBackend.ts';
import { openOrt } from './openOrt.ts';
import type { OrtRuntime } from './ortBackend.ts';
import { OrtBackend } from './ortBackend.ts';

const runtime = await openOrt();
const open = (packed = false): OrtBackend => new OrtBackend(runtime, { packed });
const row = (words: number): string =>
  JSON.stringify({
    prompt: 'Where is the boat?',
    completion: Array.from({ length: words }, (_, i) => `tide ${i % 7}`).join(' '),
  });

describe('ONNX Runtime against PEFT', () => parityCases(() => open()));
describe('families', () => familyCases(() => open()));
describe('packed weights', () => parityCases(() => open(true)));

/** Loss and gradients of the first step of the embedded model. */
async function firstStep(backend: Backend, rows: string, patch: object) {
  const { trainer } = await embeddedTrainer(backend, rows, { 'train.max_steps': 1, ...patch });
  const { loss } = await trainer.next();
  return { loss, gradients: await backend.read('grads', 0, trainer.layout.total) };
}

describe('against the CPU backend', () => {
  it.each([
    ['rows longer than a block of queries', row(140), { 'train.max_length': 400 }],
    [
      'packed rows longer than a block',
      [row(50), row(60), row(40), row(70)].join('\n'),
      { 'train.packing': 'bfd', 'train.max_length': 400 },
    ],
    ['dropout', [row(6), row(9)].join('\n'), { 'lora.lora_dropout': 0.3 }],
    [
      'NEFTune and smoothing',
      [row(6), row(9)].join('\n'),
      { 'train.neftune_noise_alpha': 5, 'train.label_smoothing_factor': 0.1 },
    ],
  ])('%s', async (_, rows, patch) => {
    const [ours, cpu] = [open(), new CpuBackend({ precision: 'float32' })];
    const own = { 'train.per_device_train_batch_size': 2, 'lora.init_lora_weights': 'gaussian', ...patch };
    const [got, want] = [await firstStep(ours, rows, own), await firstStep(cpu, rows, own)];
    expect(Math.abs(got.loss / want.loss - 1)).toBeLessThan(BOUNDS.loss);
    expect(relativeError(got.gradients, want.gradients)).toBeLessThan(BOUNDS.gradient);
  });
});

it('repeats bit for bit, one session for rows of any length', async () => {
  const rows = [row(3), row(12), row(20)].join('\n');
  const run = async (): Promise<number[]> => {
    const patch = { 'train.max_steps': 3, 'train.per_device_train_batch_size': 1 };
    const backend = open();
    const { trainer } = await embeddedTrainer(backend, rows, patch);
    const losses: number[] = [];
    while (!trainer.finished) losses.push((await trainer.next()).loss);
    expect(backend.sessions).toBe(1);
    return losses;
  };
  expect(await run()).toEqual(await run());
});

it('goes on with a run of the CPU backend', async () => {
  const rows = [row(3), row(5), row(8)].join('\n');
  const patch = { 'train.max_steps': 4, 'train.per_device_train_batch_size': 1 };
  const cpu = await embeddedTrainer(new CpuBackend({ precision: 'float32' }), rows, patch);
  const ours = await embeddedTrainer(open(), rows, patch);
  for (let step = 0; step < 2; step++) await cpu.trainer.next();
  ours.trainer.restore(await cpu.trainer.state());
  const [want, got] = [await cpu.trainer.next(), await ours.trainer.next()];
  expect(got.step).toBe(3);
  expect(Math.abs(got.loss / want.loss - 1)).toBeLessThan(BOUNDS.loss);
});

it('holds in its sessions what the estimate counts: every frozen weight, decoded, and what answers hold', async () => {
  const backend = open();
  const patch = { 'train.max_steps': 1, 'train.per_device_train_batch_size': 1 };
  const { trainer, files, wired, values, train } = await embeddedTrainer(backend, row(4), patch);
  await trainer.next();
  const trained = backend.sessionBytes;
  const { config, tokenizer } = files;
  const generator = new Generator({
    ...{ backend, config, model: wired, layout: trainer.layout, tokenizer, stopIds: new Set<number>() },
    now: steadyClock(),
  });
  const generation = { doSample: false, temperature: 1, topP: 1, seed: 0, maxNewTokens: 2 };
  for (const adapter of [true, false])
    for (const question of [
      'Where?',
      'Where is the boat that the keeper of the light has mended, and whose is it? '.repeat(4),
    ])
      await generator.answer(question, { adapter, generation, onText: () => true });
  const largest = { train: largestShape(train, 1) ?? { rows: 1, tokens: 1 }, test: null, microBatches: 1 };
  const inputs = { config: files.config, wired, options: trainerOptions(values), largest, steps: 1 };
  const weights = (sessions: boolean): number =>
    estimateCost({ ...inputs, sessions })?.memory.weightsBytes ?? Number.NaN;
  const held = weights(true) - weights(false);
  expect(held).toBe(backend.sessionBytes);
  const { hiddenSize: c, vocabSize: v } = files.config;
  expect(trained).toBeGreaterThan(4 * c * v);
  // Four graphs, whatever the widths of chunks, of which a prompt's have no head.
  expect(backend.sessions).toBe(5);
});

it('tells what ONNX Runtime refuses, and leaves what the run has made', async () => {
  let refuses = false;
  const fragile: OrtRuntime = {
    Tensor: runtime.Tensor,
    createSession: (model, options) =>
      refuses ? Promise.reject(new Error('std::bad_alloc')) : runtime.createSession(model, options),
  };
  const patch = { 'train.max_steps': 2, 'train.per_device_train_batch_size': 1 };
  const backend = new OrtBackend(fragile);
  const { trainer } = await embeddedTrainer(backend, row(4), patch);
  await trainer.next();
  const before = await trainer.state();
  refuses = true;
  backend.upload('weights/model.norm', await backend.read('weights/model.norm', 0, 128));
  await expect(trainer.next()).rejects.toMatchObject({ code: 'ort-error', message: /std::bad_alloc/ });
  expect((await trainer.state()).adapter).toEqual(before.adapter);
});
