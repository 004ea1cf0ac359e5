// What both ends of the worker boundary say of themselves, and how the faults of others cross it.
import { defineError } from './ground/errors.ts';
import type { Misfit } from './ground/shapes.ts';
import type { Text } from './ground/text.ts';
import { text } from './ground/text.ts';

/** A message between page and worker that is not what its type says. */
interface Message extends Misfit {
  readonly what: 'command' | 'event';
  readonly type: string;
}
const whats = { command: text('Command', '命令'), event: text('Event', '事件') } as const;

export const badMessage = defineError('protocol', ({ what, type, at, expected, got }: Message) => ({
  en: [
    `${whats[what].en} '${type}', field ${at}: expected ${expected.en}, got ${got}.`,
    'Reload the page: its parts are of different versions.',
  ],
  zh: [
    `${whats[what].zh} '${type}' 的字段 ${at}：应为${expected.zh}，得到 ${got}。`,
    '请刷新页面：它的各部分版本不一致。',
  ],
}));

export const workerSilent = defineError('worker-silent', (_: object) => ({
  en: [
    'The engine no longer answers: what it is doing takes too long, or it hangs.',
    'Press Train to go on from what was saved. If it hangs again, choose a smaller batch size or max_length.',
  ],
  zh: [
    '引擎不再响应：它正在做的事太久，或已卡住。',
    '请按“训练”从已保存处继续。若再次卡住，请减小批大小或 max_length。',
  ],
}));

export const workerEnded = defineError('worker-ended', (_: object) => ({
  en: [
    'The engine is gone: the browser closed its worker.',
    'Press Train to go on from what was saved. If it happens again, close other tabs.',
  ],
  zh: ['引擎已不在：浏览器关闭了它的 worker。', '请按“训练”从已保存处继续。若再次发生，请关闭其他标签页。'],
}));

export const workerStrange = defineError('worker-strange', ({ problem }: { readonly problem: Text }) => ({
  en: [
    `The engine was ended: it said what this page does not know. ${problem.en}`,
    'Press Train to go on from what was saved. If it happens again, reload the page: its parts are of different versions.',
  ],
  zh: [
    `引擎已被结束：它说了本页不认识的话。${problem.zh}`,
    '请按“训练”从已保存处继续。若再次发生，请刷新页面：它的各部分版本不一致。',
  ],
}));

/** What the recipe that was looked at has and the last one that was understood had not. */
interface Hung {
  readonly changed: readonly string[];
}
const listed = ({ changed }: Hung, mark: string): string => changed.slice(0, 6).join(mark);

export const inspectHung = defineError('inspect-hung', (hung: Hung) => ({
  en: [
    'Looking at this recipe took too long and was stopped.',
    hung.changed.length === 0
      ? 'Change the rows or the model that it names.'
      : `Change back what differs from the last one that was understood: ${listed(hung, ', ')}.`,
  ],
  zh: [
    '查看此配方用时过长，已停止。',
    hung.changed.length === 0
      ? '请更改其中的数据行或模型。'
      : `请改回与上一个可读懂的配方不同之处：${listed(hung, '、')}。`,
  ],
}));

export const workerDied = defineError('worker-died', ({ cause }: { readonly cause: string }) => ({
  en: [
    `The engine stopped: ${cause}.`,
    'Press Train to go on from what was saved. If it happens again, reload the page.',
  ],
  zh: [`引擎已停止：${cause}。`, '请按“训练”从已保存处继续。若再次发生，请刷新页面。'],
}));

/** What befalls a worker, not its run. */
export const workerErrors = [workerSilent, workerEnded, workerStrange, workerDied] as const;

/** An exception of the modelled libraries, in their words. */
interface Raised {
  readonly type: string;
  readonly message: string;
  readonly call: string;
}

export const raised = defineError(
  'python',
  ({ type, message }: Raised) => ({
    en: [`${type}: ${message}`, 'Apply one of the fixes, or change the setting behind the call that raises.'],
    zh: [`${type}: ${message}`, '请应用其中一个修复，或修改引发报错的调用所对应的设置。'],
  }),
  'whole',
);

/** What broke, as the end of a sentence: a broken invariant says itself that it is internal. */
const bare = (cause: string): string => cause.replace(/^internal: /, '').replace(/\.$/, '');

export const ourFault = defineError('internal', ({ cause }: { readonly cause: string }) => ({
  en: [
    `internal: ${bare(cause)}.`,
    'This is a fault of the page: please report it with the link of this recipe.',
  ],
  zh: [`内部错误：${bare(cause)}。`, '这是本页的错误：请附上此配方的链接报告。'],
}));
