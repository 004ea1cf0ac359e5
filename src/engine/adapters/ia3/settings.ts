// Settings that IA3 alone has (peft.IA3Config).

import { namesProblem } from '../../ground/settings/names.ts';
import { defineSetting } from '../../ground/settings/setting.ts';

export const ia3Settings = {
  'ia3.feedforward_modules': defineSetting({
    type: {
      kind: 'text',
      suggestions: ['["down_proj"]', '[]', '["o_proj","down_proj"]'],
      problem: namesProblem,
    },
    default: '["down_proj"]',
    section: 'lora',
    advanced: true,
    label: { en: 'feedforward_modules', zh: 'feedforward_modules' },
    help: {
      en: 'IA3: targets whose input is scaled instead of their output, as a JSON list. Each must be among target_modules.',
      zh: 'IA3：缩放输入而非输出的目标模块（JSON 列表），必须都在 target_modules 中。',
    },
    python: { call: 'IA3Config', argument: 'feedforward_modules' },
  }),
} as const;
