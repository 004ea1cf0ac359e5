// target_modules of a program: a joined or bare string, names of another architecture, none at all, names beside trainable_token_indices.
// Sources: peft tuners/tuners_utils.py check_target_module_exists (a string is a regular expression that must match the whole path),
// inject_adapter; utils/other.py set_additional_trainable_modules; tuners/trainable_tokens/layer.py.
import type { Text } from '../../../../ground/text.ts';
import { same, text } from '../../../../ground/text.ts';
import type { ProgramValue } from '../../../../python/program/program.ts';
import { namesOf, reprOf, textOf } from '../../../../python/program/values.ts';
import type { ModelObject } from '../../../../python/run/objects.ts';
import { nearestNames } from '../../../doctor/nearestNames.ts';
import type { Finding, Match, ScriptProposal } from '../finding.ts';
import type { Indexed, ProgramFacts } from '../programFacts.ts';
import { argumentEdit, attachCalls, pinned } from '../proposals.ts';
import { quoted } from '../pythonText.ts';
import type { ScriptEdit } from '../scriptEdit.ts';
import { isTied } from './saving.ts';

/** Last names of the modules that can carry an adapter, in their order. */
function knownNames({ script }: ModelObject): string[] {
  const names = [...script.causal.namedModules()]
    .filter(([, { kind }]) => kind.type === 'linear' || kind.type === 'embedding' || kind.type === 'adapted')
    .map(([path]) => path.split('.').at(-1) ?? path)
    .filter((name) => !/^(base_layer|default|lora_\w+|\d+)$/.test(name));
  return [...new Set(names)];
}

/** The configuration that a refused attaching was given, with the call that made it. */
function attaching(facts: ProgramFacts): { config: Indexed; value: ProgramValue; model: ModelObject } | null {
  const calls = [
    ...attachCalls(facts),
    ...facts.trainers.map(({ call }) => call),
    ...facts.calls.filter(({ callee }) => /Trainer$|add_adapter$/.test(callee)),
  ];
  const line = facts.refusal?.line ?? 0;
  const call = calls.findLast((one) => one.line === line) ?? calls.at(-1);
  if (!call) return null;
  const given = [...Object.values(call.kwargs), ...call.args].map((value) => facts.makerOf(value));
  const config =
    given.find((one) => one !== null && /^peft\.\w+Config(\.from_pretrained)?$/.test(one.callee)) ?? null;
  const model = facts.machine.models.at(-1);
  const value = config && facts.made(config);
  if (!config || !model || value?.kind !== 'config') return null;
  return { config, value: value.values.get('target_modules') ?? null, model };
}

const list = (names: readonly string[]): string => `[${names.map(quoted).join(', ')}]`;

/** The ways to give a configuration other targets: where it is made, or the variable that it is given. */
function targetsWays(
  facts: ProgramFacts,
  config: Indexed,
  value: string,
  before: ProgramValue,
): ScriptEdit[][] {
  const literal = textOf(before);
  const own = argumentEdit(facts, config, 'target_modules', value);
  const words: ScriptEdit[][] =
    literal === null ? [] : [[{ line: null, word: quoted(literal), becomes: value }]];
  return [own, ...words].filter((way) => way.length > 0);
}

const allLinear = (facts: ProgramFacts, config: Indexed, before: ProgramValue): ScriptProposal[] =>
  facts.since('peft', '0.8')
    ? [
        {
          why: text('every linear module except the head', '除输出头外的所有线性模块'),
          ways: targetsWays(facts, config, '"all-linear"', before),
        },
      ]
    : [];

function causeOf(
  facts: ProgramFacts,
  value: ProgramValue,
  known: readonly string[],
  model: ModelObject,
): Text {
  const written = textOf(value);
  if (written !== null && /^\s*[\w.]+(\s*,\s*[\w.]+)+\s*$/.test(written))
    return text(
      `target_modules is one string, "${written}", and a string is one regular expression for a whole module path: the commas are part of it. A list is meant.`,
      `target_modules 是一个字符串 "${written}"，而字符串是匹配完整模块路径的一个正则：逗号也算在内。应写成列表。`,
    );
  if (written === 'all-linear')
    return text(
      `PEFT ${facts.versions.peft} takes "all-linear" for a module's name; the word has a meaning from 0.8 on.`,
      `PEFT ${facts.versions.peft} 把 "all-linear" 当成模块名；从 0.8 起它才有特殊含义。`,
    );
  if (written !== null && known.includes(written))
    return text(
      `A bare string is a regular expression that must match a whole module path; "${written}" matches none. In a list it would match every path that ends with it.`,
      `单独的字符串是必须匹配完整模块路径的正则；"${written}" 一个也匹配不到。放进列表则匹配所有以它结尾的路径。`,
    );
  return text(
    `No module of ${model.script.modelType} is called ${reprOf(value)}: those names belong to other architectures.`,
    `${model.script.modelType} 中没有名为 ${reprOf(value)} 的模块：这些名称属于别的架构。`,
  );
}

/** What families call the same place in a layer; a packed one stands for all that it packs. Source: PEFT utils/constants.py. */
const PACKED = [
  'query_key_value',
  'qkv_proj',
  'Wqkv',
  'W_pack',
  'c_attn',
  'attn.wqkv',
  'wqkv',
  'qkv',
  'in_proj',
];
const places: readonly (readonly string[])[] = [
  ['q_proj', 'query', 'q', 'q_lin', ...PACKED],
  ['k_proj', 'key', 'k', 'k_lin', ...PACKED],
  ['v_proj', 'value', 'v', 'v_lin', ...PACKED],
  ['o_proj', 'out_proj', 'dense', 'o', 'wo', 'c_proj', 'out_lin'],
  ['gate_proj', 'w1', 'gate_up_proj', 'fc1', 'dense_h_to_4h', 'c_fc', 'wi'],
  ['up_proj', 'w3', 'gate_up_proj', 'fc1', 'dense_h_to_4h', 'c_fc', 'wi'],
  ['down_proj', 'w2', 'fc2', 'dense_4h_to_h', 'c_proj', 'wo'],
];

/** What a wrong name was meant to be in this model: the same place under its name here, else a spelling near by. */
function meant(name: string, known: readonly string[]): readonly string[] {
  if (known.includes(name)) return [name];
  const asked = places.filter((names) => names.includes(name));
  const same = asked.flatMap((names) => names.filter((one) => known.includes(one)).slice(0, 1));
  if (asked.length > 0) return same;
  return nearestNames(name, known);
}

function corrected(value: ProgramValue, known: readonly string[]): string[] {
  const written = textOf(value);
  const names = written === null ? (namesOf(value) ?? []) : written.split(',').map((one) => one.trim());
  const found = names.flatMap((name) => meant(name, known));
  const attention = ['q_proj', 'v_proj'].flatMap((name) => meant(name, known));
  return [...new Set(found.length > 0 ? found : attention)];
}

function notFound(facts: ProgramFacts): Match | null {
  const { refusal } = facts;
  const at =
    refusal &&
    /[Tt]arget modules? .* not found|No modules were targeted|No `target_modules` passed|Please specify `target_modules`/s.test(
      refusal.message,
    )
      ? attaching(facts)
      : null;
  if (!refusal || !at) return null;
  const known = knownNames(at.model);
  const names = corrected(at.value, known);
  const disk = /from_pretrained$/.test(at.config.callee);
  const none = at.value === null;
  return {
    lines: [...new Set([at.config.line, refusal.line])].filter((line) => line > 0),
    severity: 'cause',
    cause: none
      ? text(
          `target_modules is not given, and PEFT ${facts.versions.peft} has no default for model_type "${at.model.script.modelType}".`,
          `没有给出 target_modules，而 PEFT ${facts.versions.peft} 对 model_type "${at.model.script.modelType}" 没有默认值。`,
        )
      : causeOf(facts, at.value, known, at.model),
    evidence: [text(`names in this model: ${known.join(', ')}`, `此模型中的名称：${known.join('、')}`)],
    proposals: disk
      ? []
      : [
          ...(names.length > 0
            ? [
                {
                  why: text('names that this model has', '此模型中有的名称'),
                  ways: targetsWays(facts, at.config, list(names), at.value),
                },
              ]
            : []),
          ...allLinear(facts, at.config, at.value),
          ...(textOf(at.value) === 'all-linear'
            ? [pinned({ peft: '0.8.2' }, 'knows "all-linear"', '认识 "all-linear"')]
            : []),
        ],
  };
}

/** Told although it trains: part of what was asked for is missing. */
function partlyWrong(facts: ProgramFacts): Match | null {
  const model = facts.model;
  const config = model?.configs.at(-1);
  const names = namesOf(config?.values.get('target_modules'));
  const made = config && facts.calls.find((call) => facts.made(call) === config);
  if (!facts.trains || !model || !names || names.length < 2 || !made) return null;
  const paths = [...model.script.causal.namedModules()].map(([path]) => path);
  const wrong = names.filter((name) => !paths.some((path) => path === name || path.endsWith(`.${name}`)));
  if (wrong.length === 0 || wrong.length === names.length) return null;
  const right = names.filter((name) => !wrong.includes(name));
  const near = wrong.flatMap((name) => meant(name, knownNames(model)));
  return {
    lines: [made.line],
    severity: 'warning',
    cause: text(
      `${wrong.join(', ')} matches no module of this model; PEFT skips it without a word and adapts the others.`,
      `${wrong.join('、')} 没有匹配此模型的任何模块；PEFT 静默跳过，只适配其余的。`,
    ),
    evidence: [
      text(
        `names in this model: ${knownNames(model).join(', ')}`,
        `此模型中的名称：${knownNames(model).join('、')}`,
      ),
    ],
    proposals: [
      {
        why: text('names that this model has', '此模型中有的名称'),
        ways: [argumentEdit(facts, made, 'target_modules', list([...new Set([...right, ...near])]))].filter(
          (way) => way.length > 0,
        ),
      },
    ],
  };
}

const UNKNOWN_LAYER =
  'TrainableTokensLayer wraps an unknown layer type, maybe you are targeting the wrong layer?';

/** Rows of a tied table trained through trainable_token_indices, and the table itself copied by modules_to_save. */
function tokensAndCopies(facts: ProgramFacts): Match | null {
  const found = facts.configs(/^peft\.LoraConfig$/).find(({ config }) => {
    const tokens = config.values.get('trainable_token_indices');
    const copied = namesOf(config.values.get('modules_to_save')) ?? [];
    return tokens !== undefined && tokens !== null && copied.some((name) => /lm_head|embed/.test(name));
  });
  // Only a tied table meets both wrappers: PEFT wraps the head for the rows as well.
  if (!found || !facts.machine.models.some((model) => isTied(model))) return null;
  const copied = (namesOf(found.config.values.get('modules_to_save')) ?? []).filter(
    (name) => !/lm_head|embed/.test(name),
  );
  return {
    // The wrapping goes through; merging the rows for the first forward pass is what raises. Run on 0.17.1.
    lines: [...new Set([found.call.line, facts.deciding?.event.line ?? found.call.line])],
    severity: 'cause',
    ends: { kind: 'raises', error: { type: 'ValueError', message: UNKNOWN_LAYER } },
    cause: text(
      'trainable_token_indices trains rows of a table, and modules_to_save copies that table or the head that is tied to it: PEFT meets its own wrapper where it expects the table. One of the two is enough.',
      'trainable_token_indices 训练表中的若干行，而 modules_to_save 又复制了这张表或与其绑定的输出头：PEFT 在应是表的位置遇到自己的包装层。两者取一即可。',
    ),
    evidence: [same(`modules_to_save=${reprOf(found.config.values.get('modules_to_save') ?? null)}`)],
    proposals: [
      {
        why: text(
          'the rows of the new tokens are trained, and little else is stored',
          '只训练新词元的行，几乎不多占存储',
        ),
        ways: [
          argumentEdit(facts, found.call, 'modules_to_save', copied.length > 0 ? list(copied) : null),
        ].filter((way) => way.length > 0),
      },
      {
        why: text('the whole table is trained and stored', '训练并保存整张表'),
        ways: [argumentEdit(facts, found.call, 'trainable_token_indices', null)].filter(
          (way) => way.length > 0,
        ),
      },
    ],
  };
}

/** Of a saved adapter that was made for another architecture: nothing in the text mends that. */
function otherBase(facts: ProgramFacts): Match | null {
  const { refusal } = facts;
  const call =
    refusal &&
    attachCalls(facts).findLast((one) => one.line === refusal.line && /from_pretrained$/.test(one.callee));
  if (!call || !/Target modules/.test(refusal.message)) return null;
  const type = facts.modelOf(facts.argument(call, 'model', 0))?.script.modelType ?? '';
  return {
    lines: [call.line],
    severity: 'cause',
    cause: text(
      `The saved adapter names modules that a ${type} model doesn't have: it was trained on another base. Load it on the base in its adapter_config.json.`,
      `保存的适配器所列模块在 ${type} 模型中不存在：它是在另一个底座上训练的。请载入其 adapter_config.json 中写明的底座。`,
    ),
    evidence: [same(refusal.message.split('\n')[0] ?? '')],
    proposals: [],
  };
}

export const targetFindings: readonly Finding[] = [
  { id: 'adapter-of-another-base', match: otherBase },
  { id: 'tokens-and-copies', match: tokensAndCopies },
  { id: 'targets-not-found', match: notFound },
];

export const targetAdvice: readonly Finding[] = [{ id: 'targets-partly-wrong', match: partlyWrong }];
