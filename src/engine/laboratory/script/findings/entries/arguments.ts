// What a release doesn't know by the name that a script uses: arguments renamed, moved to the trainer's arguments or dropped, names that
// can't be imported. Sources: inspect.signature of each installed release (libraries/signatures); trl 0.13 sft_trainer.py, whose
// dataset arguments moved to SFTConfig; transformers 4.41 and 4.46 training_args.py; peft 0.10 utils/other.py.
import { own } from '../../../../ground/own.ts';
import type { Text } from '../../../../ground/text.ts';
import { same, text } from '../../../../ground/text.ts';
import { notTakenByLoader } from '../../../../libraries/loaderArguments.ts';
import { compareVersions } from '../../../../libraries/version.ts';
import { moves } from '../../causes/argumentCauses.ts';
import type { Finding, Match, ScriptProposal } from '../finding.ts';
import type { ProgramFacts } from '../programFacts.ts';
import { beforeTraining, pinned } from '../proposals.ts';
import type { WrittenCall } from '../pythonText.ts';
import { writtenCall } from '../pythonText.ts';
import type { PinEdit, ScriptEdit } from '../scriptEdit.ts';

const UNEXPECTED = /^(?:([\w.]+?)\.)?(\w+)\(\) got an unexpected keyword argument '(\w+)'/;

/** Names of one and the same argument in different releases. */
const synonyms: readonly (readonly string[])[] = [
  ['tokenizer', 'processing_class'],
  ['max_seq_length', 'max_length'],
  ['evaluation_strategy', 'eval_strategy'],
  ['torch_dtype', 'dtype'],
  ['no_cuda', 'use_cpu'],
  ['per_gpu_train_batch_size', 'per_device_train_batch_size'],
  ['warmup_ratio', 'warmup_steps'],
  ['use_auth_token', 'token'],
  ['eval_packing', 'packing'],
];

const beforeMove = { trl: '0.12.2', transformers: '4.46.3', peft: '0.14.0' };
const before5 = { trl: '0.15.2', transformers: '4.49.0', peft: '0.14.0' };
/** By the release that dropped arguments: releases that fit one another and still take them. */
const pinsBefore: Readonly<Record<string, PinEdit['pins']>> = {
  'trl 0.13': beforeMove,
  'trl 0.15': beforeMove,
  'trl 0.16': before5,
  'trl 0.20': { trl: '0.19.1' },
};

/** When an argument of a class went, by the list that tells of it. */
function goneOf(
  name: string,
  argument: string,
): { readonly when: string; readonly pins: PinEdit['pins'] | null } | null {
  const found = (own(moves, argument) ?? []).find(
    ({ release }) =>
      release?.kind === 'gone' && release.callees.some((callee) => callee.endsWith(`.${name}`)),
  )?.release;
  if (!found) return null;
  const when = `${found.library} ${found.release}`;
  return { when, pins: own(pinsBefore, when) ?? null };
}

/** Classes of a trainer's arguments; of TRL's, those that take what its trainers took. */
const argumentsOf = (trainer: string): string => `trl.${trainer.replace(/Trainer$/, 'Config')}`;

const libraryOf = (facts: ProgramFacts, name: string): string => {
  const known = ['transformers', 'trl', 'peft'].find((library) => facts.signatures?.of(`${library}.${name}`));
  return known ? `${known}.${name}` : name;
};

function renamed(facts: ProgramFacts, callee: string, argument: string): string | null {
  const group = synonyms.find((names) => names.includes(argument)) ?? [];
  return group.find((name) => name !== argument && facts.takes(callee, name) === true) ?? null;
}

/** The trainer's arguments in the text, and the argument put there: in TRL's own class where another one stands. */
function intoArguments(
  facts: ProgramFacts,
  trainer: string,
  given: readonly [name: string, value: string][],
): ScriptEdit[] {
  const config = argumentsOf(trainer);
  const short = config.replace('trl.', '');
  const made = facts
    .configs(/(TrainingArguments|Config)$/)
    .findLast(({ call }) => /^(transformers|trl)\./.test(call.callee));
  if (!made || given.length === 0) return [];
  const { call } = made;
  const written = facts.writtenName(call);
  if (written === null) return [];
  const named = given.flatMap(([name, value]): [string, string][] => {
    const now = facts.takes(config, name) ? name : renamed(facts, config, name);
    return now === null ? [] : [[now, value]];
  });
  if (call.callee === config || call.callee.endsWith(`.${short}`))
    return named.map(([argument, value]) => ({ line: call.line, callee: written, argument, value }));
  return [
    { line: call.line, word: written, becomes: short },
    { module: 'trl', name: short },
    ...named.map(([argument, value]) => ({ line: call.line, callee: short, argument, value })),
  ];
}

/** One argument's repair. */
function mended(
  facts: ProgramFacts,
  call: { readonly line: number; readonly callee: string; readonly full: string },
  name: string,
): ScriptEdit[] {
  const now = renamed(facts, call.full, name);
  if (now !== null) return [{ line: call.line, callee: call.callee, argument: name, to: now }];
  return [{ line: call.line, callee: call.callee, argument: name, value: null }];
}

function wholeCall(facts: ProgramFacts, line: number, name: string, written: WrittenCall): ScriptEdit[] {
  const full = libraryOf(facts, name);
  const unknown = written.arguments.flatMap((one) =>
    one.name !== null && facts.takes(full, one.name) === false ? [{ name: one.name, value: one.value }] : [],
  );
  const edits = unknown.flatMap((one) => mended(facts, { line, callee: written.callee, full }, one.name));
  if (!/Trainer$/.test(name)) return edits;
  const config = argumentsOf(name);
  const moves = unknown.filter(
    (one) =>
      renamed(facts, full, one.name) === null &&
      (facts.takes(config, one.name) === true || renamed(facts, config, one.name) !== null),
  );
  const values = moves
    .filter(({ value }) => value !== 'None')
    .map(({ name: argument, value }): [string, string] => [argument, value]);
  return [...edits, ...intoArguments(facts, name, values)];
}

/** An argument that from_pretrained of this release hands on to the model. */
function ofLoader(
  facts: ProgramFacts,
  line: number,
  argument: string,
  { callee }: WrittenCall,
): ScriptEdit[] {
  if (/^load_in_[48]bit$/.test(argument)) {
    const value = `BitsAndBytesConfig(${argument}=True)`;
    return [
      { line, callee, argument, value: null },
      { line, callee, argument: 'quantization_config', value },
      { module: 'transformers', name: 'BitsAndBytesConfig' },
    ];
  }
  const group = synonyms.find((names) => names.includes(argument)) ?? [];
  const now = group.find(
    (one) => one !== argument && notTakenByLoader([one], facts.versions.transformers) === null,
  );
  return [now === undefined ? { line, callee, argument, value: null } : { line, callee, argument, to: now }];
}

function said(name: string, argument: string, edits: readonly ScriptEdit[]): Text {
  const rename = edits.find((one) => 'to' in one && one.argument === argument);
  const moved = edits.some((one) => 'value' in one && one.value !== null);
  const gone = goneOf(name, argument);
  const when = gone ? text(` Gone since ${gone.when}.`, `自 ${gone.when} 起已去掉。`) : text('', '');
  if (rename && 'to' in rename)
    return text(
      `It is called ${rename.to} in these releases.${when.en}`,
      `在这些版本中它叫 ${rename.to}。${when.zh}`,
    );
  if (moved && /Trainer$/.test(name)) {
    const config = argumentsOf(name).replace('trl.', '');
    return text(`It belongs to ${config} now.${when.en}`, `它现在属于 ${config}。${when.zh}`);
  }
  return text(`These releases have nothing of that name.${when.en}`, `这些版本没有这个参数。${when.zh}`);
}

function unknownArgument(facts: ProgramFacts): Match | null {
  const { refusal } = facts;
  const matched = refusal?.type === 'TypeError' ? UNEXPECTED.exec(refusal.message) : null;
  if (!refusal || !matched) return null;
  const argument = matched[3] ?? '';
  const name =
    matched[2] === '__init__' || matched[2] === '__new__' ? (matched[1] ?? '') : (matched[2] ?? '');
  const statement = facts.statement(refusal.line)?.text ?? '';
  const written = writtenCall(statement, name);
  const loader = written ? null : writtenCall(statement, 'from_pretrained');
  const edits = written
    ? wholeCall(facts, refusal.line, name, written)
    : loader
      ? ofLoader(facts, refusal.line, argument, loader)
      : [];
  const pins = goneOf(name, argument)?.pins;
  const hook: ScriptProposal[] =
    argument === 'gradient_checkpointing_kwargs' && edits.length > 0
      ? [
          {
            why: text(
              'without the argument, and with the hook that reentrant checkpointing needs',
              '去掉该参数，并加上可重入检查点所需的钩子',
            ),
            ways: beforeTraining(facts, (model) => `${model}.enable_input_require_grads()`).map((way) => [
              ...edits,
              ...way,
            ]),
          },
        ]
      : [];
  const { transformers, peft, trl } = facts.versions;
  const words = said(name, argument, edits);
  return {
    lines: [refusal.line],
    severity: 'cause',
    cause: text(
      `${name} takes no ${argument} here (transformers ${transformers}, peft ${peft}, trl ${trl}). ${words.en}`,
      `这里的 ${name} 不接受 ${argument}（transformers ${transformers}、peft ${peft}、trl ${trl}）。${words.zh}`,
    ),
    evidence: [same(`${refusal.type}: ${refusal.message}`)],
    proposals: [
      ...(edits.length > 0
        ? [{ why: text('as these releases write it', '按这些版本的写法'), ways: [edits] }]
        : []),
      ...hook,
      ...newer(facts, name, argument),
      ...(pins ? [pinned(pins, 'releases that still take it', '仍接受它的版本')] : []),
    ],
  };
}

/** Arguments that came later. */
export const came: readonly (readonly [
  of: RegExp,
  argument: string,
  library: 'peft' | 'transformers',
  from: string,
  pins: PinEdit['pins'],
])[] = [
  [/^LoraConfig$/, 'use_dora', 'peft', '0.9', { peft: '0.9.0' }],
  [/^LoraConfig$/, 'use_rslora', 'peft', '0.8', { peft: '0.8.2' }],
  [/^LoraConfig$/, 'rank_pattern', 'peft', '0.6', { peft: '0.6.2' }],
  [/^LoraConfig$/, 'exclude_modules', 'peft', '0.14', { peft: '0.14.0' }],
  [/^LoraConfig$/, 'trainable_token_indices', 'peft', '0.15', { peft: '0.15.2' }],
  [/./, 'autocast_adapter_dtype', 'peft', '0.12', { peft: '0.12.0' }],
  [/./, 'gradient_checkpointing_kwargs', 'transformers', '4.35', { transformers: '4.36.2', peft: '0.7.1' }],
];

function newer(facts: ProgramFacts, name: string, argument: string): ScriptProposal[] {
  const found = came.find(
    ([of, one, library, from]) =>
      of.test(name) && one === argument && compareVersions(facts.versions[library], from) < 0,
  );
  return found ? [pinned(found[4], 'a release that knows it', '认识它的版本')] : [];
}

const MISSING = /cannot import name '(\w+)' from '([\w.]+)'|module '([\w.]+)' has no attribute '(\w+)'/;

/** What can't be imported any more, or not yet, and what to do. */
const imports: Readonly<Record<string, { readonly now?: string; readonly pins?: PinEdit['pins'] }>> = {
  prepare_model_for_int8_training: { now: 'prepare_model_for_kbit_training' },
  DataCollatorForCompletionOnlyLM: { pins: { trl: '0.19.1' } },
  SFTConfig: { pins: { trl: '0.9.6', transformers: '4.41.2', peft: '0.11.1' } },
  AdamW: { pins: { transformers: '4.49.0' } },
};

function missingName(facts: ProgramFacts): Match | null {
  const { refusal } = facts;
  const matched =
    refusal && /^(ImportError|AttributeError)$/.test(refusal.type) ? MISSING.exec(refusal.message) : null;
  if (!refusal || !matched) return null;
  const name = matched[1] ?? matched[4] ?? '';
  const module = matched[2] ?? matched[3] ?? '';
  const known = own(imports, name);
  return {
    lines: [refusal.line],
    severity: 'cause',
    cause: text(
      `${module} has no ${name} in these releases${known?.now ? `; it is called ${known.now}` : ''}.`,
      `这些版本的 ${module} 没有 ${name}${known?.now ? `；它现在叫 ${known.now}` : ''}。`,
    ),
    evidence: [same(`${refusal.type}: ${refusal.message}`)],
    proposals: [
      ...(known?.now
        ? [
            {
              why: text('the name that it has now', '它现在的名称'),
              ways: [
                [
                  { line: null, word: name, becomes: known.now },
                  { line: null, word: `peft.${name}`, becomes: `peft.${known.now}` },
                ],
                [{ line: null, word: name, becomes: known.now }],
                [{ line: null, word: `peft.${name}`, becomes: `peft.${known.now}` }],
              ],
            },
          ]
        : []),
      ...(known?.pins ? [pinned(known.pins, 'releases that have it', '有它的版本')] : []),
    ],
  };
}

export const argumentFindings: readonly Finding[] = [
  { id: 'argument-unknown', match: unknownArgument },
  { id: 'name-missing', match: missingName },
];
