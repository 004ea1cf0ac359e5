// The tour's own texts, put beside the page's when it is fetched.
import type { TFunction } from 'i18next';
import i18next from 'i18next';
import { usePageState } from '../../PageContext.tsx';
import type { Language } from '../../state/state.ts';
import { enTour } from '../../texts/enTour.ts';
import { zhTour } from '../../texts/zhTour.ts';

i18next.addResourceBundle('en', 'tour', enTour);
i18next.addResourceBundle('zh', 'tour', zhTour);

const texts: Readonly<Record<Language, TFunction<'tour'>>> = {
  en: i18next.getFixedT('en', 'tour'),
  zh: i18next.getFixedT('zh', 'tour'),
};

/** Texts of the tour in the page's language. */
export const useTourTexts = (): TFunction<'tour'> => texts[usePageState((state) => state.language)];
