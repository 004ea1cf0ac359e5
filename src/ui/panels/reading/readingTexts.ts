// The reader's own texts, put beside the page's when the reader is fetched.
import type { TFunction } from 'i18next';
import i18next from 'i18next';
import { usePageState } from '../../PageContext.tsx';
import type { Language } from '../../state/state.ts';
import { enReading } from '../../texts/enReading.ts';
import { zhReading } from '../../texts/zhReading.ts';

i18next.addResourceBundle('en', 'reading', enReading);
i18next.addResourceBundle('zh', 'reading', zhReading);

export type ReadingText = TFunction<'reading'>;

const texts: Readonly<Record<Language, ReadingText>> = {
  en: i18next.getFixedT('en', 'reading'),
  zh: i18next.getFixedT('zh', 'reading'),
};

/** Texts of the reader in the page's language. */
export const useReadingTexts = (): ReadingText => texts[usePageState((state) => state.language)];
