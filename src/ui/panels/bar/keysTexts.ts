// The texts of the list of keys, put beside the page's when the dialog is fetched.
import type { TFunction } from 'i18next';
import i18next from 'i18next';
import { usePageState } from '../../PageContext.tsx';
import type { Language } from '../../state/state.ts';
import { enKeys } from '../../texts/enKeys.ts';
import { zhKeys } from '../../texts/zhKeys.ts';

i18next.addResourceBundle('en', 'keys', enKeys);
i18next.addResourceBundle('zh', 'keys', zhKeys);

const texts: Readonly<Record<Language, TFunction<'keys'>>> = {
  en: i18next.getFixedT('en', 'keys'),
  zh: i18next.getFixedT('zh', 'keys'),
};

/** Texts of the dialog in the page's language. */
export const useKeysTexts = (): TFunction<'keys'> => texts[usePageState((state) => state.language)];
