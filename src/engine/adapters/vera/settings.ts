// Settings that VeRA alone has (peft.VeraConfig).

import { defineSetting } from '../../ground/settings/setting.ts';

export const veraSettings = {
  'vera.d_initial': defineSetting({
    type: { kind: 'number', min: 0, max: 10, integer: false },
    default: 0.1,
    section: 'lora',
    advanced: true,
    label: { en: 'd_initial', zh: 'd_initial' },
    help: {
      en: 'VeRA: first value of every entry of vera_lambda_d. vera_lambda_b starts at 0.',
      zh: 'VeRA：vera_lambda_d 每个元素的初始值。vera_lambda_b 从 0 开始。',
    },
    python: { call: 'VeraConfig', argument: 'd_initial' },
  }),
  'vera.projection_prng_key': defineSetting({
    type: { kind: 'number', min: 0, max: 2 ** 31 - 1, integer: true },
    default: 0,
    section: 'lora',
    advanced: true,
    label: { en: 'projection_prng_key', zh: 'projection_prng_key' },
    help: {
      en: 'VeRA: seed of the random matrices that all targets share.',
      zh: 'VeRA：所有目标共享的随机矩阵的种子。',
    },
    python: { call: 'VeraConfig', argument: 'projection_prng_key' },
  }),
} as const;
