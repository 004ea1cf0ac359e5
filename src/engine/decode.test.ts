// Every command and every event of the protocol: taken as it is, and refused by the name of the field when any value in it has another
// type, is missing, or is a word that nobody knows. A message without its sample fails the type check.
import { describe, expect, it } from 'vitest';
import { badMessage } from './boundaryErrors.ts';
import { decodeCommand } from './commandShapes.ts';
import { decodeEvent } from './eventShapes.ts';
import { same } from './ground/text.ts';
import type { Inspection } from './laboratory/inspect/inspection.ts';
import type { ScriptReading } from './laboratory/script/scriptReading.ts';
import type { Command, EngineErrorData, Event } from './protocol.ts';
import { presetValues } from './recipe/presets.ts';
import type { Recipe } from './recipe/recipe.ts';
import { Assets } from './session/assets.ts';
import { inspectRecipe } from './session/inspectRecipe.ts';
import { readPublic } from './testing/embedded.ts';

const assets = new Assets(readPublic);
const presets = presetValues(await assets.presets());
const values = presets.find(({ id }) => id === 'element-0')?.values;
if (!values) throw new Error('no preset');
const plain: Recipe = { preset: 'element-0', values };
const inspection: Inspection = await inspectRecipe(assets, plain);
const recipe: Recipe = {
  ...plain,
  data: { name: 'mine', text: '{"text":"a"}' },
  model: { name: 'a.gguf', digest: '0123456789abcdef' },
  adapter: { name: 'mine', digest: '0123456789abcdef' },
  prompts: ['Hi?'],
};

type Samples<T extends { readonly type: string }> = {
  readonly [K in T['type']]: Extract<T, { readonly type: K }>;
};
const id = 1;
const file = new Blob(['x']);
const backend = 'auto';
const commands: Samples<Command> = {
  inspect: { type: 'inspect', id, recipe },
  probe: { type: 'probe', backend },
  train: { type: 'train', recipe, backend },
  step: { type: 'step', recipe, backend },
  pause: { type: 'pause' },
  stop: { type: 'stop' },
  reset: { type: 'reset' },
  'open-model': { type: 'open-model', id, name: 'a.gguf', file },
  'open-adapter': {
    type: 'open-adapter',
    id,
    adapters: [{ name: 'a', files: [{ name: 'b', file }] }],
    recipe,
  },
  saved: { type: 'saved' },
  resume: { type: 'resume', recipe: null, backend },
  discard: { type: 'discard' },
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
  guide: { type: 'guide', id },
  ping: { type: 'ping' },
  ask: { type: 'ask', id, recipe, prompts: ['Hi?'], backend },
};

const error: EngineErrorData = { code: 'presets', message: same('a'), remedy: same('b'), data: {} };
const metrics = {
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
  parameters: 1,
  layers: 1,
  hiddenSize: 1,
  vocabSize: 1,
} as const;
const words = same('x');
const patch = { 'lora.r': 8 };
const raised = { type: 'TypeError', message: 'a' };
const reading: ScriptReading = {
  kind: 'script',
  source: 'x = 1',
  versions: [{ library: 'trl', version: '0.20', said: 'trl==0.20', line: 1, modelled: '0.20.0' }],
  verdict: { kind: 'raises', line: 1, error: raised, text: words },
  outcome: inspection.outcome,
  strip: inspection.strip,
  trainableLine: inspection.trainableLine,
  diagnoses: inspection.diagnosis ? [{ ...inspection.diagnosis, lines: [1], severity: 'cause' }] : [],
  lines: [
    {
      line: 1,
      trainable: { before: 0, after: 1 },
      effects: [words],
      warnings: ['a'],
      raises: raised,
      cut: true,
    },
  ],
  precision: [words],
  assumptions: [{ line: 1, text: words }],
  notModelled: [{ line: null, text: words }],
  fixes: [{ why: words, source: 'x = 2', verdict: 'trains' }],
  patch,
  unsaid: [{ line: 1, text: words }],
  program: {
    versions: { transformers: '4.57', peft: '0.17.1', trl: '0.20', torch: '2.8', bitsandbytes: null },
    calls: [{ line: 1, callee: 'a', receiver: { ref: 0 }, args: [1], kwargs: { a: true } }],
    source: 'x = 1',
    files: {},
    caught: [0],
    failure: {
      ...raised,
      line: 1,
      column: null,
      text: null,
      kind: 'raised',
      traceback: [{ line: 1, name: '<module>' }],
    },
    failedAt: 0,
  },
  output: '',
};
const events: Samples<Event> = {
  device: {
    type: 'device',
    device: {
      backend: 'cpu',
      reason: 'chosen',
      adapter: { vendor: 'a', architecture: 'b', device: 'c', description: 'd', fallback: false },
      features: ['subgroups'],
      limits: { maxBufferSize: 1 },
    },
  },
  inspected: { type: 'inspected', id, inspection },
  'inspect-failed': { type: 'inspect-failed', id, error },
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
  restored: { type: 'restored', recipe, metrics: [metrics] },
  saved: { type: 'saved', run: { recipe, step: 1, totalSteps: 2, device: 'cpu' } },
  model: { type: 'model', id, model },
  'model-failed': { type: 'model-failed', id, error },
  adapter: {
    type: 'adapter',
    id,
    adapter: { name: 'a', digest: 'b', base: '', modules: 1, parameters: 1, patch },
  },
  'adapter-failed': { type: 'adapter-failed', id, error },
  pong: { type: 'pong' },
  norms: { type: 'norms', id, updates: [1] },
  exported: { type: 'exported', id, folder: 'a', files: [{ name: 'a', bytes: new Uint8Array(1) }] },
  'script-cost': { type: 'script-cost', bytes: 1 },
  'script-progress': { type: 'script-progress', id, phase: 'loading', loadedBytes: 1, totalBytes: 2 },
  'script-read': { type: 'script-read', id, reading },
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
  finished: { type: 'finished', steps: 1, fingerprint: { losses: [[1, 2]], device: 'cpu' } },
  failed: { type: 'failed', error, raisedBy: 'engine' },
};

const isPlain = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;

/** Paths of every value in a message, but of a list its first entry alone. */
function pathsOf(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  const inner = Array.isArray(value)
    ? value.slice(0, 1).flatMap((item) => pathsOf(item, [...path, '0']))
    : isPlain(value)
      ? Object.entries(value).flatMap(([key, item]) => pathsOf(item, [...path, key]))
      : [];
  return path.length === 0 ? inner : [path, ...inner];
}

/** The message with the value at a path replaced; undefined takes it away. */
function changed(value: unknown, [key, ...rest]: readonly string[], to: unknown): unknown {
  if (key === undefined) return to;
  if (Array.isArray(value))
    return value.map((item, i) => (String(i) === key ? changed(item, rest, to) : item));
  if (!isPlain(value)) return to;
  const entries = Object.entries(value).map(
    ([name, item]) => [name, name === key ? changed(item, rest, to) : item] as const,
  );
  return Object.fromEntries(entries.filter(([, item]) => item !== undefined));
}

/** Fields that may be absent, and those of which the protocol says nothing more. */
const mayBeAbsent =
  /(^|\.)(data|model|adapter|prompts|rate|rewards|problem)$|patch\.[^.]+|base\.|change\.|limits\.|^versions\.|kwargs\.|args\.0\./;
const open = /(error\.data|fixes\.0\.patch\..+)$/;

const refusal = (decode: (value: unknown) => unknown, value: unknown): unknown => {
  try {
    decode(value);
    return null;
  } catch (caught) {
    return caught;
  }
};

describe.each([
  ['command', decodeCommand, Object.values<Command>(commands)],
  ['event', decodeEvent, Object.values<Event>(events)],
] as const)('%s', (what, decode, all) => {
  it.each(all.map((message) => [message.type, message] as const))('%s', (type, message) => {
    expect(decode(message)).toBe(message);
    const paths = pathsOf(message).filter(([first]) => first !== 'type');
    for (const path of paths) {
      const at = path.join('.');
      // No field of the protocol holds a function.
      const strangers: unknown[] = open.test(at) ? [] : [() => {}];
      if (!open.test(at) && !mayBeAbsent.test(at) && path.at(-1) !== '0') strangers.push(undefined);
      for (const stranger of strangers) {
        const error = refusal(decode, changed(message, path, stranger));
        expect(badMessage.is(error), `${type}: ${at} = ${String(stranger)}`).toBe(true);
        if (!badMessage.is(error)) continue;
        expect(error.data).toMatchObject({ what, type, at });
        expect(error.message).toContain(`'${type}', field ${at}: expected `);
      }
    }
  });

  it('refuses what is no message', () => {
    // The last two can be posted and have no JSON.
    const round: { type?: unknown } = {};
    round.type = round;
    for (const value of [null, 7, [], {}, { type: 'nonsense' }, { type: 'constructor' }, { type: 7n }, round])
      expect(badMessage.is(refusal(decode, value)), String(value)).toBe(true);
  });
});

it('refuses words that nobody knows', () => {
  const wrong: readonly (readonly [unknown, RegExp])[] = [
    [
      { ...commands.train, backend: 'metal' },
      /field backend: expected one of auto, webgpu, cpu, got "metal"/,
    ],
    [{ ...commands.export, format: 'onnx' }, /field format: expected one of peft, gguf/],
    [
      { ...commands.inspect, recipe: { ...recipe, values: { ...recipe.values, 'lora.r': '8' } } },
      /values\.lora\.r: expected a number/,
    ],
    [
      { ...commands.inspect, recipe: { ...recipe, values: { 'lora.r': 8 } } },
      /field recipe\.values\..* got –/,
    ],
  ];
  for (const [value, words] of wrong) expect(() => decodeCommand(value)).toThrow(words);
  expect(() => decodeEvent({ ...events.failed, error: { ...error, code: 'nonsense' } })).toThrow(
    /field error\.code/,
  );
});

it('takes what is optional away', () => {
  expect(decodeCommand({ ...commands.inspect, recipe: plain })).toBeDefined();
  const { rewards: _, ...without } = metrics;
  expect(decodeEvent({ type: 'step', metrics: without })).toBeDefined();
});
