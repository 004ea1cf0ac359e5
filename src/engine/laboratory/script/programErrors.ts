// Why a script's program can be judged and not trained here, each with what would change that.
import { defineError } from '../../ground/errors.ts';
import type { Text } from '../../ground/text.ts';

const settingsAlone = {
  en: 'Go on with the settings alone, or change the script.',
  zh: '请只用设置继续，或修改脚本。',
} as const;

export const programUnknown = defineError('program-unknown', ({ says }: { readonly says: Text }) => ({
  en: [`The script in this recipe: ${says.en}`, settingsAlone.en],
  zh: [`此配方中的脚本：${says.zh}`, settingsAlone.zh],
}));

export const programModel = defineError(
  'program-model',
  ({ name, type }: { readonly name: string; readonly type: string }) => ({
    en: [
      `The script in this recipe trains '${name}' (${type}), and no model of this page has its modules: it is judged here, and not trained.`,
      settingsAlone.en,
    ],
    zh: [
      `此配方中的脚本训练 '${name}'（${type}），本页没有模块相同的模型：这里只判断，不训练。`,
      settingsAlone.zh,
    ],
  }),
);

export const programElsewhere = defineError(
  'program-elsewhere',
  ({ theirs, ours }: { readonly theirs: Text; readonly ours: Text }) => ({
    en: [
      `The script in this recipe does otherwise on this page's model. On its own model: ${theirs.en} On this one: ${ours.en}`,
      settingsAlone.en,
    ],
    zh: [
      `此配方中的脚本在本页的模型上表现不同。在它自己的模型上：${theirs.zh} 在本页的模型上：${ours.zh}`,
      settingsAlone.zh,
    ],
  }),
);

export const programTable = defineError(
  'program-table',
  ({
    name,
    found,
    wanted,
  }: {
    readonly name: string;
    readonly found: readonly number[];
    readonly wanted: readonly number[];
  }) => ({
    en: [
      `The script in this recipe changes ${name} from [${wanted.join(', ')}] to [${found.join(', ')}], for which there are no weights here.`,
      settingsAlone.en,
    ],
    zh: [
      `此配方中的脚本把 ${name} 从 [${wanted.join(', ')}] 改为 [${found.join(', ')}]，这里没有相应的权重。`,
      settingsAlone.zh,
    ],
  }),
);

export const programEmpty = defineError('program-empty', (_: object) => ({
  en: ['The program in this recipe makes no model.', settingsAlone.en],
  zh: ['此配方中的程序没有创建模型。', settingsAlone.zh],
}));
