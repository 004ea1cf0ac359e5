// What Python's host says to people: a script that nothing could interrupt. What a script raises itself is no error of ours.
import { defineError } from '../../ground/errors.ts';

export const scriptHung = defineError('script-hung', ({ seconds }: { readonly seconds: number }) => ({
  en: [
    `The script: expected an end, got none within ${seconds} s.`,
    'Take out what computes for so long: training itself is not run here.',
  ],
  zh: [`脚本：应当结束，但 ${seconds} 秒内没有结束。`, '请去掉耗时的计算：这里并不真正训练。'],
}));
