// The texts of what is kept, put beside the page's when the storage page is fetched.
import type { TFunction } from 'i18next';
import i18next from 'i18next';
import { usePageState } from '../../PageContext.tsx';
import type { Language } from '../../state/state.ts';
import { enKept } from '../../texts/enKept.ts';
import { zhKept } from '../../texts/zhKept.ts';

i18next.addResourceBundle('en', 'kept', enKept);
i18next.addResourceBundle('zh', 'kept', zhKept);

const texts: Readonly<Record<Language, TFunction<'kept'>>> = {
  en: i18next.getFixedT('en', 'kept'),
  zh: i18next.getFixedT('zh', 'kept'),
};

/** Texts of what is kept in the page's language. */
export const useKeptTexts = (): TFunction<'kept'> => texts[usePageState((state) => state.language)];
