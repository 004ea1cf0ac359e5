// Whole training steps, the time of each kernel in one, generation, loading and memory, of a model that is on this machine.

import type { Example } from '../../src/engine/data/tokenize.ts';
import { loadWeights } from '../../src/engine/models/loadModel.ts';
import type { ModelFiles } from '../../src/engine/models/modelFiles.ts';
import { weightFormatsOf } from '../../src/engine/models/weightPlaces.ts';
import type { Wired } from '../../src/engine/python/run/wire.ts';
import { weightOptions, wire } from '../../src/engine/python/run/wire.ts';
import type { RecipePatch } from '../../src/engine/recipe/recipe.ts';
import { defaultValues, withPatch } from '../../src/engine/recipe/recipe.ts';
import { makePlan } from '../../src/engine/torch/autograd/plan.ts';
import type { BackendKind } from '../../src/engine/training/backends/deviceInfo.ts';
import { isOnOrt } from '../../src/engine/training/backends/deviceInfo.ts';
import { GpuBackend } from '../../src/engine/training/backends/gpuBackend.ts';
import { openBackend } from '../../src/engine/training/backends/openDevice.ts';
import { openOrt } from '../../src/engine/training/backends/ort/openOrt.ts';
import { memoryTuning } from '../../src/engine/training/backends/variants.ts';
import { estimateCost } from '../../src/engine/training/estimate.ts';
import { Generator } from '../../src/engine/training/generate/generator.ts';
import { trainerOptions } from '../../src/engine/training/options.ts';
import { recordTraining } from '../../src/engine/training/recordTraining.ts';
import { runPositions } from '../../src/engine/training/runPositions.ts';
import { Trainer } from '../../src/engine/training/trainer.ts';
import { median } from './peak.ts';
import type { Traffic } from './traffic.ts';
import { trafficOf } from './traffic.ts';

export interface StepCase {
  readonly name: string;
  readonly files: ModelFiles;
  readonly patch: RecipePatch;
  readonly rows: number;
  readonly tokens: number;
  readonly backend: BackendKind;
  readonly steps: number;
  readonly profile?: boolean;
  /** Generation is the same whatever the training. */
  readonly generates?: boolean;
}

export interface StepResult {
  readonly name: string;
  readonly stepMs: number;
  readonly losses: readonly number[];
  readonly tokensPerSecond: number;
  readonly loadMs: number;
  readonly plannedBytes: number;
  readonly allocatedBytes: number;
  readonly prefillTokensPerSecond: number | null;
  readonly decodeTokensPerSecond: number | null;
  /** Time a step by kernel, with what it must at least move and compute; empty where nothing was profiled. */
  readonly kernels: readonly (Traffic & { readonly name: string; readonly ms: number })[];
  readonly flopsPerStep: number;
}

/** Rows of exactly `tokens` tokens, every label counted: what a step costs does not depend on what they say. */
function examples({ files, rows, tokens }: StepCase): Example[] {
  return Array.from({ length: rows * 2 }, (_, row) => {
    const ids = Array.from({ length: tokens }, (__, i) => (row * 31 + i * 7 + 20) % files.config.vocabSize);
    return { ids, labels: ids, truncated: [] };
  });
}

async function generation(made: Generator, backend: GpuBackend | null): Promise<[number, number]> {
  const prompt = Array.from({ length: 64 }, (_, i) => 20 + i);
  await made.prefill(prompt, true);
  let started = performance.now();
  await made.prefill(prompt, true);
  const prefill = (prompt.length / (performance.now() - started)) * 1000;
  const count = backend ? 24 : 4;
  const greedy = { doSample: false, temperature: 1, topP: 1, seed: 0, maxNewTokens: count };
  let said = 0;
  for await (const _ of made.continued(prompt, count, { generation: greedy, adapter: true })) {
    // The first comes with the prompt.
    if (said === 0) started = performance.now();
    said += 1;
  }
  return [prefill, ((said - 1) / (performance.now() - started)) * 1000];
}

function leastOf(
  { files, rows, tokens }: StepCase,
  backend: GpuBackend,
  wired: Wired,
  { layout }: Trainer,
): ReadonlyMap<string, Traffic> {
  const { tape } = recordTraining(wired, files.config, layout, { rows, tokens }, wired.backwardCall);
  return trafficOf(makePlan(tape, backend.profile), backend.profile, (name) => backend.sizeOf(name));
}

/** What was measured of this process's adapters: every case runs the same kernels. */
const tuning = memoryTuning();

export async function measureSteps(gpu: GPU | null, one: StepCase): Promise<StepResult> {
  const { files, patch, rows, tokens, steps } = one;
  const now = (): number => performance.now();
  const values = withPatch(defaultValues, {
    'train.per_device_train_batch_size': rows,
    'train.max_steps': steps + 1,
    ...patch,
  });
  const profiled = one.profile ?? false;
  const { backend } = await openBackend({
    gpu,
    ort: () => openOrt(),
    choice: one.backend,
    now,
    profile: profiled,
    tuning,
  });
  const largest = { train: { rows, tokens }, test: null, microBatches: 1 };
  const started = now();
  await loadWeights(
    files.config,
    await files.weights(),
    { ...weightOptions(values), positions: runPositions(files.config, largest) },
    backend,
    async () => {},
  );
  if (backend instanceof GpuBackend) await backend.read('dummy', 0, 4);
  const loadMs = now() - started;
  const weightFormat = weightFormatsOf(files.config, files.formatOf, weightOptions(values));
  const wired = { ...wire(files.config, values), weightFormat };
  const { padId, ...rest } = { padId: files.tokenizer.padId, train: examples(one), test: [] };
  const options = trainerOptions(values);
  const trainer = new Trainer({ backend, config: files.config, wired, options, padId, now, ...rest });
  await trainer.prepare();
  await trainer.next();
  await backend.timings();
  const times: number[] = [];
  const losses: number[] = [];
  while (!trainer.finished) {
    const { stepMs, loss } = await trainer.next();
    times.push(stepMs);
    losses.push(loss);
  }
  const spent = await backend.timings();
  const least = backend instanceof GpuBackend ? leastOf(one, backend, wired, trainer) : new Map();
  const none: Traffic = { calls: 0, bytes: 0, flops: 0 };
  const kernels = [...spent]
    .map(([name, ms]) => ({ name, ms: ms / times.length, ...(least.get(name) ?? none) }))
    .sort((a, b) => b.ms - a.ms);
  let [prefill, decode]: [number | null, number | null] = [null, null];
  const { config, tokenizer, stopIds } = files;
  const generator = new Generator({
    backend,
    config,
    model: wired,
    layout: trainer.layout,
    tokenizer,
    stopIds,
    rowTokens: tokens,
    now,
  });
  if (one.generates)
    [prefill, decode] = await generation(generator, backend instanceof GpuBackend ? backend : null);
  const { profile } = backend;
  const estimate = estimateCost({
    config,
    wired,
    options,
    largest,
    steps,
    profile,
    sessions: isOnOrt(backend.kind),
  });
  const result: StepResult = {
    name: one.name,
    stepMs: median(times),
    losses,
    tokensPerSecond: ((rows * tokens) / median(times)) * 1000,
    loadMs,
    plannedBytes: estimate?.memory.peakBytes ?? 0,
    allocatedBytes: backend.allocatedBytes(),
    prefillTokensPerSecond: prefill,
    decodeTokensPerSecond: decode,
    kernels,
    flopsPerStep: estimate?.flopsPerStep ?? 0,
  };
  backend.destroy();
  return result;
}
