// The one polite live region: start, pause, end, failure at once; progress at most every ten seconds.
import { useEffect, useState } from 'react';
import { usePage, useTexts } from '../../PageContext.tsx';
import type { Run } from '../../state/state.ts';
import { pick } from '../../texts/i18n.ts';
import { lossText } from '../../texts/numbers.ts';

const everyMs = 10_000;

export function LiveRegion() {
  const { store } = usePage();
  const { t, language } = useTexts();
  const [said, setSaid] = useState('');
  useEffect(() => {
    let spokenAt = 0;
    let phase: Run['phase'] | null = store.getState().run?.phase ?? null;
    return store.subscribe(({ run }) => {
      const changed = run?.phase !== phase;
      phase = run?.phase ?? null;
      if (run === null) return;
      const last = run.steps.at(-1);
      const now = performance.now();
      if (!changed && (run.phase !== 'running' || last === undefined || now - spokenAt < everyMs)) return;
      const step = last?.step ?? 0;
      const loss = last === undefined ? '–' : lossText(last.loss);
      const words = {
        running: changed
          ? t('run.said_started')
          : t('run.said_progress', { step, total: run.start?.totalSteps ?? run.total, loss }),
        paused: t('run.said_paused', { step }),
        finished: t('run.said_finished', { step, loss }),
        failed: t('run.said_failed', {
          message: run.failure ? pick(run.failure.error.message, language) : '',
        }),
      };
      if (!Object.hasOwn(words, run.phase)) return;
      spokenAt = now;
      if (
        run.phase === 'running' ||
        run.phase === 'paused' ||
        run.phase === 'finished' ||
        run.phase === 'failed'
      )
        setSaid(words[run.phase]);
    });
  }, [store, t, language]);
  return (
    <p className="unseen" role="status" aria-live="polite">
      {said}
    </p>
  );
}
