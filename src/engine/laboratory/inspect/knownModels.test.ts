// Known models against the real libraries (tests/golden/known): what PEFT adapts and counts under several targets and what it raises, on
// models of real sizes; and which gradients one step gives on small ones, with and without checkpointing and its hook.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Stack } from '../../libraries/stacks.ts';
import type { FoundModel } from '../../models/known/findModel.ts';
import type { HeadName, KnownModels } from '../../models/known/knownModels.ts';
import { openKnownModels } from '../../models/known/knownModels.ts';
import { getPeftModel } from '../../python/run/peftCalls.ts';
import { peftConfig } from '../../python/run/peftConfig.ts';
import { ScriptModel } from '../../python/run/scriptModel.ts';
import { enableInputRequireGrads } from '../../python/run/transformersCalls.ts';
import { defaultValues, withPatch } from '../../recipe/recipe.ts';
import { backward } from '../../torch/autograd/backward.ts';
import { PythonError } from '../../torch/autograd/pythonError.ts';
import { countParameters } from '../../torch/nn/counts.ts';
import { recordStep } from './recordStep.ts';

interface Attached {
  readonly id: string;
  readonly head: HeadName;
  readonly case: string;
  readonly targets: readonly string[] | string | null;
  readonly base: number;
  readonly class: string;
  readonly error?: string;
  readonly adapted?: number;
  readonly first?: string;
  readonly modules?: string;
  readonly parameters?: string;
  readonly trainable?: number;
  readonly all?: number;
}

interface Stepped {
  readonly type: string;
  readonly head: HeadName;
  readonly how: 'full' | 'plain' | 'reentrant' | 'hooked' | 'kept';
  readonly targets: readonly string[] | null;
  readonly numbers: Readonly<Record<string, number>>;
  readonly tied: boolean;
  readonly states?: string;
  readonly error?: string;
  readonly names: string;
}

interface Golden {
  readonly stack: string;
  readonly versions: { readonly transformers: string; readonly peft: string; readonly torch: string };
  readonly attach?: readonly Attached[];
  readonly steps?: readonly Stepped[];
}

const FOLDER = 'tests/golden/known';
const goldens: readonly Golden[] = readdirSync(FOLDER).map((name) =>
  JSON.parse(readFileSync(`${FOLDER}/${name}`, 'utf8')),
);

let known: KnownModels;
beforeAll(async () => {
  known = await openKnownModels();
});

const digest = (lines: readonly string[]): string =>
  createHash('sha256').update(lines.join('\n')).digest('hex').slice(0, 16);

/** PEFT prints sets in Python's arbitrary order. */
const sorted = (text: string): string => text.replace(/\{[^}]*\}/g, (set) => [...set].sort().join(''));

const heads: Readonly<Record<string, readonly string[]>> = {
  SequenceClassification: ['classifier', 'score'],
  TokenClassification: ['classifier', 'score'],
  QuestionAnswering: ['qa_outputs'],
};

interface Wanted {
  readonly head: HeadName;
  readonly targets: readonly string[] | string | null;
  readonly layers: readonly number[] | null;
  readonly r: number;
  readonly labels: number;
}

function load(golden: Golden, found: FoundModel, { head, labels }: Pick<Wanted, 'head' | 'labels'>) {
  const { transformers, peft, torch } = golden.versions;
  const stack: Stack = { id: golden.stack, transformers, peft, torch, trl: '0', bitsandbytes: null };
  const choice = { head, transformers, labels };
  const root = known.build(found, choice, { dtype: 'float32', quantisation: null });
  const facts = known.factsOf(found, choice);
  const forward = known.forward(found, choice);
  if (!root || !facts || !forward) throw new Error(`${found.id}: no ${head}`);
  const script = new ScriptModel(stack, root, null);
  script.modelType = found.modelType;
  script.places = { embedding: facts.inputEmbeddings, head: facts.outputEmbeddings ?? '' };
  script.defaultTargets = (type, modelType) => known.targetsOf(type, modelType, peft);
  return { script, facts, forward };
}

function wrap(script: ScriptModel, { head, targets, layers, r }: Wanted): void {
  const values = withPatch(defaultValues, {
    'lora.r': r,
    'lora.lora_alpha': 2 * r,
    'lora.lora_dropout': 0,
    'lora.target_modules':
      targets === null ? 'None' : typeof targets === 'string' ? targets : JSON.stringify(targets),
    'lora.layers_to_transform': layers ? JSON.stringify(layers) : '',
  });
  const config = peftConfig(script, values);
  const names = [...script.root.namedModules()].map(([path]) => path);
  const saved = (heads[head] ?? []).filter((name) => names.some((path) => path.endsWith(name)));
  const savedLater = head === 'SequenceClassification' ? [] : saved;
  getPeftModel(script, { ...config, modulesToSave: saved, savedLater });
}

const adaptedPaths = (script: ScriptModel): string[] =>
  [...script.root.namedModules()].flatMap(([path, { kind }]) => (kind.type === 'adapted' ? [path] : []));

/** Copies of saved heads are named as PEFT names them already. */
const parameterNames = (script: ScriptModel): string[] =>
  [...script.root.namedParameters()].map(([name]) => name);

const withPart = (part: 'attach' | 'steps') =>
  goldens.filter((golden) => golden[part]).map((golden) => [golden.stack, golden] as const);

describe.each(withPart('attach'))('%s: attaching', (_, golden) => {
  it.each((golden.attach ?? []).map((row) => [`${row.id} ${row.head} ${row.case}`, row] as const))(
    '%s',
    (_name, row) => {
      const found = known.find(row.id);
      const { script, facts } = load(golden, found, { head: row.head, labels: 2 });
      expect(facts.className).toBe(row.class);
      expect(countParameters(script.root).all).toBe(row.base);
      let error: string | undefined;
      try {
        wrap(script, { ...row, layers: row.case === 'layers' ? [0, 5] : null, r: 8, labels: 2 });
      } catch (caught) {
        if (!(caught instanceof PythonError)) throw caught;
        error = `${caught.type}: ${caught.message}`;
      }
      expect(error && sorted(error)).toBe(row.error && sorted(row.error));
      if (row.error) return;
      const adapted = adaptedPaths(script);
      const { trainable, all } = countParameters(script.root);
      expect({ first: adapted[0], adapted: adapted.length, modules: digest(adapted) }).toEqual({
        first: row.first,
        adapted: row.adapted,
        modules: row.modules,
      });
      expect({ trainable, all }).toEqual({ trainable: row.trainable, all: row.all });
      if (script.behaves('baseLayer')) expect(digest(parameterNames(script))).toBe(row.parameters);
    },
  );
});

function statesOf(
  golden: Golden,
  row: Stepped,
): { readonly states?: string; readonly error?: string; readonly names: readonly string[] } {
  const [modelType = '', variant = ''] = row.type.split('/');
  const found: FoundModel = {
    id: row.type,
    modelType,
    variant,
    config: row.numbers,
    tied: row.tied,
    stored: null,
    listed: true,
    assumption: null,
  };
  const { script, facts, forward } = load(golden, found, { head: row.head, labels: 7 });
  if (row.how !== 'full')
    wrap(script, { head: row.head, targets: row.targets, layers: null, r: 2, labels: 7 });
  const names = (): string[] =>
    [...script.root.namedParameters()].flatMap(([name, one]) => (one.requiresGrad ? [name] : []));
  const checkpointed = row.how === 'reentrant' || row.how === 'hooked' || row.how === 'kept';
  if (checkpointed && !facts.checkpointing) return { error: 'ValueError', names: names() };
  const useReentrant = row.how !== 'kept' || !script.behaves('checkpointingKwargs');
  if (checkpointed) script.checkpointing = { useReentrant, explicit: true };
  if (row.how === 'hooked') enableInputRequireGrads(script);
  script.root.train();
  const { root, causalPath, places: tables, checkpointing, inputGradHooks } = script;
  const step = recordStep(
    { root, causalPath, tables, checkpointing, inputGradHooks, weightFormat: () => 'none' },
    forward,
    {
      batch: { rows: 2, tokens: 16 },
      allMasked: false,
      gradMode: 'grad',
      treatment: 'plain',
      lossGradFn: 'NllLossBackward0',
    },
  );
  try {
    backward(step.tape, step.loss);
  } catch (caught) {
    if (!(caught instanceof PythonError)) throw caught;
    return { error: `${caught.type}: ${caught.message}`, names: names() };
  }
  const states = [...script.root.namedParameters()].flatMap(([, one]) => {
    if (!one.requiresGrad) return [];
    const gradient = step.recording.gradientOf(one);
    return gradient ? (gradient.zero ? 'z' : 'x') : 'n';
  });
  return { states: states.join(''), names: names() };
}

/** transformers 5 keeps the experts of a layer in one tensor, and PEFT 0.21 turns names of experts into target_parameters: not modelled. */
const isModelled = ({ versions }: Golden, { type, how }: Stepped): boolean =>
  !(type === 'mixtral' && how !== 'full' && versions.transformers.startsWith('5'));

describe.each(withPart('steps'))('%s: one step', (_, golden) => {
  it.each(
    (golden.steps ?? [])
      .filter((row) => isModelled(golden, row))
      .map((row) => [`${row.type} ${row.head} ${row.how}`, row] as const),
  )('%s', (_name, row) => {
    const { states, error, names } = statesOf(golden, row);
    expect(digest(names)).toBe(row.names);
    expect({ states, error: error?.split(':')[0] }).toEqual({
      states: row.states,
      error: row.error?.split(':')[0],
    });
  });
});
