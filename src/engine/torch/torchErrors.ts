// What a recorded step or a schedule refuses.
import { defineError } from '../ground/errors.ts';

interface TooLarge {
  readonly name: string;
  /** Module that makes the value. */
  readonly path: string;
  readonly bytes: number;
  readonly most: number;
}

export const valueTooLarge = defineError('value-too-large', ({ name, path, bytes, most }: TooLarge) => ({
  en: [
    `'${name}' of ${path}: needs ${bytes} bytes, this device binds at most ${most}.`,
    'Use a smaller batch size or max_length.',
  ],
  zh: [
    `${path} 的 '${name}'：需要 ${bytes} 字节，此设备一次最多绑定 ${most}。`,
    '请减小批大小或 max_length。',
  ],
}));

export const scheduleShape = defineError(
  'schedule-shape',
  ({ name, got }: { readonly name: string; readonly got: string }) => ({
    en: [
      `lr_scheduler_kwargs: ${name} should be linear, cosine or 1-sqrt, got ${got}.`,
      'Choose one of them.',
    ],
    zh: [`lr_scheduler_kwargs：${name} 应为 linear、cosine 或 1-sqrt，得到 ${got}。`, '请从中选择。'],
  }),
);

interface Stranger {
  readonly schedule: string;
  readonly takes: readonly string[];
  readonly got: string;
}

export const scheduleStranger = defineError('schedule-argument', ({ schedule, takes, got }: Stranger) => ({
  en: [
    `lr_scheduler_kwargs: ${schedule} takes ${takes.join(', ') || 'nothing'}, got ${got}.`,
    'Take it out.',
  ],
  zh: [
    takes.length > 0
      ? `lr_scheduler_kwargs：${schedule} 接受 ${takes.join('、')}，得到 ${got}。`
      : `lr_scheduler_kwargs：${schedule} 不接受任何参数，得到 ${got}。`,
    '请去掉它。',
  ],
}));

interface NoNumber {
  readonly schedule: string;
  readonly name: string;
  readonly got: string;
}

export const scheduleNoNumber = defineError('schedule-number', ({ schedule, name, got }: NoNumber) => ({
  en: [`lr_scheduler_kwargs: ${schedule} needs the number ${name}, got ${got}.`, `Write {"${name}": …}.`],
  zh: [`lr_scheduler_kwargs：${schedule} 需要数 ${name}，得到 ${got}。`, `请写 {"${name}": …}。`],
}));
