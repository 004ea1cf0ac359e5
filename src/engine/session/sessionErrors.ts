// What a session can't do as things stand: files that are not open, runs that there are not, a place that another tab has.
import { causeOf, defineError, UserError } from '../ground/errors.ts';
import type { Text } from '../ground/text.ts';
import { same } from '../ground/text.ts';

interface Brought {
  readonly name: string;
  readonly digest: string;
}

export const modelMissing = defineError('model-missing', ({ name }: Brought) => ({
  en: [
    `Model: this recipe trains '${name}', which is not open here.`,
    'Open that file, or choose the embedded model.',
  ],
  zh: [`模型：此配方训练 '${name}'，但它没有在这里打开。`, '请打开该文件，或选择内置模型。'],
}));

export const adapterMissing = defineError('adapter-missing', ({ name }: Brought) => ({
  en: [
    `Adapter: this recipe goes on with '${name}', which is not open here.`,
    'Open that adapter, or train a fresh one.',
  ],
  zh: [`适配器：此配方从 '${name}' 继续，但它没有在这里打开。`, '请打开该适配器，或训练一个全新的。'],
}));

export const rowsMissing = defineError('rows-missing', ({ name }: Brought) => ({
  en: [
    `Rows: this recipe trains on the file '${name}', which is not open here.`,
    "Open that file, or go back to the preset's rows.",
  ],
  zh: [`数据行：此配方用文件 '${name}' 训练，但它没有在这里打开。`, '请打开该文件，或改回预设自己的数据行。'],
}));

export const nothingSaved = defineError('no-saved-run', (_: object) => ({
  en: ['Saved run: there is none to go on with.', 'Press Train to begin anew.'],
  zh: ['已保存的训练：没有可以继续的。', '请按“训练”重新开始。'],
}));

export const noKeptRun = defineError('no-kept-run', (_: object) => ({
  en: ['Kept run: it is not here any more.', 'Open the list of runs again.'],
  zh: ['保留的训练：它已不在这里。', '请重新打开训练列表。'],
}));

export const runsUnread = defineError('runs-unread', ({ cause }: { readonly cause: Text }) => ({
  en: [
    `Runs: the archive can't be read (${cause.en}).`,
    'Export the runs again from the page that has them.',
  ],
  zh: [`训练：无法读取压缩包（${cause.zh}）。`, '请从保存它们的页面重新导出。'],
}));

interface TooLarge {
  readonly bytes: number;
  readonly most: number;
}

export const runsTooLarge = defineError('runs-large', ({ bytes, most }: TooLarge) => ({
  en: [`Runs: expected at most ${most} bytes, got ${bytes}.`, 'Export fewer runs at a time.'],
  zh: [`训练：最多 ${most} 字节，得到 ${bytes}。`, '请每次导出较少的训练。'],
}));

export const nothingToTake = defineError('no-run-to-take', (_: object) => ({
  en: ['Adapter: there is no run to take one from.', 'Train first.'],
  zh: ['适配器：还没有可以导出的训练。', '请先训练。'],
}));

export const nothingToAsk = defineError('no-run-to-ask', (_: object) => ({
  en: ['Questions: there is no run to ask yet.', 'Press Train first.'],
  zh: ['问题：还没有可以提问的训练。', '请先按“训练”。'],
}));

const kept = [
  'It goes on, and saving is tried again; until then it would be lost with this tab: download the run.',
  '训练会继续，并会再次尝试保存；在此之前关闭标签页就会丢失：请下载这次运行。',
] as const;

export const notSaved = defineError('save', ({ cause }: { readonly cause: Text }) => ({
  en: [`This run can't be saved: ${cause.en}.`, kept[0]],
  zh: [`无法保存这次运行：${cause.zh}。`, kept[1]],
}));

interface Room {
  readonly needed: number;
  /** null: the browser does not say. */
  readonly free: number | null;
}

export const storageFull = defineError('save-full', ({ needed, free }: Room) => ({
  en: [
    `This run can't be saved: it needs ${needed} bytes, and the browser leaves this page ${free ?? 'fewer'}. What was saved before stands.`,
    `Free some space on this disk. ${kept[0]}`,
  ],
  zh: [
    `无法保存这次运行：需要 ${needed} 字节，浏览器留给本页的${free === null ? '不够' : `只有 ${free} 字节`}。之前保存的仍在。`,
    `请腾出磁盘空间。${kept[1]}`,
  ],
}));

/** What writing threw. A quota is told in words of its own: the browser's name for it, wherever it comes from. */
export function asSaveError(error: unknown, needed: number): UserError {
  if (error instanceof UserError) return error;
  if (error instanceof Error && error.name === 'QuotaExceededError')
    return storageFull({ needed, free: null });
  return notSaved({ cause: same(causeOf(error)) });
}

export const noStorage = defineError(
  'save-missing',
  ({ missing }: { readonly missing: 'files' | 'locks' }) => {
    const [en, zh] =
      missing === 'files' ? ['private files', '私有文件'] : ['locks between tabs', '标签页之间的锁'];
    return {
      en: [
        `This run can't be saved: this browser offers the page no ${en} (a private window, or an older browser).`,
        'It goes on, but would be lost with this tab: download the run.',
      ],
      zh: [
        `无法保存这次运行：此浏览器不向本页提供${zh}（无痕窗口，或较旧的浏览器）。`,
        '训练会继续，但关闭此标签页就会丢失：请下载这次运行。',
      ],
    };
  },
);

export const savedElsewhere = defineError('save-elsewhere', (_: object) => ({
  en: [
    'This run can’t be saved yet: another tab is saving its own run.',
    'It is saved as soon as that tab has ended its run or is closed; until then, download the run.',
  ],
  zh: [
    '暂时无法保存这次运行：另一个标签页正在保存它自己的运行。',
    '那个标签页结束运行或关闭后就会保存；在此之前，请下载这次运行。',
  ],
}));

export const goesOnElsewhere = defineError('run-elsewhere', (_: object) => ({
  en: [
    'Saved run: another tab is going on with it.',
    'Look at that tab. Once it is closed, reload this page to go on here.',
  ],
  zh: ['已保存的训练：另一个标签页正在继续它。', '请查看那个标签页。关闭它之后，刷新本页即可在这里继续。'],
}));

export const savedUnreadable = defineError('saved-unreadable', ({ found }: { readonly found: Text }) => ({
  en: [
    `Saved run: it can't be opened, ${found.en}.`,
    'Open it with the page that saved it, or let it go and press Train.',
  ],
  zh: [`已保存的训练：无法打开，${found.zh}。`, '请用保存它的页面打开，或丢弃它并按“训练”。'],
}));

export const readerDied = defineError('reader-died', ({ cause }: { readonly cause: string }) => ({
  en: [
    `Reading: Python ended unexpectedly (${cause}).`,
    'Read it again; if it happens again, reload the page.',
  ],
  zh: [`读取：Python 意外结束（${cause}）。`, '请再读取一次；若再次发生，请刷新页面。'],
}));
