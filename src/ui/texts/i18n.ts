// i18next with both languages built in and typed keys; no loading, no detection plugin. English fills what is missing.
import type { TFunction } from 'i18next';
import i18next from 'i18next';
import type { Text } from '../../engine/index.ts';
import type { Language } from '../state/state.ts';
import { en } from './en.ts';
import type { enDeploy } from './enDeploy.ts';
import type { enGuide } from './enGuide.ts';
import type { enKept } from './enKept.ts';
import type { enKeys } from './enKeys.ts';
import type { enLinks } from './enLinks.ts';
import type { enModel } from './enModel.ts';
import type { enOpinion } from './enOpinion.ts';
import type { enPush } from './enPush.ts';
import type { enReading } from './enReading.ts';
import type { enRows } from './enRows.ts';
import type { enRuns } from './enRuns.ts';
import type { enTour } from './enTour.ts';
import { zh } from './zh.ts';

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'translation';
    resources: {
      translation: typeof en;
      reading: typeof enReading;
      rows: typeof enRows;
      links: typeof enLinks;
      runs: typeof enRuns;
      kept: typeof enKept;
      model: typeof enModel;
      tour: typeof enTour;
      keys: typeof enKeys;
      guide: typeof enGuide;
      push: typeof enPush;
      deploy: typeof enDeploy;
      opinion: typeof enOpinion;
    };
  }
}

/** Starts the texts in a language; answers at once, since nothing is fetched. */
export function startTexts(language: Language): void {
  void i18next.init({
    lng: language,
    fallbackLng: 'en',
    resources: { en: { translation: en }, zh: { translation: zh } },
    interpolation: { escapeValue: false },
    initAsync: false,
  });
}

const translators = new Map<Language, TFunction>();

/** The page's texts in a language, always the same function for the same language. */
export function textsOf(language: Language): TFunction {
  const known = translators.get(language);
  if (known) return known;
  const made = i18next.getFixedT(language);
  translators.set(language, made);
  return made;
}

/** The text of an engine's bilingual text in a language. */
export const pick = (text: Text, language: Language): string => text[language];

/** The language a browser asks for. */
export function browserLanguage(languages: readonly string[]): Language {
  return languages
    .find((tag) => /^(en|zh)\b/i.test(tag))
    ?.toLowerCase()
    .startsWith('zh')
    ? 'zh'
    : 'en';
}
