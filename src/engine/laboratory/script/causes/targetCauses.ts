// target_modules that PEFT refuses: what the message quotes tells the causes apart.

import { text } from '../../../ground/text.ts';
import type { Signs, WeighedCause } from './cause.ts';
import { isSince } from './cause.ts';
import type { Plain } from './saidCauses.ts';
import { cause } from './saidCauses.ts';

/** The part of the message that names targets: `['q_proj']`, `q_proj,v_proj`, `{'a'}`, `set()`. */
const targetsIn = (error: string): string =>
  /Target modules? (.*?) (?:not found|is not supported)/s.exec(error)?.[1] ?? '';

export const inScript = text(
  'target_modules in the script, and the names that model.named_modules() prints.',
  '脚本中的 target_modules，以及 model.named_modules() 打印的名称。',
);

function targetCauses({ error, versions }: Signs): WeighedCause[] {
  const named = targetsIn(error).replace(/^\{?['"]|['"]\}?$/g, '');
  const list = /^[[{]/.test(targetsIn(error));
  if (/^(\[\]|set\(\)|)$/.test(named))
    return [
      cause(
        'targets-empty',
        5,
        'The list of targets is empty: a helper that looks for linear layers found none, often because it looks for bitsandbytes’ class on a model that isn’t quantised.',
        '目标列表为空：查找线性层的辅助函数什么也没找到，常见原因是在未量化的模型上查找 bitsandbytes 的类。',
        inScript,
      ),
    ];
  if (named === 'all-linear' || named === 'all')
    return [
      cause(
        'targets-word-unknown',
        versions.peft !== undefined && isSince(versions.peft, '0.8.0') ? 2 : 5,
        `“${named}” was taken for a module’s name: PEFT knows "all-linear" since 0.8, and "all" is LLaMA-Factory’s word.`,
        `“${named}” 被当成了模块名：PEFT 从 0.8 起才认识 "all-linear"，而 "all" 是 LLaMA-Factory 的写法。`,
        text('PEFT’s version.', 'PEFT 的版本。'),
      ),
    ];
  if (!list && /[,\s]/.test(named))
    return [
      cause(
        'targets-comma-joined',
        6,
        `Names joined by commas are one regular expression, which matches no module: “${named}”. They have to be a list.`,
        `用逗号连起来的名称是一个正则表达式，匹配不到任何模块：“${named}”。应写成列表。`,
        inScript,
      ),
    ];
  const other = cause(
    'targets-not-found',
    4,
    `No module of the model is called ${named}: other families use other names (query_key_value, c_attn, W_pack, qkv_proj, Wqkv, dense).`,
    `模型中没有叫 ${named} 的模块：其他模型族使用别的名称（query_key_value、c_attn、W_pack、qkv_proj、Wqkv、dense）。`,
    inScript,
  );
  const bare = cause(
    'targets-bare-string',
    5,
    `A bare string is a regular expression that must match a whole path, and “${named}” matches none; in a list it would match every path that ends with it.`,
    `单独的字符串是必须匹配完整路径的正则，“${named}” 匹配不到；放进列表则匹配所有以它结尾的路径。`,
    inScript,
  );
  const base = cause(
    'adapter-other-base',
    2,
    'An adapter is loaded onto another base model than it was made for.',
    '适配器被载入到了不是它原本的底座模型上。',
    text(
      'base_model_name_or_path in adapter_config.json.',
      'adapter_config.json 中的 base_model_name_or_path。',
    ),
  );
  return [...(list ? [other] : [bare, other]), base];
}

export const targetRules: readonly Plain[] = [
  {
    id: 'targets-not-found',
    pattern: /Target modules? .* not found/s,
    says: text('PEFT found nothing to attach an adapter to.', 'PEFT 没有找到可以挂载适配器的模块。'),
    causes: targetCauses,
  },
  {
    id: 'targets-unspecified',
    pattern: /Please specify `target_modules`/,
    says: text(
      'target_modules isn’t given, and PEFT has no default for this model.',
      '没有给出 target_modules，而 PEFT 对该模型没有默认值。',
    ),
    causes: () => [
      cause(
        'targets-unspecified',
        5,
        'The model’s type isn’t in PEFT’s table: a new family, or one with code of its own.',
        '模型类型不在 PEFT 的表中：新的模型族，或自带代码的模型。',
        inScript,
      ),
    ],
  },
  {
    id: 'target-unsupported',
    pattern: /Target module .* is not supported/s,
    says: text(
      'A name in target_modules belongs to a module that can’t carry LoRA.',
      'target_modules 中有名称指向不能挂 LoRA 的模块。',
    ),
    causes: () => [
      cause(
        'target-unsupported',
        5,
        'A name matches a container, a norm or an activation as well as a linear layer.',
        '某个名称除线性层外还匹配到容器、归一化或激活。',
        inScript,
      ),
    ],
  },
];
