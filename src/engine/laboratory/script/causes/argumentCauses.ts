// A TypeError for an argument, an ImportError for a name: what moved where in which release of the libraries.

import { own } from '../../../ground/own.ts';
import type { Text } from '../../../ground/text.ts';
import { text } from '../../../ground/text.ts';
import type { Signs, SymptomRule, WeighedCause } from './cause.ts';
import { always } from './cause.ts';

/** Since when a callee has an argument, or hasn't: a test holds it to the dumped signatures. */
interface Release {
  readonly kind: 'gone' | 'came';
  readonly callees: readonly string[];
  readonly library: 'trl' | 'transformers' | 'peft';
  readonly release: string;
}

interface Move {
  readonly id?: string;
  /** Which callee, where the same name means different things. */
  readonly of?: RegExp;
  readonly cause: Text;
  readonly tells: Text;
  readonly release?: Release;
}

const titles = { trl: 'TRL', transformers: 'transformers', peft: 'PEFT' } as const;

const version = (library: string): Text =>
  text(
    `${library}’s version, and the call that the traceback shows.`,
    `${library} 的版本，以及回溯指出的调用。`,
  );

type At = readonly [library: Release['library'], release: string, ...callees: string[]];

const gone = (what: string, [library, release, ...callees]: At, now: string): Move => ({
  cause: text(
    `${what} is gone since ${titles[library]} ${release}: it is ${now} now.`,
    `${what} 从 ${titles[library]} ${release} 起已移除：现在是 ${now}。`,
  ),
  tells: version(titles[library]),
  release: { kind: 'gone', callees, library, release },
});
const came = (what: string, [library, release, ...callees]: At, before: string): Move => ({
  cause: text(
    `${what} came with ${titles[library]} ${release}; the one installed is older, where it is ${before}.`,
    `${what} 从 ${titles[library]} ${release} 起才有；已安装的更旧，那里是 ${before}。`,
  ),
  tells: version(titles[library]),
  release: { kind: 'came', callees, library, release },
});

const ARGUMENTS = 'transformers.TrainingArguments';
const ofTrainer = (argument: string, trainer: 'SFT' | 'DPO', now: string): Move => ({
  ...gone(`${argument}= of the trainer`, ['trl', '0.13', `trl.${trainer}Trainer`], `${argument}= of ${now}`),
  of: /Trainer/,
});

/** By the name of the argument. The first whose callee fits counts. */
export const moves: Readonly<Record<string, readonly Move[]>> = {
  tokenizer: [
    {
      ...gone('tokenizer=', ['trl', '0.16', 'trl.SFTTrainer', 'trl.DPOTrainer'], 'processing_class='),
      of: /SFT|DPO/,
    },
    {
      ...gone('tokenizer=', ['trl', '0.15', 'trl.ORPOTrainer', 'trl.RewardTrainer'], 'processing_class='),
      of: /ORPO|Reward/,
    },
    {
      ...gone('tokenizer=', ['transformers', '5.0', 'transformers.Trainer'], 'processing_class='),
      of: /^(Seq2Seq)?Trainer\b/,
    },
    {
      cause: text(
        'tokenizer= of a trainer is called processing_class= in newer releases.',
        '训练器的 tokenizer= 在新版本中叫 processing_class=。',
      ),
      tells: version('TRL'),
    },
  ],
  processing_class: [
    {
      ...came('processing_class=', ['trl', '0.12', 'trl.SFTTrainer', 'trl.DPOTrainer'], 'tokenizer='),
      of: /SFT|DPO|ORPO/,
    },
    {
      ...came('processing_class=', ['transformers', '4.46', 'transformers.Trainer'], 'tokenizer='),
      of: /^(Seq2Seq)?Trainer\b/,
    },
  ],
  max_seq_length: [
    {
      ...gone(
        'max_seq_length=',
        ['trl', '0.13', 'trl.SFTTrainer'],
        'max_seq_length= of SFTConfig, and max_length= from 0.16 on',
      ),
      of: /Trainer/,
    },
    gone('max_seq_length=', ['trl', '0.20', 'trl.SFTConfig'], 'max_length='),
  ],
  max_length: [
    ofTrainer('max_length', 'DPO', 'DPOConfig'),
    { ...came('max_length=', ['trl', '0.16', 'trl.SFTConfig'], 'max_seq_length='), of: /SFTConfig/ },
  ],
  dataset_text_field: [ofTrainer('dataset_text_field', 'SFT', 'SFTConfig')],
  packing: [ofTrainer('packing', 'SFT', 'SFTConfig')],
  dataset_num_proc: [ofTrainer('dataset_num_proc', 'SFT', 'SFTConfig')],
  dataset_kwargs: [ofTrainer('dataset_kwargs', 'SFT', 'SFTConfig')],
  dataset_batch_size: [ofTrainer('dataset_batch_size', 'SFT', 'SFTConfig')],
  neftune_noise_alpha: [ofTrainer('neftune_noise_alpha', 'SFT', 'SFTConfig')],
  num_of_sequences: [ofTrainer('num_of_sequences', 'SFT', 'SFTConfig')],
  chars_per_token: [ofTrainer('chars_per_token', 'SFT', 'SFTConfig')],
  eval_packing: [ofTrainer('eval_packing', 'SFT', 'SFTConfig')],
  model_init_kwargs: [ofTrainer('model_init_kwargs', 'SFT', 'the configuration')],
  beta: [ofTrainer('beta', 'DPO', 'DPOConfig')],
  max_prompt_length: [ofTrainer('max_prompt_length', 'DPO', 'DPOConfig')],
  evaluation_strategy: [
    {
      cause: text(
        'evaluation_strategy= was renamed in transformers 4.41, and later releases (4.57 among them) no longer take it: it is eval_strategy= now.',
        'evaluation_strategy= 在 transformers 4.41 改名，之后的版本（如 4.57）不再接受：现在是 eval_strategy=。',
      ),
      tells: version('transformers'),
    },
  ],
  warmup_ratio: [
    gone('warmup_ratio=', ['transformers', '5.0', ARGUMENTS], 'warmup_steps= with a number below 1'),
  ],
  overwrite_output_dir: [gone('overwrite_output_dir=', ['transformers', '5.0', ARGUMENTS], 'not needed')],
  no_cuda: [gone('no_cuda=', ['transformers', '5.0', ARGUMENTS], 'use_cpu=')],
  group_by_length: [
    gone('group_by_length=', ['transformers', '5.0', ARGUMENTS], 'train_sampling_strategy="group_by_length"'),
  ],
  eval_strategy: [came('eval_strategy=', ['transformers', '4.41', ARGUMENTS], 'evaluation_strategy=')],
  gradient_checkpointing_kwargs: [
    {
      id: 'checkpointing-kwargs-unknown',
      cause: text(
        'gradient_checkpointing_kwargs came with transformers 4.35, and PEFT’s preparation takes it since 0.6; older ones always checkpoint reentrantly.',
        'gradient_checkpointing_kwargs 从 transformers 4.35 起才有，PEFT 的 prepare 从 0.6 起才接受；更旧的版本总是可重入。',
      ),
      tells: text('The versions of transformers and PEFT.', 'transformers 与 PEFT 的版本。'),
      release: { kind: 'came', callees: [ARGUMENTS], library: 'transformers', release: '4.35' },
    },
  ],
  autocast_adapter_dtype: [
    {
      id: 'autocast-unknown',
      ...came('autocast_adapter_dtype=', ['peft', '0.12', 'peft.get_peft_model'], 'not there'),
    },
  ],
  use_dora: [came('use_dora', ['peft', '0.9', 'peft.LoraConfig'], 'not there')],
  use_rslora: [came('use_rslora', ['peft', '0.8', 'peft.LoraConfig'], 'not there')],
  dtype: [came('dtype=', ['transformers', '4.56'], 'torch_dtype=')],
  peft_config: [
    {
      id: 'config-not-used',
      cause: text(
        'Trainer of transformers takes no peft_config: only TRL’s trainers do.',
        'transformers 的 Trainer 不接受 peft_config：只有 TRL 的训练器接受。',
      ),
      tells: text('Which trainer the script builds.', '脚本构造的是哪个训练器。'),
    },
  ],
  num_items_in_batch: [
    {
      id: 'argument-unknown',
      cause: text(
        'compute_loss of a Trainer subclass is called with num_items_in_batch since transformers 4.46; the override doesn’t take it.',
        '从 transformers 4.46 起，Trainer 子类的 compute_loss 会收到 num_items_in_batch；重写的方法没有接受它。',
      ),
      tells: text(
        'The signature of compute_loss in the script: it needs num_items_in_batch=None or **kwargs.',
        '脚本中 compute_loss 的签名：需要 num_items_in_batch=None 或 **kwargs。',
      ),
    },
  ],
  labels: [
    {
      id: 'argument-unknown',
      cause: text(
        'A PeftModel without a task type, or a model without a head, was handed labels.',
        '没有任务类型的 PeftModel，或没有输出头的模型，收到了 labels。',
      ),
      tells: text(
        'task_type in the configuration, and the class that loads the model.',
        '配置中的 task_type，以及载入模型的类。',
      ),
    },
  ],
};

const unexpected = /(?:([\w.]+)\(\) )?got an unexpected keyword argument ['"](\w+)['"]/;

function unknownArgument({ error }: Signs): WeighedCause[] {
  const [, callee = '', name = ''] = unexpected.exec(error) ?? [];
  const known = own(moves, name)?.find(({ of }) => of === undefined || of.test(callee));
  if (known)
    return [
      { id: known.id ?? 'argument-unknown', cause: known.cause, tells: known.tells, weight: always(5) },
    ];
  const config = /Config/.test(callee);
  return [
    {
      id: 'argument-unknown',
      cause: config
        ? text(
            `${callee.replace('.__init__', '')} of the installed version doesn’t know ${name}: a script or an adapter_config.json of another release.`,
            `已安装版本的 ${callee.replace('.__init__', '')} 不认识 ${name}：脚本或 adapter_config.json 属于别的版本。`,
          )
        : text(
            `The installed version doesn’t know ${name}: the script was written for another release, or the argument belongs to another call.`,
            `已安装的版本不认识 ${name}：脚本是为别的版本写的，或该参数属于另一个调用。`,
          ),
      tells: text(
        'The versions (pip list), and the line of the script.',
        '版本（pip list）以及脚本的那一行。',
      ),
      weight: always(5),
    },
  ];
}

const names: Readonly<Record<string, Text>> = {
  prepare_model_for_int8_training: text(
    'prepare_model_for_int8_training left PEFT with 0.10: it is prepare_model_for_kbit_training since 0.4.',
    'prepare_model_for_int8_training 在 PEFT 0.10 被移除：从 0.4 起改名 prepare_model_for_kbit_training。',
  ),
  DataCollatorForCompletionOnlyLM: text(
    'DataCollatorForCompletionOnlyLM left TRL with 0.20: completion_only_loss or assistant_only_loss of SFTConfig take its place.',
    'DataCollatorForCompletionOnlyLM 在 TRL 0.20 被移除：由 SFTConfig 的 completion_only_loss 或 assistant_only_loss 取代。',
  ),
  setup_chat_format: text('setup_chat_format left TRL with 0.26.', 'setup_chat_format 在 TRL 0.26 被移除。'),
  ORPOTrainer: text(
    'ORPOTrainer left TRL’s top level with 0.29: it is in trl.experimental.',
    'ORPOTrainer 从 TRL 0.29 起不在顶层：在 trl.experimental 中。',
  ),
};

export const argumentRules: readonly SymptomRule[] = [
  {
    id: 'argument-unknown',
    fits: ({ error }) => unexpected.test(error),
    says: ({ error }) => {
      const name = unexpected.exec(error)?.[2] ?? '';
      return text(`The call doesn’t know the argument ${name}.`, `该调用不认识参数 ${name}。`);
    },
    causes: unknownArgument,
  },
  {
    id: 'name-missing',
    fits: ({ error }) =>
      /cannot import name ['"](\w+)['"] from ['"](transformers|peft|trl|accelerate)|No module named ['"](transformers|peft|trl)\./.test(
        error,
      ),
    says: () =>
      text(
        'The installed version doesn’t have a name that the script imports.',
        '已安装的版本没有脚本导入的名称。',
      ),
    causes: ({ error }) => {
      const name = /cannot import name ['"](\w+)/.exec(error)?.[1] ?? '';
      return [
        {
          id: 'name-missing',
          cause:
            own(names, name) ??
            text(
              `${name || 'It'} came or went with another release of the library, or two libraries don’t fit each other.`,
              `${name || '它'} 属于该库的别的版本，或两个库互不相容。`,
            ),
          tells: text(
            'The versions of transformers, PEFT and TRL (pip list).',
            'transformers、PEFT 与 TRL 的版本（pip list）。',
          ),
          weight: always(5),
        },
      ];
    },
  },
  {
    id: 'add-adapter-missing',
    fits: ({ error }) => /has no attribute 'add_adapter'/.test(error),
    says: () => text('The model has no add_adapter.', '该模型没有 add_adapter。'),
    causes: () => [
      {
        id: 'add-adapter-missing',
        cause: text('add_adapter came with transformers 4.34.', 'add_adapter 从 transformers 4.34 起才有。'),
        tells: text('The version of transformers.', 'transformers 的版本。'),
        weight: always(5),
      },
    ],
  },
];
