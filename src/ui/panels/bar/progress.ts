// The run in words for the bar: what happens now, how far, how long still. Pure.
import type { TFunction } from 'i18next';
import type { Run } from '../../state/state.ts';
import { bytesText, countText, timeText } from '../../texts/numbers.ts';

export interface ProgressWords {
  readonly main: string;
  /** Time left and speed; dropped first where room is short. */
  readonly rest: readonly string[];
  readonly bad: boolean;
}

/** What the bar says about a run. */
export function progressWords(t: TFunction, run: Run | null, language: string): ProgressWords {
  const said = (main: string, rest: readonly string[] = []): ProgressWords => ({ main, rest, bad: false });
  if (run === null) return said(t('progress.ready'));
  const last = run.steps.at(-1);
  const step = last?.step ?? 0;
  const total = run.start?.totalSteps ?? run.total;
  // Which of how many is asked.
  const questions = run.total > 1 ? [t('progress.question', { at: run.done + 1, total: run.total })] : [];
  switch (run.phase) {
    case 'idle':
      return said(t('progress.ready'));
    case 'loading': {
      if (run.note === 'recovering') return said(t('progress.recovering'));
      if (run.note === 'plain') return said(t('progress.plain'));
      if (run.note === 'comparing') return said(t('progress.comparing'));
      if (run.note === 'tuning') return said(t('progress.tuning', { done: run.done, total: run.total }));
      if (run.note === 'compiling')
        return said(t('progress.compiling', { done: run.done, total: run.total }));
      if (run.file !== null && run.file.waitMs > 0)
        return said(t('progress.asksAgain', { file: run.file.name, time: timeText(run.file.waitMs) }));
      if (run.total <= 0) return said(t('progress.loading'));
      // The engine counts bytes while it loads.
      const bytes = { done: bytesText(run.done), total: bytesText(run.total) };
      const file = run.file?.name;
      const main =
        file === undefined ? t('progress.loadingOf', bytes) : t('progress.loadingFile', { ...bytes, file });
      if (run.rate === null) return said(main);
      const speed = t('progress.loadSpeed', { speed: bytesText(run.rate.bytesPerSecond) });
      return said(main, [speed, t('progress.left', { time: timeText(run.rate.etaMs) })]);
    }
    case 'before':
      return said(t('progress.before'), questions);
    case 'running': {
      const main = t('progress.step', { step, total });
      if (last === undefined) return said(main);
      const rest = [
        t('progress.left', { time: timeText(last.etaMs) }),
        t('progress.speed', { speed: countText(Math.round(last.tokensPerSecond), language) }),
      ];
      return said(main, rest);
    }
    case 'paused':
      return said(t('progress.paused', { step, total }));
    case 'after':
      return said(t('progress.after'), questions);
    case 'finished':
      return said(t('progress.finished', { step }));
    case 'failed': {
      const python = run.failure?.raisedBy === 'python';
      // The card below says it in whole sentences; a code says nothing to people.
      return { main: t(python ? 'progress.stoppedBackward' : 'progress.failed'), rest: [], bad: true };
    }
  }
}
