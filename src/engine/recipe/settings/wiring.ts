// Settings of the Python wiring: in which order a script calls PEFT, Transformers and TRL.
// The stack's behaviour itself lives in wiring/; here are only the knobs.

import { defineSetting } from '../../ground/settings/setting.ts';
import { DEFAULT_STACK, stacks } from '../../libraries/stacks.ts';
import { advancedWiringSettings } from './wiringAdvanced.ts';

const same = (text: string) => ({ en: text, zh: text });
const release = (version: string): string => version.split('.').slice(0, 2).join('.');

export const wiringSettings = {
  'wiring.stack': defineSetting({
    type: {
      kind: 'choice',
      options: stacks.map((stack) => ({
        value: stack.id,
        label: same(
          `TRL ${stack.trl} · PEFT ${release(stack.peft)} · transformers ${release(stack.transformers)}`,
        ),
      })),
    },
    default: DEFAULT_STACK,
    section: 'wiring',
    label: { en: 'library versions', zh: '库版本' },
    help: {
      en: 'Whose behaviour is modelled. The same script trains, fails or learns nothing depending on it.',
      zh: '模拟哪一组库版本的行为。同一个脚本可能因此能训练、报错或什么都学不到。',
    },
    python: { statement: 'pip install trl==… peft==… transformers==…' },
  }),
  'wiring.trainer': defineSetting({
    type: {
      kind: 'choice',
      options: [
        { value: 'SFTTrainer', label: same('SFTTrainer') },
        { value: 'Trainer', label: same('Trainer') },
        { value: 'loop', label: { en: 'plain loop', zh: '手写循环' } },
      ],
    },
    default: 'SFTTrainer',
    section: 'wiring',
    advanced: true,
    label: { en: 'trainer', zh: '训练器' },
    help: {
      en: 'Who calls backward: TRL’s SFTTrainer, transformers’ Trainer, or a loop of your own. The trainers may prepare the model again.',
      zh: '由谁调用 backward：TRL 的 SFTTrainer、transformers 的 Trainer，或自己写的循环。训练器可能会再次改动模型。',
    },
    python: { statement: 'SFTTrainer(…) / Trainer(…)' },
  }),
  'wiring.attach': defineSetting({
    type: {
      kind: 'choice',
      options: [
        { value: 'peft_config', label: same('peft_config') },
        { value: 'get_peft_model', label: same('get_peft_model') },
        { value: 'both', label: { en: 'both of them', zh: '两者都用' } },
        { value: 'add_adapter', label: same('model.add_adapter') },
        { value: 'from_pretrained', label: same('PeftModel.from_pretrained') },
        { value: 'from_pretrained_trainable', label: same('from_pretrained(is_trainable=True)') },
        {
          value: 'from_pretrained_and_config',
          label: { en: 'from_pretrained and peft_config', zh: 'from_pretrained 加 peft_config' },
        },
        {
          value: 'from_pretrained_trainable_and_config',
          label: {
            en: 'from_pretrained(is_trainable=True) and peft_config',
            zh: 'from_pretrained(is_trainable=True) 加 peft_config',
          },
        },
        { value: 'none', label: { en: 'no adapter', zh: '不挂载' } },
      ],
    },
    default: 'peft_config',
    section: 'wiring',
    label: { en: 'attach the adapter with', zh: '挂载适配器的方式' },
    help: {
      en: 'peft_config: SFTTrainer prepares the model and wraps it. get_peft_model: the script wraps it, and nobody installs the input-grad hook on a 4-bit base. PeftModel.from_pretrained loads an adapter frozen unless is_trainable=True.',
      zh: 'peft_config：由 SFTTrainer 准备并包装模型。get_peft_model：由脚本包装，4 位底座上没有人会装输入梯度钩子。PeftModel.from_pretrained 载入的适配器默认冻结，除非 is_trainable=True。',
    },
    python: { statement: 'SFTTrainer(peft_config=…) / get_peft_model(model, …)' },
  }),
  'wiring.prepare_model_for_kbit_training': defineSetting({
    type: {
      kind: 'choice',
      options: [
        { value: 'never', label: { en: 'never', zh: '不调用' } },
        { value: 'before', label: { en: 'before', zh: '之前' } },
        { value: 'after', label: { en: 'after', zh: '之后' } },
      ],
    },
    default: 'never',
    section: 'wiring',
    label: same('prepare_model_for_kbit_training'),
    help: {
      en: 'Freezes every parameter, casts the rest to float32 and, on a 4-bit base, turns checkpointing on with the input-grad hook. Called after attaching it freezes the adapter too.',
      zh: '冻结所有参数、把其余权重转为 float32，并在 4 位底座上打开检查点与输入梯度钩子。若在挂载之后调用，适配器也会被冻结。',
    },
    python: { statement: 'prepare_model_for_kbit_training(model)' },
  }),
  'train.gradient_checkpointing': defineSetting({
    type: { kind: 'boolean' },
    default: false,
    section: 'wiring',
    label: same('gradient_checkpointing'),
    help: {
      en: 'Keeps only the input of each layer and runs the layer again in backward: less memory, about a third slower.',
      zh: '只保存每层的输入，反向时重新计算该层：省显存，约慢三分之一。',
    },
    python: { call: 'SFTConfig', argument: 'gradient_checkpointing', aliases: ['activation_checkpointing'] },
  }),
  'train.use_reentrant': defineSetting({
    type: {
      kind: 'choice',
      options: [
        { value: 'default', label: { en: 'default', zh: '默认' } },
        { value: 'true', label: same('True') },
        { value: 'false', label: same('False') },
      ],
    },
    default: 'default',
    section: 'wiring',
    label: same('use_reentrant'),
    help: {
      en: 'Reentrant checkpointing runs each layer under no_grad; its output requires grad only if an input tensor does. With a frozen embedding and no hook the graph is cut. The default of transformers 4.57 is True.',
      zh: '可重入检查点在 no_grad 下运行每一层；只有输入张量需要梯度时输出才需要梯度。嵌入被冻结又没有钩子时，计算图就断了。transformers 4.57 的默认值是 True。',
    },
    python: {
      call: 'SFTConfig',
      argument: 'gradient_checkpointing_kwargs',
      aliases: ['activation_checkpointing_kwargs'],
      entry: 'use_reentrant',
      form: 'word',
    },
  }),
  'wiring.enable_input_require_grads': defineSetting({
    type: { kind: 'boolean' },
    default: false,
    section: 'wiring',
    label: { en: 'enable_input_require_grads', zh: 'enable_input_require_grads' },
    help: {
      en: 'A hook that makes the embedding’s output require grad, so that reentrant checkpointing records something. The embedding itself stays frozen.',
      zh: '一个让嵌入输出需要梯度的钩子，使可重入检查点能记录计算图。嵌入本身仍然冻结。',
    },
    python: { statement: 'model.enable_input_require_grads()' },
  }),
  ...advancedWiringSettings,
} as const;
