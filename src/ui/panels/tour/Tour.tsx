// A short tour through the page itself, on a card at its edge: break, fix, train, take home. Each stop does one thing that a person could do, by its
// button or Space; Esc leaves at any time, and what was done stays, with its undo.
import { useEffect, useRef, useState } from 'react';
import { Button } from 'react-aria-components';
import { invariant } from '../../../engine/index.ts';
import { useActions, usePage, usePageState } from '../../PageContext.tsx';
import { fixPatch } from '../../state/fixPatch.ts';
import { isBusy } from '../../state/runStatus.ts';
import type { Language } from '../../state/state.ts';
import { useTourTexts } from './tourTexts.ts';
import '../../styles/tour.css';

const stops = ['break', 'fix', 'train', 'home'] as const;
type Stop = (typeof stops)[number];

/** The preset whose first step raises, by the language of its rows. */
const broken: Readonly<Record<Language, string>> = { en: 'element-0', zh: 'element-0-zh' };

/** What a stop does, once. */
function useDoing(): (stop: Stop) => void {
  const actions = useActions();
  const { store } = usePage();
  return (stop) => {
    const { inspection, run, language } = store.getState();
    if (stop === 'break') actions.edit({ kind: 'preset', id: broken[language] });
    if (stop === 'fix') {
      const [fix] = inspection?.diagnosis?.fixes ?? [];
      if (fix !== undefined) actions.edit({ kind: 'values', patch: fixPatch(fix.patch) });
    }
    if (stop === 'train' && !isBusy(run)) actions.train();
    if (stop === 'home' && !isBusy(run)) actions.takeHome('peft');
  };
}

export function Tour() {
  const t = useTourTexts();
  const actions = useActions();
  const doing = useDoing();
  const [at, setAt] = useState(0);
  const [done, setDone] = useState(false);
  const card = useRef<HTMLElement>(null);
  const busy = usePageState((state) => isBusy(state.run));
  const ready = usePageState((state) => state.run?.phase === 'finished' || state.run?.phase === 'paused');
  const fixes = usePageState((state) => state.inspection?.diagnosis?.fixes.length ?? 0);
  const stop = stops[at];
  invariant(stop !== undefined, 'the tour is beyond its last stop');
  const leave = (): void => actions.openDialog(null);
  const waits = (stop === 'fix' && !done && fixes === 0) || (stop === 'home' && !done && !ready);
  function goOn(): void {
    if (waits) return;
    if (!done) {
      doing(stop ?? 'break');
      setDone(true);
      // The fix is seen on the strip at once; what was broken and what is trained has to be looked at first.
      return;
    }
    if (at === stops.length - 1) leave();
    else {
      setAt(at + 1);
      setDone(false);
    }
  }
  const latest = useRef({ goOn, leave });
  useEffect(() => {
    latest.current = { goOn, leave };
  });
  useEffect(() => {
    const before = document.activeElement;
    card.current?.focus();
    const onKey = (event: KeyboardEvent): void => {
      const inField =
        event.target instanceof Element && event.target.closest('input, textarea, select') !== null;
      if (event.key === 'Escape') latest.current.leave();
      else if (event.key === ' ' && !inField) latest.current.goOn();
      else return;
      event.preventDefault();
      event.stopPropagation();
    };
    // Before the buttons, which take Space as a press of theirs.
    addEventListener('keydown', onKey, { capture: true });
    return () => {
      removeEventListener('keydown', onKey, { capture: true });
      // The card is gone, and the keyboard with it unless it was taken elsewhere; so may be the button that it came from.
      if (document.activeElement !== document.body) return;
      const back = before instanceof HTMLElement && before.isConnected && before !== document.body;
      (back ? before : document.getElementById('result'))?.focus({ preventScroll: true });
    };
  }, []);
  const text =
    stop === 'train' && done && busy
      ? t('train_on')
      : stop === 'home' && waits
        ? t('home_wait')
        : t(`${stop}_text`);
  return (
    <section className="tour card" aria-label={t('title')} tabIndex={-1} ref={card}>
      <div className="tour-head">
        <h2>{t(`${stop}_title`)}</h2>
        <span className="small dim">{t('at', { at: at + 1, count: stops.length })}</span>
        <Button className="button button-plain" aria-label={t('leave')} onPress={leave}>
          ✕
        </Button>
      </div>
      <p role="status">{text}</p>
      <div className="tour-foot">
        <Button className="button button-main" isDisabled={waits} onPress={goOn}>
          {done ? t('next') : t(`${stop}_do`)}
        </Button>
        <span className="small dim">{t('keys')}</span>
      </div>
    </section>
  );
}
