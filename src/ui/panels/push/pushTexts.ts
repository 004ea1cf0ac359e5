// The texts of handing a run to a hub, put beside the page's when the dialog is fetched.
import type { TFunction } from 'i18next';
import i18next from 'i18next';
import { usePageState } from '../../PageContext.tsx';
import type { Language } from '../../state/state.ts';
import { enPush } from '../../texts/enPush.ts';
import { zhPush } from '../../texts/zhPush.ts';

i18next.addResourceBundle('en', 'push', enPush);
i18next.addResourceBundle('zh', 'push', zhPush);

const texts: Readonly<Record<Language, TFunction<'push'>>> = {
  en: i18next.getFixedT('en', 'push'),
  zh: i18next.getFixedT('zh', 'push'),
};

/** Texts of the dialog in the page's language. */
export const usePushTexts = (): TFunction<'push'> => texts[usePageState((state) => state.language)];
