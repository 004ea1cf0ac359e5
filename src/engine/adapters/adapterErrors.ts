// What is refused of an adapter that PEFT would take: by its method, by the rank of a layer, by what its first values come from.
import { defineError } from '../ground/errors.ts';
import type { Text } from '../ground/text.ts';

/** Why this engine can't train an adapter at some place, and what to do: a method's own words. */
export interface Limit {
  readonly found: Text;
  readonly remedy: Text;
}

export const methodLimit = defineError(
  'method-limit',
  ({ path, found, remedy }: Limit & { readonly path: string }) => ({
    en: [`${path}: ${found.en}.`, remedy.en],
    zh: [`${path}：${found.zh}。`, remedy.zh],
  }),
);

interface TooLarge {
  readonly path: string;
  readonly r: number;
  readonly smaller: number;
  readonly shape: readonly [out: number, width: number];
}

export const rankTooLarge = defineError('lora-rank', ({ path, r, smaller, shape }: TooLarge) => ({
  en: [
    `lora.r: expected at most ${smaller}, the smaller side of ${path} [${shape.join(', ')}], got ${r}.`,
    'Use a smaller r, or leave this layer out of target_modules.',
  ],
  zh: [
    `lora.r：最多为 ${smaller}，即 ${path} [${shape.join(', ')}] 较短的一边，得到 ${r}。`,
    '请减小 r，或把这一层移出 target_modules。',
  ],
}));

export const zeroAlpha = defineError(
  'lora-alpha',
  ({ kind, name }: { readonly kind: string; readonly name: string }) => ({
    en: [
      `lora.lora_alpha: expected more than 0 with init_lora_weights ${kind}, which divides by the scale, at ${name}.`,
      'Raise lora_alpha, or use another initialisation.',
    ],
    zh: [
      `lora.lora_alpha：init_lora_weights 为 ${kind} 时要除以缩放系数，因此应大于 0，位于 ${name}。`,
      '请增大 lora_alpha，或使用别的初始化。',
    ],
  }),
);

export const loftqOnBits = defineError('loftq-base', ({ name }: { readonly name: string }) => ({
  en: [
    `init_lora_weights loftq: rounds the base to NF4 itself and needs it in floats, got load_in_4bit at ${name}.`,
    'Turn load_in_4bit off: the base then holds the same NF4 values.',
  ],
  zh: [
    `init_lora_weights loftq：由它自己把底座舍入到 NF4，因此需要浮点的底座，${name} 却是 load_in_4bit。`,
    '请关闭 load_in_4bit：底座随后就是同样的 NF4 值。',
  ],
}));

export const notAsLora = defineError('export-base', ({ reason }: { readonly reason: Text }) => ({
  en: [
    `Adapter: expected one for the untouched base, but ${reason.en}.`,
    'Take the merged model, or train with another init_lora_weights.',
  ],
  zh: [
    `适配器：应当能用于未改动的底座，但${reason.zh}。`,
    '请导出合并后的模型，或用别的 init_lora_weights 训练。',
  ],
}));
