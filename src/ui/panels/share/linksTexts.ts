// The share dialog's further texts, put beside the page's when it is fetched.
import type { TFunction } from 'i18next';
import i18next from 'i18next';
import { usePageState } from '../../PageContext.tsx';
import type { Language } from '../../state/state.ts';
import { enLinks } from '../../texts/enLinks.ts';
import { zhLinks } from '../../texts/zhLinks.ts';

i18next.addResourceBundle('en', 'links', enLinks);
i18next.addResourceBundle('zh', 'links', zhLinks);

export type LinksText = TFunction<'links'>;

const texts: Readonly<Record<Language, LinksText>> = {
  en: i18next.getFixedT('en', 'links'),
  zh: i18next.getFixedT('zh', 'links'),
};

/** Those texts in the page's language. */
export const useLinksTexts = (): LinksText => texts[usePageState((state) => state.language)];
