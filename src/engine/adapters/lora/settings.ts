// Settings of LoRA, under PEFT's names (peft.LoraConfig); the other methods read some of them.

import { defineSetting } from '../../ground/settings/setting.ts';
import { layersProblem, patternProblem } from '../modulePatterns.ts';
import { targetModulesProblem } from '../targetModules.ts';

export const loraSettings = {
  'lora.r': defineSetting({
    type: { kind: 'number', min: 1, max: 128, integer: true },
    default: 8,
    section: 'lora',
    label: { en: 'r', zh: 'r' },
    help: {
      en: 'Rank of the update: each adapted matrix gets A [r, in] and B [out, r]. 4–16 for a style, 16–64 for facts. A large r costs memory and overfits small data.',
      zh: '更新的秩：每个被适配的矩阵得到 A [r, in] 与 B [out, r]。改风格 4–16，记事实 16–64。r 太大费显存，数据少时容易过拟合。',
    },
    python: { call: 'LoraConfig', argument: 'r' },
  }),
  'lora.lora_alpha': defineSetting({
    type: { kind: 'number', min: 0, max: 256 },
    default: 16,
    section: 'lora',
    label: { en: 'lora_alpha', zh: 'lora_alpha' },
    help: {
      en: 'The update is scaled by lora_alpha / r. Usual: r to 2r. With 0 the adapter trains but changes nothing.',
      zh: '更新按 lora_alpha / r 缩放。常用 r 到 2r。设为 0 时适配器在训练却不起任何作用。',
    },
    python: { call: 'LoraConfig', argument: 'lora_alpha', form: 'number' },
  }),
  'lora.lora_dropout': defineSetting({
    type: { kind: 'number', min: 0, max: 0.9 },
    default: 0,
    section: 'lora',
    advanced: true,
    label: { en: 'lora_dropout', zh: 'lora_dropout' },
    help: {
      en: 'Share of the adapter’s inputs set to zero while training. Usual: 0–0.1. Masks come from a counter, so a run repeats exactly.',
      zh: '训练时适配器输入被置零的比例。常用 0–0.1。掩码由计数器生成，同样的运行可以完全重现。',
    },
    python: { call: 'LoraConfig', argument: 'lora_dropout' },
  }),
  'lora.target_modules': defineSetting({
    type: {
      kind: 'text',
      suggestions: [
        'all-linear',
        '["q_proj","v_proj"]',
        '["q_proj","k_proj","v_proj","o_proj"]',
        '["gate_proj","up_proj","down_proj"]',
        '.*\\.layers\\.[0-2]\\..*_proj',
      ],
      problem: targetModulesProblem,
    },
    default: 'all-linear',
    section: 'lora',
    label: { en: 'target_modules', zh: 'target_modules' },
    help: {
      en: 'Which modules get an adapter: "all-linear", a JSON list of names (["q_proj","v_proj"]), or a regular expression that must match the whole module path. Names that match nothing raise at attach; partly wrong names are skipped in silence.',
      zh: '哪些模块带适配器："all-linear"、名称的 JSON 列表（["q_proj","v_proj"]），或必须匹配完整模块路径的正则。全部不匹配会在挂载时报错；只错一部分则会被静默跳过。',
    },
    python: { call: 'LoraConfig', argument: 'target_modules' },
  }),
  'lora.use_rslora': defineSetting({
    type: { kind: 'boolean' },
    default: false,
    section: 'lora',
    advanced: true,
    label: { en: 'use_rslora', zh: 'use_rslora' },
    help: {
      en: 'Rank-stabilised scaling: lora_alpha / √r instead of lora_alpha / r. Lets large ranks (64 and more) learn; with a small r it is a larger step.',
      zh: '秩稳定缩放：用 lora_alpha / √r 代替 lora_alpha / r。让大的秩（64 以上）也学得动；r 小时相当于步子更大。',
    },
    python: { call: 'LoraConfig', argument: 'use_rslora' },
  }),
  'lora.use_dora': defineSetting({
    type: { kind: 'boolean' },
    default: false,
    section: 'lora',
    advanced: true,
    label: { en: 'use_dora', zh: 'use_dora' },
    help: {
      en: 'DoRA: the length of every row of the adapted matrix becomes a number of its own, trained beside A and B, which then turn its direction. Often better at small ranks; a step takes longer. Without lora_dropout here.',
      zh: 'DoRA：被适配矩阵每一行的长度成为单独训练的数，A 与 B 只改变方向。小秩时往往更好，但每步更慢。此处不能与 lora_dropout 同用。',
    },
    python: { call: 'LoraConfig', argument: 'use_dora' },
  }),
  'lora.init_lora_weights': defineSetting({
    type: {
      kind: 'choice',
      options: [
        { value: 'true', label: { en: 'True', zh: 'True' } },
        { value: 'gaussian', label: { en: 'gaussian', zh: 'gaussian' } },
        { value: 'pissa', label: { en: 'pissa', zh: 'pissa' } },
        { value: 'olora', label: { en: 'olora', zh: 'olora' } },
        { value: 'loftq', label: { en: 'loftq', zh: 'loftq' } },
        { value: 'false', label: { en: 'False', zh: 'False' } },
      ],
    },
    default: 'true',
    section: 'lora',
    advanced: true,
    label: { en: 'init_lora_weights', zh: 'init_lora_weights' },
    help: {
      en: 'True: A uniform within ±1/√in, B zero, so that the model starts unchanged. gaussian: A normal with deviation 1/r. pissa and olora take the adapter out of the weights themselves (their largest directions), and train those; loftq rounds the base to NF4 and lets the adapter make up for it. False: B random too; the first answer is then already bent, which is meant for tests.',
      zh: 'True：A 在 ±1/√in 内均匀分布，B 为零，模型从原样开始。gaussian：A 为标准差 1/r 的正态分布。pissa 与 olora 从权重本身取出适配器（最主要的方向）来训练；loftq 把基座舍入到 NF4，由适配器补偿误差。False：B 也随机，一开始输出就已偏移，仅供测试。',
    },
    python: { call: 'LoraConfig', argument: 'init_lora_weights', form: 'word' },
  }),
  'lora.loftq_iter': defineSetting({
    type: { kind: 'number', min: 1, max: 10, integer: true },
    default: 1,
    section: 'lora',
    advanced: true,
    label: { en: 'loftq_iter', zh: 'loftq_iter' },
    help: {
      en: 'LoftQ: how often the base is rounded and the error decomposed, in turn.',
      zh: 'LoftQ：舍入基座与分解误差交替进行的次数。',
    },
    python: { call: 'LoftQConfig', argument: 'loftq_iter' },
  }),
  'lora.rank_pattern': defineSetting({
    type: {
      kind: 'text',
      suggestions: ['{}', '{"q_proj": 16}', '{"layers\\.0\\..*": 2}'],
      problem: (text) => patternProblem(text, 1),
    },
    default: '{}',
    section: 'lora',
    advanced: true,
    label: { en: 'rank_pattern', zh: 'rank_pattern' },
    help: {
      en: 'A JSON object from names or regular expressions (matched at the end of the module path) to ranks that replace r there. The first that matches wins. It changes the scale lora_alpha / r too.',
      zh: 'JSON 对象：名称或正则（匹配模块路径末尾）对应该处取代 r 的秩，先匹配者优先。缩放 lora_alpha / r 也随之改变。',
    },
    python: { call: 'LoraConfig', argument: 'rank_pattern' },
  }),
  'lora.alpha_pattern': defineSetting({
    type: {
      kind: 'text',
      suggestions: ['{}', '{"q_proj": 32}'],
      problem: (text) => patternProblem(text, 0),
    },
    default: '{}',
    section: 'lora',
    advanced: true,
    label: { en: 'alpha_pattern', zh: 'alpha_pattern' },
    help: {
      en: 'The same for lora_alpha: {"q_proj": 32}.',
      zh: '同上，用于 lora_alpha：{"q_proj": 32}。',
    },
    python: { call: 'LoraConfig', argument: 'alpha_pattern' },
  }),
  'lora.layers_to_transform': defineSetting({
    type: { kind: 'text', suggestions: ['', '[0]', '[0, 1, 2]'], problem: layersProblem },
    default: '',
    section: 'lora',
    advanced: true,
    label: { en: 'layers_to_transform', zh: 'layers_to_transform' },
    help: {
      en: 'Numbers of the decoder layers that get adapters, as a JSON list; empty: all. Only with a list of target_modules.',
      zh: '带适配器的解码层编号（JSON 列表）；空表示全部。仅能与列表形式的 target_modules 一起用。',
    },
    python: { call: 'LoraConfig', argument: 'layers_to_transform' },
  }),
  'lora.exclude_modules': defineSetting({
    type: {
      kind: 'text',
      suggestions: ['', '["down_proj"]', '.*\\.layers\\.0\\..*'],
      problem: targetModulesProblem,
    },
    default: '',
    section: 'lora',
    advanced: true,
    label: { en: 'exclude_modules', zh: 'exclude_modules' },
    help: {
      en: 'Modules that get no adapter though target_modules names them: a JSON list of names or a regular expression of the whole path; empty: none.',
      zh: '即使 target_modules 点到也不带适配器的模块：名称的 JSON 列表，或匹配完整路径的正则；空表示没有。',
    },
    python: { call: 'LoraConfig', argument: 'exclude_modules' },
  }),
} as const;
