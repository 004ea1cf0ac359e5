// The texts of the kept runs, put beside the page's when their dialog is fetched.
import type { TFunction } from 'i18next';
import i18next from 'i18next';
import { usePageState } from '../../PageContext.tsx';
import type { Language } from '../../state/state.ts';
import { enRuns } from '../../texts/enRuns.ts';
import { zhRuns } from '../../texts/zhRuns.ts';

i18next.addResourceBundle('en', 'runs', enRuns);
i18next.addResourceBundle('zh', 'runs', zhRuns);

export type RunsText = TFunction<'runs'>;

const texts: Readonly<Record<Language, RunsText>> = {
  en: i18next.getFixedT('en', 'runs'),
  zh: i18next.getFixedT('zh', 'runs'),
};

/** Texts of the kept runs in the page's language. */
export const useRunsTexts = (): RunsText => texts[usePageState((state) => state.language)];
