// What can be wrong with a link's rows, the list of presets, and a recipe file.
import { defineError } from '../ground/errors.ts';
import { shortened } from '../ground/quote.ts';
import type { Text } from '../ground/text.ts';
import { joined, text } from '../ground/text.ts';

export const noSuchSetting = (key: string): Text =>
  text(`${shortened(key, 60)}: no such setting.`, `${shortened(key, 60)}：没有这个设置。`);

export const rowsTooLarge = defineError('link-rows', ({ most }: { readonly most: number }) => ({
  en: [`expected at most ${most} bytes of rows or script.`, 'Share the recipe file instead.'],
  zh: [`数据行或脚本最多 ${most} 字节。`, '请改为分享配方文件。'],
}));

export const badPreset = defineError(
  'preset-settings',
  ({ id, problem }: { readonly id: string; readonly problem: Text }) => ({
    en: [`presets.json, '${id}': ${problem.en}`, 'Serve the files that belong to this page.'],
    zh: [`presets.json，'${id}'：${problem.zh}`, '请提供与本页配套的文件。'],
  }),
);

export const presetField = defineError('preset-field', ({ found }: { readonly found: Text }) => ({
  en: [`presets.json: ${found.en}.`, 'Serve the files that belong to this page.'],
  zh: [`presets.json：${found.zh}。`, '请提供与本页配套的文件。'],
}));

export const noPresets = defineError('presets', (_: object) => ({
  en: ['presets.json: expected a list of presets, got none.', 'Serve the whole folder of the page.'],
  zh: ['presets.json：应为预设的列表，一个也没有。', '请提供本页的整个文件夹。'],
}));

export const unknownPreset = defineError(
  'preset',
  ({ known, got }: { readonly known: readonly string[]; readonly got: string }) => ({
    en: [`Preset: expected one of ${known.join(', ')}, got '${got}'.`, 'Choose one of them.'],
    zh: [`预设：应为 ${known.join('、')} 之一，得到 '${got}'。`, '请从中选择。'],
  }),
);

const saveAgain = {
  en: 'Save the recipe again from this page.',
  zh: '请在本页重新保存配方。',
} as const;

export const recipeNoJson = defineError('recipe-json', ({ cause }: { readonly cause: Text }) => ({
  en: [`Recipe file: not JSON that is read here (${cause.en}).`, saveAgain.en],
  zh: [`配方文件：不是 JSON，或不能在此读取（${cause.zh}）。`, saveAgain.zh],
}));

export const recipeField = defineError('recipe-field', ({ found }: { readonly found: Text }) => ({
  en: [`Recipe file: ${found.en}.`, saveAgain.en],
  zh: [`配方文件：${found.zh}。`, saveAgain.zh],
}));

export const recipeVersion = defineError(
  'recipe-version',
  ({ wanted, got }: { readonly wanted: number; readonly got: string | null }) => ({
    en: [`Recipe file: expected version ${wanted}, got ${got ?? 'none'}.`, saveAgain.en],
    zh: [`配方文件：应为版本 ${wanted}，${got === null ? '但没有给出' : `得到 ${got}`}。`, saveAgain.zh],
  }),
);

export const recipeSettings = defineError(
  'recipe-settings',
  ({ problems }: { readonly problems: readonly Text[] }) => ({
    en: [`Recipe file: ${joined(problems).en}`, 'Correct these settings in the file.'],
    zh: [`配方文件：${joined(problems).zh}`, '请在文件中改正这些设置。'],
  }),
);
