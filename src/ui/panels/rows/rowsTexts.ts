// The rows' own texts, put beside the page's when their dialog is fetched.
import type { TFunction } from 'i18next';
import i18next from 'i18next';
import { usePageState } from '../../PageContext.tsx';
import type { Language } from '../../state/state.ts';
import { enRows } from '../../texts/enRows.ts';
import { zhRows } from '../../texts/zhRows.ts';

i18next.addResourceBundle('en', 'rows', enRows);
i18next.addResourceBundle('zh', 'rows', zhRows);

export type RowsText = TFunction<'rows'>;

const texts: Readonly<Record<Language, RowsText>> = {
  en: i18next.getFixedT('en', 'rows'),
  zh: i18next.getFixedT('zh', 'rows'),
};

/** Texts of the rows in the page's language. */
export const useRowsTexts = (): RowsText => texts[usePageState((state) => state.language)];
