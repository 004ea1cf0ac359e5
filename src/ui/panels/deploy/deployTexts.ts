// The texts of trying a run as another page would, put beside the page's when the dialog is fetched.
import type { TFunction } from 'i18next';
import i18next from 'i18next';
import { usePageState } from '../../PageContext.tsx';
import type { Language } from '../../state/state.ts';
import { enDeploy } from '../../texts/enDeploy.ts';
import { zhDeploy } from '../../texts/zhDeploy.ts';

i18next.addResourceBundle('en', 'deploy', enDeploy);
i18next.addResourceBundle('zh', 'deploy', zhDeploy);

const texts: Readonly<Record<Language, TFunction<'deploy'>>> = {
  en: i18next.getFixedT('en', 'deploy'),
  zh: i18next.getFixedT('zh', 'deploy'),
};

/** Texts of the dialog in the page's language. */
export const useDeployTexts = (): TFunction<'deploy'> => texts[usePageState((state) => state.language)];
