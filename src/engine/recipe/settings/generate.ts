// Settings of generation, under the names of transformers.GenerationConfig.
import { defineSetting } from '../../ground/settings/setting.ts';

export const generateSettings = {
  'generate.max_new_tokens': defineSetting({
    type: { kind: 'number', min: 1, max: 400, integer: true },
    default: 48,
    section: 'generation',
    advanced: true,
    label: { en: 'max_new_tokens', zh: 'max_new_tokens' },
    help: { en: 'Longest answer, in tokens.', zh: '回答最长多少个词元。' },
    python: { call: 'model.generate', argument: 'max_new_tokens' },
  }),
  'generate.do_sample': defineSetting({
    type: { kind: 'boolean' },
    default: false,
    section: 'generation',
    advanced: true,
    label: { en: 'do_sample', zh: 'do_sample' },
    help: {
      en: 'Off: always the likeliest token, so before and after compare fairly. On: draw with temperature and top_p.',
      zh: '关：总取最可能的词元，训练前后便于比较。开：按 temperature 与 top_p 抽样。',
    },
    python: { call: 'model.generate', argument: 'do_sample' },
  }),
  'generate.temperature': defineSetting({
    type: { kind: 'number', min: 0.01, max: 5 },
    default: 0.8,
    section: 'generation',
    advanced: true,
    label: { en: 'temperature', zh: 'temperature' },
    help: {
      en: 'Above 1 flatter, below 1 sharper. Usual: 0.6–1.',
      zh: '大于 1 更随机，小于 1 更确定。常用 0.6–1。',
    },
    python: { call: 'model.generate', argument: 'temperature' },
  }),
  'generate.top_p': defineSetting({
    type: { kind: 'number', min: 0.01, max: 1 },
    default: 0.95,
    section: 'generation',
    advanced: true,
    label: { en: 'top_p', zh: 'top_p' },
    help: {
      en: 'Draw only from the likeliest tokens that together reach this share.',
      zh: '只从累计概率达到该值的最可能词元中抽取。',
    },
    python: { call: 'model.generate', argument: 'top_p' },
  }),
} as const;
