// Test-only: one message of every command and every event, with a value in each of its fields. A message without its sample fails the type
// check. Says nothing of what a message means.
import { same, text } from '../ground/text.ts';
import type { Inspection } from '../laboratory/inspect/inspection.ts';
import type { Command, EngineErrorData, Event } from '../protocol.ts';
import { presetValues } from '../recipe/presets.ts';
import type { Recipe } from '../recipe/recipe.ts';
import { Assets } from '../session/assets.ts';
import { inspectRecipe } from '../session/inspectRecipe.ts';
import { readPublic } from './embedded.ts';
import type { Samples } from './hubSamples.ts';
import { hubCommands, hubEvents } from './hubSamples.ts';
import { opinionCommands, opinionEvents } from './opinionSamples.ts';
import { columns, ownRows, rowStatistics, rowsView } from './rowSamples.ts';
import { rowScoresCommands, rowScoresEvents, runsCommands, runsEvents } from './runsSamples.ts';
import { readingOf } from './scriptSample.ts';

const assets = new Assets(readPublic);
const presets = presetValues(await assets.presets());
const values = presets.find(({ id }) => id === 'element-0')?.values;
if (!values) throw new Error('no preset');
export const plain: Recipe = { preset: 'element-0', values };
const inspection: Inspection = await inspectRecipe(assets, plain);
export const recipe: Recipe = {
  ...plain,
  data: ownRows,
  model: {
    name: 'a.gguf',
    digest: '0123456789abcdef',
    source: { hub: 'a/b', revision: 'c', file: 'a.gguf' },
  },
  adapter: { name: 'mine', digest: '0123456789abcdef' },
  prompts: ['Hi?'],
};

const id = 1;
const patch = { 'lora.r': 8 };
const file = new Blob(['x']);
const backend = 'auto';
const as = { id: '0123456789abcdef', name: 'a' };
export const commands: Samples<Command> = {
  ...runsCommands,
  ...rowScoresCommands,
  ...opinionCommands(recipe),
  inspect: { type: 'inspect', id, recipe },
  'weigh-runs': { type: 'weigh-runs', id, recipe, patches: [patch] },
  probe: { type: 'probe', backend },
  train: { type: 'train', recipe, backend, as },
  step: { type: 'step', recipe, backend },
  change: { type: 'change', patch: { 'train.learning_rate': 1e-3 } },
  pause: { type: 'pause' },
  'ask-untouched': { type: 'ask-untouched', id, recipe, prompts: ['Hi?'] },
  watch: {
    type: 'watch',
    watch: {
      every: 10,
      prompts: ['Hi?'],
      generation: { seed: 1, maxNewTokens: 8, doSample: false, temperature: 1, topP: 1 },
    },
  },
  stop: { type: 'stop' },
  reset: { type: 'reset' },
  'open-model': { type: 'open-model', id, name: 'a.gguf', files: [{ name: 'a.gguf', file }] },
  'open-adapter': {
    type: 'open-adapter',
    id,
    adapters: [{ name: 'a', files: [{ name: 'b', file }] }],
    recipe,
  },
  'open-rows': { type: 'open-rows', id, name: 'a.csv', file, format: 'csv', source: null },
  'look-at-rows': {
    type: 'look-at-rows',
    id,
    recipe,
    asked: { from: 0, count: 3, search: 'a', filter: 'all', tokens: true },
  },
  'show-template': { type: 'show-template', id, recipe },
  'count-rows': { type: 'count-rows', id, recipe },
  'hold-rows': { type: 'hold-rows', digest: '0123456789abcdef', name: 'a.csv', file },
  saved: { type: 'saved' },
  resume: { type: 'resume', recipe: null, until: 3, backend, as },
  discard: { type: 'discard' },
  'take-run': { type: 'take-run' },
  'open-run': { type: 'open-run', file: new Blob([]) },
  norms: { type: 'norms', id },
  export: { type: 'export', id, format: 'peft', dtype: 'float16' },
  'script-cost': { type: 'script-cost' },
  'read-script': {
    type: 'read-script',
    id,
    text: 'x = 1',
    name: 'a.py',
    versions: {
      transformers: '4.41.2',
      peft: '0.10.0',
      trl: '0.8.6',
      torch: '2.2.2',
      bitsandbytes: '0.43.0',
    },
  },
  'cancel-script': { type: 'cancel-script', id },
  why: { type: 'why', id, recipe, path: 'model' },
  bundle: { type: 'bundle', id, recipe },
  guide: { type: 'guide', id },
  ping: { type: 'ping' },
  ...hubCommands,
  ask: { type: 'ask', id, recipe, prompts: ['Hi?'], backend },
  pace: { type: 'pace', id, prompt: 'Hi?', adapter: true, limit: 4 },
};

export const error: EngineErrorData = { code: 'presets', message: same('a'), remedy: same('b'), data: {} };
export const metrics = {
  step: 1,
  loss: Number.NaN,
  gradNorm: Number.POSITIVE_INFINITY,
  learningRate: 1,
  epoch: 1,
  tokens: 1,
  paddedTokens: 1,
  tokensPerSecond: 1,
  meanTokenAccuracy: 1,
  entropy: 1,
  evalLoss: null,
  rewards: { chosen: 1, rejected: 1, accuracy: 1 },
  stepMs: 1,
  etaMs: 1,
  tensorNorms: [1],
};
const model = {
  kind: 'gguf',
  name: 'a',
  title: 'a',
  digest: 'a',
  bytes: 1,
  storedAs: 'F32',
  unused: ['README.md'],
  parameters: 1,
  layers: 1,
  hiddenSize: 1,
  packed: [{ name: 'model.layers.0.self_attn.q_proj.weight', format: 'q4_1' }],
  vocabSize: 1,
} as const;
const words = same('x');
export const events: Samples<Event> = {
  ...hubEvents,
  ...runsEvents(recipe),
  ...rowScoresEvents,
  ...opinionEvents,
  'opinion-failed': { type: 'opinion-failed', id, error },
  'runs-failed': { type: 'runs-failed', id, error },
  'run-shelved': { type: 'run-shelved', error, run: file },
  'hub-weighed': { type: 'hub-weighed', id, estimate: null },
  'hub-failed': { type: 'hub-failed', id, error },
  device: {
    type: 'device',
    device: {
      backend: 'cpu',
      reason: 'chosen',
      threads: 2,
      trouble: text('a', '甲'),
      compared: { adapter: 'a', times: 2, flops: 1e9 },
      adapter: { vendor: 'a', architecture: 'b', device: 'c', description: 'd', fallback: false },
      features: ['subgroups'],
      limits: { maxBufferSize: 1 },
    },
  },
  inspected: { type: 'inspected', id, inspection },
  'inspect-failed': { type: 'inspect-failed', id, error },
  'runs-weighed': { type: 'runs-weighed', id, runs: [{ estimate: null, problem: same('a') }] },
  phase: {
    type: 'phase',
    phase: 'loading',
    done: 1,
    total: 2,
    note: '',
    rate: { bytesPerSecond: 1, etaMs: 1 },
  },
  started: {
    type: 'started',
    trainable: 1,
    all: 1,
    peakBytes: 1,
    totalSteps: 1,
    backend: 'cpu',
    dispatchesPerStep: 1,
  },
  step: { type: 'step', metrics },
  diagnosed: { type: 'diagnosed', diagnosis: inspection.diagnosis },
  changed: { type: 'changed', recipe, totalSteps: 9 },
  restored: { type: 'restored', recipe, metrics: [metrics] },
  saved: { type: 'saved', run: { recipe, step: 1, totalSteps: 2, device: 'cpu' } },
  'saved-refused': { type: 'saved-refused', from: 'file', error },
  unsaved: { type: 'unsaved', error },
  model: { type: 'model', id, model },
  'model-failed': { type: 'model-failed', id, error },
  adapter: {
    type: 'adapter',
    id,
    adapter: { name: 'a', digest: 'b', base: '', modules: 1, parameters: 1, patch },
  },
  'adapter-failed': { type: 'adapter-failed', id, error },
  rows: {
    type: 'rows',
    id,
    rows: { data: ownRows, columns: ['question', 'answer'], rows: 2, guess: columns },
  },
  'rows-failed': { type: 'rows-failed', id, error },
  'rows-seen': { type: 'rows-seen', id, view: rowsView },
  'rows-counted': { type: 'rows-counted', id, done: 1, total: 1, statistics: rowStatistics },
  'template-seen': {
    type: 'template-seen',
    id,
    view: { own: 'a', text: 'b', spans: [[0, 1]], problem: { message: error.message, remedy: error.remedy } },
  },
  'rows-unseen': { type: 'rows-unseen', id, error },
  kept: { type: 'kept', run: new Blob(['a']) },
  pong: { type: 'pong', guarded: true },
  norms: { type: 'norms', id, updates: [1] },
  'rows-unscored': { type: 'rows-unscored', id, error },
  exported: { type: 'exported', id, folder: 'a', files: [{ name: 'a', file: new Blob(['a']) }] },
  'script-cost': { type: 'script-cost', bytes: 1 },
  'script-progress': { type: 'script-progress', id, phase: 'loading', loadedBytes: 1, totalBytes: 2 },
  'script-read': { type: 'script-read', id, reading: readingOf(inspection) },
  'script-failed': { type: 'script-failed', id, error },
  why: {
    type: 'why',
    id,
    why: {
      path: 'a',
      words,
      cutAt: 'a',
      className: 'Linear',
      gradFn: 'AddBackward0',
      bytes: 1,
      normIndex: 1,
      gradient: 'none',
    },
  },
  untouched: { type: 'untouched', id, answers: ['Hi.'] },
  'why-failed': { type: 'why-failed', id, error },
  'bundle-failed': { type: 'bundle-failed', id, error },
  guide: {
    type: 'guide',
    id,
    entries: [
      {
        id: 'a',
        title: words,
        body: words,
        base: patch,
        change: patch,
        rows: [{ stack: 'trl-0.19.1', label: 'b', before: 'trains', after: 'raises' }],
      },
    ],
  },
  refused: { type: 'refused', error },
  warning: { type: 'warning', category: 'UserWarning', message: 'a' },
  answer: { type: 'answer', id, index: 0, side: 'before', prompt: 'a', text: 'b', done: false, step: 0 },
  paced: { type: 'paced', id, text: 'Hi', tokens: 1, ms: 2 },
  finished: { type: 'finished', steps: 1, fingerprint: { losses: [[1, 2]], device: 'cpu' } },
  failed: { type: 'failed', error, raisedBy: 'engine' },
};
