// The texts of second opinions, put beside the page's when the dialog is fetched.
import type { TFunction } from 'i18next';
import i18next from 'i18next';
import { usePageState } from '../../PageContext.tsx';
import type { Language } from '../../state/state.ts';
import { enOpinion } from '../../texts/enOpinion.ts';
import { zhOpinion } from '../../texts/zhOpinion.ts';

i18next.addResourceBundle('en', 'opinion', enOpinion);
i18next.addResourceBundle('zh', 'opinion', zhOpinion);

export type OpinionTexts = TFunction<'opinion'>;

export const opinionTexts: Readonly<Record<Language, OpinionTexts>> = {
  en: i18next.getFixedT('en', 'opinion'),
  zh: i18next.getFixedT('zh', 'opinion'),
};

/** Texts of the dialog in the page's language. */
export const useOpinionTexts = (): OpinionTexts => opinionTexts[usePageState((state) => state.language)];
