// Combinations that LLaMA-Factory refuses before it loads a model, in its words, and what it offers that nobody here acts out.

import type { Text } from '../../../ground/text.ts';
import { text } from '../../../ground/text.ts';
import type { Config } from '../config.ts';
import { asNames, isOn } from '../config.ts';
import type { PythonText } from '../pythonText.ts';

export interface Refusal {
  readonly message: string;
  readonly line: number;
}

/** The first check that fails, or null. */
export function refusal(config: Config, stage: string, method: string): Refusal | null {
  const value = (key: string) => config.get(key)?.value;
  const on = (key: string): boolean => isOn(value(key));
  const quantised = value('quantization_bit') !== undefined && value('quantization_bit') !== null;
  const adapters = asNames(value('adapter_name_or_path'));
  const rules: readonly (readonly [broken: boolean, key: string, message: string])[] = [
    [
      stage !== 'sft' && on('predict_with_generate'),
      'predict_with_generate',
      '`predict_with_generate` cannot be set as True except SFT.',
    ],
    [
      stage !== 'sft' && on('neat_packing'),
      'neat_packing',
      '`neat_packing` cannot be set as True except SFT.',
    ],
    [
      on('streaming') && !config.has('max_steps'),
      'streaming',
      'Please specify `max_steps` in streaming mode.',
    ],
    [
      on('train_on_prompt') && on('mask_history'),
      'mask_history',
      '`mask_history` is incompatible with `train_on_prompt`.',
    ],
    [
      adapters.length > 0 && method !== 'lora',
      'adapter_name_or_path',
      'Adapter is only valid for the LoRA method.',
    ],
    [
      quantised && !['lora', 'oft'].includes(method),
      'quantization_bit',
      'Quantization is only compatible with the LoRA or OFT method.',
    ],
    [
      quantised && on('pissa_init'),
      'pissa_init',
      'Please use scripts/pissa_init.py to initialize PiSSA for a quantized model.',
    ],
    [quantised && on('resize_vocab'), 'resize_vocab', 'Cannot resize embedding layers of a quantized model.'],
    [
      quantised && adapters.length > 0 && on('create_new_adapter'),
      'create_new_adapter',
      'Cannot create new adapter upon a quantized model.',
    ],
    [
      quantised && adapters.length > 1,
      'adapter_name_or_path',
      'Quantized model only accepts a single adapter. Merge them first.',
    ],
    [on('use_rslora') && method !== 'lora', 'use_rslora', '`use_rslora` is only valid for LoRA training.'],
    [on('use_dora') && method !== 'lora', 'use_dora', '`use_dora` is only valid for LoRA training.'],
    [on('pissa_init') && method !== 'lora', 'pissa_init', '`pissa_init` is only valid for LoRA training.'],
    [
      config.has('loraplus_lr_ratio') && method !== 'lora',
      'loraplus_lr_ratio',
      '`loraplus_lr_ratio` is only valid for LoRA training.',
    ],
    [
      on('use_galore') && method === 'lora',
      'use_galore',
      'Cannot use LoRA with GaLore, APOLLO or BAdam together.',
    ],
    [
      on('use_badam') && method === 'lora',
      'use_badam',
      'Cannot use LoRA with GaLore, APOLLO or BAdam together.',
    ],
    [
      on('use_apollo') && method === 'lora',
      'use_apollo',
      'Cannot use LoRA with GaLore, APOLLO or BAdam together.',
    ],
  ];
  const broken = rules.find(([isBroken]) => isBroken);
  return broken ? { message: broken[2], line: config.get(broken[1])?.line ?? 0 } : null;
}

const elsewhere = (name: string): Text =>
  text(
    `${name} changes what is trained in a way that isn’t acted out here.`,
    `${name} 会改变训练的内容，此处不模拟。`,
  );

const notActedOut = [
  'use_llama_pro',
  'mixture_of_depths',
  'use_badam',
  'use_galore',
  'use_apollo',
  'use_kt',
  'use_mca',
  'fp8',
  'use_adam_mini',
  'use_muon',
  'shift_attn',
];

export function sayWhatIsNotModelled(script: PythonText, config: Config, stage: string): void {
  for (const key of notActedOut)
    if (isOn(config.get(key)?.value) || (key === 'mixture_of_depths' && config.get(key)?.value))
      script.notModelled(key, config, elsewhere(key));
  if (stage === 'dpo') {
    script.add(`# stage: ${stage}`, config.get('stage')?.line);
    script.note(
      'assumption',
      text(
        'stage: dpo trains by a trainer of LLaMA-Factory’s own, which prepares the model as for SFT; the wiring of a plain trainer is judged, the loss over pairs is not.',
        'stage: dpo 使用 LLaMA-Factory 自己的训练器，模型的准备与 SFT 相同；此处判断普通训练器的接线，不判断成对损失。',
      ),
    );
  }
  if (['rm', 'ppo', 'kto'].includes(stage))
    script.notModelled(
      'stage',
      config,
      text(
        `stage: ${stage} trains by a trainer of LLaMA-Factory’s own that isn’t acted out here; the model as far as it goes is below.`,
        `stage: ${stage} 使用 LLaMA-Factory 自己的训练器，此处不模拟；下面是模型本身。`,
      ),
    );
}
