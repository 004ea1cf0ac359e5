// The guide's texts, put beside the page's when the dialog is fetched.
import type { TFunction } from 'i18next';
import i18next from 'i18next';
import { usePageState } from '../../PageContext.tsx';
import type { Language } from '../../state/state.ts';
import { enGuide } from '../../texts/enGuide.ts';
import { zhGuide } from '../../texts/zhGuide.ts';

i18next.addResourceBundle('en', 'guide', enGuide);
i18next.addResourceBundle('zh', 'guide', zhGuide);

const texts: Readonly<Record<Language, TFunction<'guide'>>> = {
  en: i18next.getFixedT('en', 'guide'),
  zh: i18next.getFixedT('zh', 'guide'),
};

/** Texts of the dialog in the page's language. */
export const useGuideTexts = (): TFunction<'guide'> => texts[usePageState((state) => state.language)];
