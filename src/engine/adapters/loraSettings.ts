// Settings of LoRA, under PEFT's names (peft.LoraConfig).
import { defineSetting } from '../recipe/setting.ts';
import { targetModulesProblem } from './targetModules.ts';

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
    python: 'LoraConfig(r=…)',
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
    python: 'LoraConfig(lora_alpha=…)',
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
    python: 'LoraConfig(lora_dropout=…)',
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
    python: 'LoraConfig(target_modules=…)',
  }),
} as const;
