// What a session can't do as things stand: files that are not open, runs that there are not, a place that another tab has.
import { defineError } from '../ground/errors.ts';

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

export const nothingSaved = defineError('no-saved-run', (_: object) => ({
  en: ['Saved run: there is none to go on with.', 'Press Train to begin anew.'],
  zh: ['已保存的训练：没有可以继续的。', '请按“训练”重新开始。'],
}));

export const nothingToTake = defineError('no-run-to-take', (_: object) => ({
  en: ['Adapter: there is no run to take one from.', 'Train first.'],
  zh: ['适配器：还没有可以导出的训练。', '请先训练。'],
}));

export const nothingToAsk = defineError('no-run-to-ask', (_: object) => ({
  en: ['Questions: there is no run to ask yet.', 'Press Train first.'],
  zh: ['问题：还没有可以提问的训练。', '请先按“训练”。'],
}));

export const notSaved = defineError('save', ({ cause }: { readonly cause: string }) => ({
  en: [
    `This run can't be saved: ${cause}.`,
    'It goes on, but would be lost with this tab: take the adapter when it is done.',
  ],
  zh: [`无法保存这次运行：${cause}。`, '训练会继续，但关闭此标签页就会丢失：完成后请导出适配器。'],
}));

export const savedElsewhere = defineError('save-elsewhere', (_: object) => ({
  en: [
    'This run can’t be saved: another tab is saving its own run.',
    'Close the other tab, or take the adapter when this run is done.',
  ],
  zh: [
    '无法保存这次运行：另一个标签页正在保存它自己的运行。',
    '请关闭那个标签页，或在这次运行完成后导出适配器。',
  ],
}));

export const readerDied = defineError('reader-died', ({ cause }: { readonly cause: string }) => ({
  en: [
    `Reading: Python ended unexpectedly (${cause}).`,
    'Read it again; if it happens again, reload the page.',
  ],
  zh: [`读取：Python 意外结束（${cause}）。`, '请再读取一次；若再次发生，请刷新页面。'],
}));
