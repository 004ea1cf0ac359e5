// Methods that are judged and not trained against PEFT (tests/golden/judged.json): names and shapes of what each hangs in a small llama, and which
// of its tensors get a gradient that is not zero at the first step. And training them is refused by name.
import { readFileSync } from 'node:fs';
import { beforeAll, expect, it } from 'vitest';
import { judgedMethods } from '../../adapters/judged.ts';
import { promptMethods } from '../../adapters/prompts/prompts.ts';
import { stackOf } from '../../libraries/stacks.ts';
import type { KnownModels } from '../../models/known/knownModels.ts';
import { openKnownModels } from '../../models/known/knownModels.ts';
import type { ProgramValue } from '../../python/program/program.ts';
import type { TrainingEvent } from '../../python/run/acting.ts';
import { knownSource } from '../../python/run/knownSource.ts';
import { Machine } from '../../python/run/machine.ts';
import type { ExaminedTraining } from './examineTraining.ts';
import { examineTraining } from './examineTraining.ts';

interface Case {
  readonly config: string;
  readonly arguments: Readonly<Record<string, ProgramValue>>;
  readonly tensors: Readonly<
    Record<string, { readonly shape: readonly number[]; readonly gradient: string }>
  >;
}

const golden: Readonly<Record<string, Readonly<Record<string, Case>>>> = JSON.parse(
  readFileSync('tests/golden/judged.json', 'utf8'),
);
const rows = Object.entries(golden).flatMap(([stack, cases]) =>
  Object.entries(cases).map(([name, one]) => ({ stack, name, ...one })),
);

let known: KnownModels;
beforeAll(async () => {
  known = await openKnownModels();
});

/** The model of tools/golden/judged.py. */
const SIZES = {
  vocab_size: 64,
  hidden_size: 32,
  intermediate_size: 64,
  num_hidden_layers: 1,
  num_attention_heads: 4,
  num_key_value_heads: 4,
};

function trained(stack: string, { config, arguments: given }: Case): ExaminedTraining {
  const found: ExaminedTraining[] = [];
  const judge = (event: TrainingEvent) => {
    const examined = examineTraining(event, { batch: { rows: 2, tokens: 6 }, allMasked: false });
    found.push(examined);
    return examined.raised;
  };
  const machine = new Machine({ stack: stackOf(stack), models: knownSource(known), judge });
  const calls: readonly (readonly [string, Record<string, ProgramValue>, string?])[] = [
    ['transformers.LlamaConfig', SIZES],
    ['transformers.LlamaForCausalLM', { config: { ref: 0 } }],
    [`peft.${config}`, { task_type: 'CAUSAL_LM', ...given }],
    ['peft.get_peft_model', { model: { ref: 1 }, peft_config: { ref: 2 } }],
    ['torch.nn.Module.train', {}, '3'],
    ['torch.nn.Module.__call__', {}, '3'],
    ['torch.Tensor.backward', {}, '5:loss'],
  ];
  const error = machine.replay(
    calls.map(([callee, kwargs, on], line) => {
      const [number, path] = (on ?? '').split(':');
      const receiver = on === undefined ? null : { ref: Number(number), ...(path ? { path } : {}) };
      return { line, callee, receiver, args: [], kwargs };
    }),
  );
  expect(error).toBeNull();
  const [only, ...others] = found;
  expect(others).toEqual([]);
  if (!only) throw new Error('nothing was trained');
  return only;
}

it.each(rows)('$stack: $name', ({ stack, ...one }) => {
  const { script, gradientOf } = trained(stack, one);
  const ours = [...script.root.namedParameters()].flatMap(([name, parameter]) =>
    parameter.requiresGrad
      ? [[name, { shape: parameter.shape, gradient: gradientOf(parameter) }] as const]
      : [],
  );
  expect(Object.fromEntries(ours)).toEqual(one.tensors);
});

it('every method of the lists has a case', () => {
  const asked = new Set(rows.map(({ config }) => config));
  const listed = [...judgedMethods, ...promptMethods].map(({ configClass }) => configClass);
  expect(listed.filter((name) => !asked.has(name))).toEqual([]);
});
