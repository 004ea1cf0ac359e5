// Puts the page into a document: store, actions, texts, theme, keyboard, address. main.tsx brings the real engine,
// tests another one. Nothing below this file touches <html> or the address bar.

import { StrictMode, startTransition, useEffect } from 'react';
import { I18nProvider } from 'react-aria-components';
import { createRoot } from 'react-dom/client';
import { isBackendChoice } from '../engine/index.ts';
import type { BackendChoice } from '../engine/protocol.ts';
import { App } from './App.tsx';
import { listenToHandles } from './handles/opened.ts';
import type { Page } from './PageContext.tsx';
import { PageContext, usePageState } from './PageContext.tsx';
import { listenToKeys } from './panels/bar/keyboard.ts';
import { listenToDrops } from './panels/reading/drops.ts';
import type { Actions } from './state/actions.ts';
import { makeActions, runMatches } from './state/actions.ts';
import { browserAddress, syncAddress } from './state/address.ts';
import { recalledInterval } from './state/askIntervals.ts';
import type { Frame } from './state/frame.ts';
import { frameRules, readFrame } from './state/frame.ts';
import { watchTabs } from './state/otherTabs.ts';
import { newName, recall, remember, rememberMeasured } from './state/remembered.ts';
import { speedWatch } from './state/speed.ts';
import type { Language, PageState, Ports, Theme } from './state/state.ts';
import type { Store } from './state/store.ts';
import { defaultHub, emptyState, makeStore, nothingAsked, nothingPasted } from './state/store.ts';
import { tabChannel } from './tabChannel.ts';
import { browserLanguage, startTexts } from './texts/i18n.ts';
import './styles/tokens.css';
import './styles/base.css';
import './styles/layout.css';
import './styles/parts.css';
import './styles/bar.css';
import './styles/recipe.css';
import './styles/strip.css';
import './styles/result.css';
import './styles/first.css';
import './styles/parameters.css';
import 'uplot/dist/uPlot.min.css';

/** Characters of a pasted text that are kept over a reload. */
const mostKept = 500_000;

const isTheme = (text: string | null): text is Theme =>
  text === 'system' || text === 'light' || text === 'dark';
const isLanguage = (text: string | null): text is Language => text === 'en' || text === 'zh';

const recalledBackend = (text: string | null): BackendChoice =>
  text !== null && isBackendChoice(text) ? text : 'auto';

/** Sets the theme on <html>; the same rule as public/theme.js, which did it before the first paint. */
function showTheme(theme: Theme): void {
  const dark = theme === 'dark' || (theme === 'system' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
}

/** Leaves out what the address of a frame leaves out: rules that no text of the address is part of. */
function hideParts(frame: Frame): void {
  if (frame.hidden.length === 0 && !frame.readOnly) return;
  const rules = new CSSStyleSheet();
  rules.replaceSync(frameRules(frame));
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, rules];
}

/** Tells other tabs of this one's run, and shows theirs. */
function watchOthers(store: Store, { takeOver }: Actions): void {
  const channel = tabChannel();
  if (channel === null) return;
  const { leave } = watchTabs(store, {
    channel,
    locks: 'locks' in navigator ? navigator.locks : null,
    tab: newName(),
    now: () => performance.now(),
    onFree: takeOver,
  });
  addEventListener('pagehide', leave);
}

/** The tab's title carries the step, for who looks elsewhere while it trains. */
function pageTitle({ run }: PageState): string {
  const step = run?.steps.at(-1)?.step;
  if (run === null || step === undefined || run.phase === 'failed') return 'LoRA Playground';
  return `${step}/${run.start?.totalSteps ?? run.total} · LoRA Playground`;
}

function Localised({ drawn }: { readonly drawn: () => void }) {
  const language = usePageState((state) => state.language);
  useEffect(drawn, [drawn]);
  return (
    <I18nProvider locale={language === 'zh' ? 'zh-CN' : 'en-US'}>
      <App />
    </I18nProvider>
  );
}

/** Mounts the page with these ports and returns it; nothing is awaited before the first paint. */
export function mountPage(root: HTMLElement, ports: Ports): Page {
  const frame = readFrame(location.search);
  const storedTheme = recall('theme');
  const storedLanguage = recall('language');
  const language = isLanguage(storedLanguage) ? storedLanguage : browserLanguage(navigator.languages);
  const store = makeStore({
    ...emptyState(language, isTheme(storedTheme) ? storedTheme : 'system'),
    hub: { ...nothingAsked, settings: { address: recall('hub') ?? defaultHub, token: null } },
    keysOn: recall('keys') !== 'off',
    readOnly: frame.readOnly,
    backend: recalledBackend(recall('backend')),
    askEvery: recalledInterval(recall('ask-every')),
    script: { ...nothingPasted, text: recall('script') ?? '', kept: recall('script') !== null },
  });
  startTexts(language);
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
  const actions = makeActions(store, ports, (run) => requestAnimationFrame(() => run()));
  const page: Page = { store, actions, ports };

  const speedOf = speedWatch(() => performance.now());
  showTheme(store.getState().theme);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () =>
    showTheme(store.getState().theme),
  );
  store.subscribe((state, before) => {
    if (state.theme !== before.theme) {
      remember('theme', state.theme === 'system' ? null : state.theme);
      showTheme(state.theme);
    }
    if (state.run !== before.run) document.title = pageTitle(state);
    // As much as storage takes from one page without pushing out the rest.
    if (state.script.text !== before.script.text)
      remember('script', state.script.text.length > mostKept ? null : state.script.text || null);
    const { address } = state.hub.settings;
    if (address !== before.hub.settings.address) remember('hub', address === defaultHub ? null : address);
    if (state.backend !== before.backend)
      remember('backend', state.backend === 'auto' ? null : state.backend);
    if (state.keysOn !== before.keysOn) remember('keys', state.keysOn ? null : 'off');
    const took = speedOf(state, before);
    // The estimate at hand is the form's.
    if (took !== null && runMatches(state)) rememberMeasured(took.device, took.measured);
    if (state.language !== before.language) {
      remember('language', state.language);
      document.documentElement.lang = state.language === 'zh' ? 'zh-CN' : 'en';
    }
  });

  let started = false;
  // Nothing changes before the page stands: a change while it is drawn would have it drawn anew, and at once.
  const drawn = (): void => {
    if (started) return;
    started = true;
    void actions.start(browserAddress.hash, () => syncAddress(store, actions, ports, browserAddress));
  };
  const top = createRoot(root);
  // Drawn in slices: the whole page at once is a task of a tenth of a second.
  startTransition(() =>
    top.render(
      <StrictMode>
        <PageContext value={page}>
          <Localised drawn={drawn} />
        </PageContext>
      </StrictMode>,
    ),
  );
  watchOthers(store, actions);
  listenToKeys(store, actions);
  listenToHandles();
  listenToDrops(store, actions);
  hideParts(frame);
  return page;
}
