// The texts of the model dialog, put beside the page's when it is fetched.
import type { TFunction } from 'i18next';
import i18next from 'i18next';
import { usePageState } from '../../PageContext.tsx';
import type { Language } from '../../state/state.ts';
import { enModel } from '../../texts/enModel.ts';
import { zhModel } from '../../texts/zhModel.ts';

i18next.addResourceBundle('en', 'model', enModel);
i18next.addResourceBundle('zh', 'model', zhModel);

const texts: Readonly<Record<Language, TFunction<'model'>>> = {
  en: i18next.getFixedT('en', 'model'),
  zh: i18next.getFixedT('zh', 'model'),
};

/** Texts of the model dialog in the page's language. */
export const useModelTexts = (): TFunction<'model'> => texts[usePageState((state) => state.language)];
