// target_modules: nothing matched, nothing given, something that cannot carry LoRA, some names wrong.
import { parseTargetModules } from '../../../adapters/targetModules.ts';
import type { DoctorEntry, Proposal } from '../entry.ts';
import { same, text } from '../entry.ts';
import type { DoctorFacts } from '../facts.ts';
import { nearestNames } from '../nearestNames.ts';

const allLinear: Proposal = {
  code: 'LoraConfig(target_modules="all-linear", …)',
  why: text('every linear module except the head', '除输出头外的所有线性模块'),
  patch: { 'lora.target_modules': 'all-linear' },
};
const attention: Proposal = {
  code: 'LoraConfig(target_modules=["q_proj", "v_proj"], …)',
  why: text("PEFT's own default for a llama", 'PEFT 对 llama 的默认值'),
  patch: { 'lora.target_modules': '["q_proj","v_proj"]' },
};

const byName: Proposal = {
  code: 'LoraConfig(target_modules=["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"], …)',
  why: text('every linear module of the layers, by name', '各层的所有线性模块，逐一列名'),
  patch: {
    'lora.target_modules': '["q_proj","k_proj","v_proj","o_proj","gate_proj","up_proj","down_proj"]',
  },
};

/** Last names of the modules that can carry LoRA, each once, in module order. */
function knownNames({ examination }: DoctorFacts): string[] {
  const names = [...examination.script.causal.namedModules()]
    .filter(
      ([, module]) =>
        module.kind.type === 'linear' || module.kind.type === 'embedding' || module.kind.type === 'adapted',
    )
    .map(([path]) => path.split('.').at(-1) ?? path);
  return [...new Set(names)].filter((name) => name !== 'base_layer' && name !== 'default');
}

function listed({ values }: DoctorFacts): readonly string[] {
  const target = parseTargetModules(values['lora.target_modules']);
  if (target.form === 'list') return target.names;
  return target.form === 'regex' && /^[\w.]+$/.test(target.pattern) ? [target.pattern] : [];
}

/** Names of the list that no module ends with. */
function wrongNames(facts: DoctorFacts): string[] {
  const paths = [...facts.examination.script.causal.namedModules()].map(([path]) => path);
  return listed(facts).filter((name) => !paths.some((path) => path === name || path.endsWith(`.${name}`)));
}

function nearestProposal(facts: DoctorFacts): Proposal[] {
  const known = knownNames(facts);
  const corrected = [
    ...new Set(listed(facts).flatMap((name) => (known.includes(name) ? [name] : nearestNames(name, known)))),
  ];
  if (corrected.length === 0) return [];
  return [
    {
      code: `LoraConfig(target_modules=[${corrected.map((name) => `"${name}"`).join(', ')}], …)`,
      why: text('the nearest names in this model', '此模型中最接近的名称'),
      patch: { 'lora.target_modules': JSON.stringify(corrected) },
    },
  ];
}

const message = ({ examination }: DoctorFacts): string => examination.outcome.error?.message ?? '';
const known = (facts: DoctorFacts) =>
  text(
    `names in this model: ${knownNames(facts).join(', ')}`,
    `此模型中的名称：${knownNames(facts).join('、')}`,
  );

export const targetEntries: readonly DoctorEntry[] = [
  {
    id: 'targets-empty',
    match: (facts) =>
      /^No `target_modules` passed|^Target modules (\[\]|set\(\)) not found/.test(message(facts)) ||
      (facts.values['lora.target_modules'].trim() === '' && message(facts).startsWith('Target module')),
    cause: () =>
      text(
        'target_modules is empty, so there is nothing to attach an adapter to.',
        'target_modules 为空，没有可以挂载适配器的模块。',
      ),
    evidence: (facts) => [known(facts)],
    notTheCause: [
      text(
        'requires_grad or checkpointing: the script stops before',
        'requires_grad 或检查点：脚本在此之前就停了',
      ),
    ],
    proposals: () => [allLinear, attention],
  },
  {
    id: 'targets-unspecified',
    match: (facts) => message(facts).startsWith('Please specify `target_modules`'),
    cause: ({ values }) =>
      text(
        `target_modules is None, and PEFT has no default for model_type "${values['wiring.model_type']}".`,
        `target_modules 为 None，而 PEFT 对 model_type "${values['wiring.model_type']}" 没有默认值。`,
      ),
    evidence: (facts) => [known(facts)],
    notTheCause: [
      text(
        'requires_grad or checkpointing: the script stops before',
        'requires_grad 或检查点：脚本在此之前就停了',
      ),
    ],
    proposals: () => [attention, allLinear],
  },
  {
    id: 'targets-not-found',
    match: (facts) => /^Target modules .* not found/s.test(message(facts)),
    cause: (facts) => {
      const isPlainName =
        !facts.values['lora.target_modules'].trim().startsWith('[') && listed(facts).length === 1;
      const list = listed(facts).join(', ') || facts.values['lora.target_modules'];
      if (list === 'all-linear')
        return text(
          `PEFT ${facts.examination.script.stack.peft} takes "all-linear" for a module's name; the word has a meaning from 0.8 on.`,
          `PEFT ${facts.examination.script.stack.peft} 把 "all-linear" 当成模块名；从 0.8 起它才有特殊含义。`,
        );
      return isPlainName && knownNames(facts).includes(listed(facts)[0] ?? '')
        ? text(
            `A bare string is a regular expression that must match a whole module path; "${list}" matches none. In a list it would match every path that ends with it.`,
            `单独的字符串是必须匹配完整模块路径的正则；"${list}" 一个也匹配不到。放进列表则匹配所有以它结尾的路径。`,
          )
        : text(
            `No module of this model matches ${list}. Other model families use other names.`,
            `此模型中没有模块匹配 ${list}。其他模型族使用别的名称。`,
          );
    },
    evidence: (facts) => [known(facts)],
    notTheCause: [
      text(
        'requires_grad or checkpointing: the script stops before',
        'requires_grad 或检查点：脚本在此之前就停了',
      ),
    ],
    proposals: (facts) => [...nearestProposal(facts), allLinear, byName],
  },
  {
    id: 'target-unsupported',
    match: (facts) => /^Target module .* is not supported/s.test(message(facts)),
    cause: () =>
      text(
        'A name in target_modules belongs to a module that has no weight matrix: an activation, a norm or a container. LoRA needs a linear or an embedding.',
        'target_modules 中有一个名称指向没有权重矩阵的模块：激活、归一化或容器。LoRA 需要线性层或嵌入。',
      ),
    evidence: (facts) => [known(facts)],
    notTheCause: [text('the PEFT version', 'PEFT 的版本')],
    proposals: () => [allLinear, attention],
  },
];

/** Told although the run trains: part of what was asked for is missing. */
export const targetAdvice: readonly DoctorEntry[] = [
  {
    id: 'targets-partly-wrong',
    match: (facts) =>
      facts.examination.outcome.error === null &&
      facts.adapterTensors > 0 &&
      listed(facts).length > 1 &&
      wrongNames(facts).length > 0,
    cause: (facts) =>
      text(
        `${wrongNames(facts).join(', ')} matches no module; PEFT skips it without a word and adapts the others.`,
        `${wrongNames(facts).join('、')} 没有匹配任何模块；PEFT 静默跳过，只适配其余的。`,
      ),
    evidence: (facts) => [same(`${facts.adapterTensors} adapter tensors`), known(facts)],
    notTheCause: [],
    proposals: (facts) => [...nearestProposal(facts), allLinear],
  },
];
