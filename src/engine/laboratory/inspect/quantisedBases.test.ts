// Bases in 8 bits and HQQ's against the real libraries: cases 66 of tests/golden/wiring/cases-<stack>.json. What stands in the model, what
// preparing changes, what trains, what merging says. Releases that load none on a CPU have no such cases; HQQ is asked of one stack.
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { stackOf, stacks } from '../../libraries/stacks.ts';
import type { FoundModel } from '../../models/known/findModel.ts';
import type { KnownModels } from '../../models/known/knownModels.ts';
import { openKnownModels } from '../../models/known/knownModels.ts';
import type { ProgramCall, ProgramValue } from '../../python/program/program.ts';
import type { TrainingEvent } from '../../python/run/acting.ts';
import { knownSource } from '../../python/run/knownSource.ts';
import { Machine } from '../../python/run/machine.ts';
import { benchConfig, observed } from '../../testing/goldenBench.ts';
import type { ExaminedTraining } from './examineTraining.ts';
import { examineTraining } from './examineTraining.ts';

interface Case {
  readonly outcome: string;
  readonly error: string | null;
  readonly warnings: readonly string[];
  readonly none: number | null;
  readonly zero: number | null;
  readonly nonzero: number | null;
  readonly lines: {
    readonly parameters: readonly (readonly [string, string, readonly number[], boolean])[];
    readonly modules: readonly (readonly [string, string])[];
  };
}

let known: KnownModels;
beforeAll(async () => {
  known = await openKnownModels();
});

/** The bench's model as one of the known: its numbers in llama's own order of knobs. */
const bench: FoundModel = {
  id: 'tiny-llama',
  modelType: 'llama',
  variant: '',
  config: {
    vocab_size: benchConfig.vocabSize,
    hidden_size: benchConfig.hiddenSize,
    intermediate_size: benchConfig.intermediateSize,
    num_hidden_layers: benchConfig.layers,
    num_attention_heads: benchConfig.heads,
    num_key_value_heads: benchConfig.kvHeads,
  },
  tied: false,
  stored: null,
  listed: true,
  assumption: null,
};

const ref = (number: number): ProgramValue => ({ ref: number });
const targets = ['q_proj', 'k_proj', 'v_proj', 'o_proj', 'gate_proj', 'up_proj', 'down_proj'];

type Call = readonly [callee: string, kwargs: Readonly<Record<string, ProgramValue>>, on?: number | string];

const configs: Readonly<Record<string, Call>> = {
  '8-bit': ['transformers.BitsAndBytesConfig', { load_in_8bit: true }],
  hqq: ['transformers.HqqConfig', { nbits: 4, group_size: 64 }],
};

/** The script that a case is, in the order of `quantised` in tools/golden/wiring_cases.py. */
function scriptOf(base: string, how: string): ProgramCall[] {
  const calls: Call[] = [
    ...(configs[base] ? [configs[base]] : []),
    [
      'transformers.AutoModelForCausalLM.from_pretrained',
      { dtype: { dtype: 'bfloat16' }, quantization_config: ref(0) },
    ],
    ['peft.LoraConfig', { r: 4, lora_alpha: 8, target_modules: targets, task_type: 'CAUSAL_LM' }],
  ];
  if (how.includes('prepared')) calls.push(['peft.prepare_model_for_kbit_training', { model: ref(1) }]);
  const at = calls.length;
  const model = how.includes('adapter') ? at : 1;
  if (model === at) calls.push(['peft.get_peft_model', { model: ref(1), peft_config: ref(2) }]);
  if (how.includes('merged')) calls.push(['peft.LoraModel.merge_and_unload', {}, model]);
  const next = calls.length;
  if (how.includes('Trainer')) {
    calls.push(['transformers.TrainingArguments', { output_dir: 'out', gradient_checkpointing: false }]);
    calls.push(['transformers.Trainer', { model: ref(model), args: ref(next) }]);
    calls.push(['transformers.Trainer.train', {}, next + 1]);
  } else if (!how.includes('merged')) {
    calls.push(['torch.nn.Module.train', {}, model], ['torch.nn.Module.__call__', {}, model]);
    calls.push(['torch.Tensor.backward', {}, `${next + 1}:loss`]);
  }
  return calls.map(([callee, kwargs, on], line) => {
    const [number, path] = String(on ?? '').split(':');
    const receiver = on === undefined ? null : { ref: Number(number), ...(path ? { path } : {}) };
    return { line, callee, receiver, args: [], kwargs };
  });
}

function run(stack: string, base: string, how: string) {
  let examined: ExaminedTraining | null = null;
  const judge = (event: TrainingEvent) => {
    examined = examineTraining(event, { batch: { rows: 2, tokens: 8 }, allMasked: false });
    return examined.raised;
  };
  const source = knownSource({
    ...{ ofClass: known.ofClass.bind(known), headsOf: known.headsOf.bind(known) },
    ...{ build: known.build.bind(known), forward: known.forward.bind(known) },
    ...{ factsOf: known.factsOf.bind(known), targetsOf: known.targetsOf.bind(known) },
    find: () => bench,
  });
  const machine = new Machine({ stack: stackOf(stack), models: source, judge });
  const error = machine.replay(scriptOf(base, how));
  return { script: machine.only.script, error, examined: examined as ExaminedTraining | null };
}

const golden = stacks.flatMap(({ id }) => {
  const { cases }: { readonly cases: Readonly<Record<string, Case>> } = JSON.parse(
    readFileSync(`tests/golden/wiring/cases-${id}.json`, 'utf8'),
  );
  return Object.entries(cases).flatMap(([name, one]) => {
    const [, base, how] = /^66 (\S+) (.*)$/.exec(name) ?? [];
    return base === undefined || how === undefined ? [] : [{ id, base, how, ...one }];
  });
});

describe('a quantised base', () => {
  it('was asked of the releases that load one on a CPU', () => {
    expect(new Set(golden.map(({ id }) => id)).size).toBeGreaterThan(7);
    expect(golden.filter(({ base }) => configs[base] === undefined)).toEqual([]);
  });

  it.each(golden)('$id: $base $how', ({ id, base, how, ...theirs }) => {
    const { script, error, examined } = run(id, base, how);
    expect(error && `${error.type}: ${error.message}`).toBe(theirs.error);
    const ours = [...script.root.namedParameters()].map(([name, one]) => [
      name,
      `torch.${one.dtype}`,
      one.shape,
      one.requiresGrad,
    ]);
    expect(ours).toEqual(theirs.lines.parameters);
    // The goldens hold Python's names of classes; PEFT prints its own with what they belong to.
    const classes = [...script.root.namedModules()].flatMap(([name, module]) =>
      [...module.allParameters()].length > 0 ? [[name, module.className.replace(/^lora\./, '')]] : [],
    );
    expect(classes).toEqual(theirs.lines.modules);
    const said = script.warnings.map(({ category, message }) => `${category}: ${message}`);
    expect(said).toEqual(theirs.warnings);
    if (!examined) return;
    const { none, zero, nonzero } = theirs;
    expect(observed(examined)).toMatchObject({ outcome: theirs.outcome, none, zero, nonzero });
  });
});
