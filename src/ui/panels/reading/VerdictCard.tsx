// What the script does, in one sentence, with the line that decides and the exception in Python's own words.
import { useEffect, useRef } from 'react';
import { Button } from 'react-aria-components';
import type { ScriptReading, VerdictKind } from '../../../engine/index.ts';
import { useTexts } from '../../PageContext.tsx';
import { useReadingTexts } from './readingTexts.ts';

export function Chip({ kind }: { readonly kind: VerdictKind }) {
  const r = useReadingTexts();
  return <strong className={`verdict-kind verdict-${kind}`}>{r(`verdict.${kind}`)}</strong>;
}

/** What kind of verdict it is, in a few words. */
function aboutOf({ kind, verdict }: ScriptReading) {
  if (verdict.kind !== 'cannot-tell') return `verdict.about_${verdict.kind}` as const;
  if (kind === 'traceback') return 'verdict.about_error';
  // Time, memory or the stack ran out.
  const stopped = /^(Timeout|Memory|Recursion)Error$/.test(verdict.error?.type ?? '');
  return stopped ? 'verdict.about_stopped' : 'verdict.about_cannot-tell';
}

export function VerdictCard(props: {
  readonly reading: ScriptReading;
  readonly onLine: (line: number) => void;
  readonly onAddScript: () => void;
  readonly onFixes: () => void;
}) {
  const { reading, onLine, onAddScript, onFixes } = props;
  const { say } = useTexts();
  const r = useReadingTexts();
  const { kind, line, error, text } = reading.verdict;
  const card = useRef<HTMLElement>(null);
  // The button that led to this reading may be gone: the keyboard goes on here.
  useEffect(() => {
    const { activeElement } = document;
    if (!reading || activeElement?.closest('.reading, .paste-box')) return;
    card.current?.focus({ preventScroll: true });
    card.current?.scrollIntoView({ block: 'nearest' });
  }, [reading]);
  return (
    <section
      ref={card}
      tabIndex={-1}
      className={`card verdict-card verdict-card-${kind}`}
      aria-label={r('verdict.title')}
    >
      <p className="verdict-head">
        <Chip kind={kind} />
        <span className="dim">{r(aboutOf(reading))}</span>
        {line !== null && (
          <Button
            className="button button-plain"
            aria-label={r('verdict.toLine', { line })}
            onPress={() => onLine(line)}
          >
            {r('verdict.line', { line })}
          </Button>
        )}
      </p>
      <p className="verdict-sentence">{say(text)}</p>
      {error !== null && !say(text).includes(error.message) && (
        <p className="failure-message">
          {error.type}: {error.message}
        </p>
      )}
      {reading.fixes.length > 0 && (
        <div className="dialog-actions">
          <Button className="button" onPress={onFixes}>
            {r('verdict.toFixes', { count: reading.fixes.length })}
          </Button>
        </div>
      )}
      {reading.kind === 'traceback' && (
        <div className="dialog-actions">
          <Button className="button" onPress={onAddScript}>
            {r('verdict.addScript')}
          </Button>
          <span className="dialog-said dim">{r('verdict.addScriptWhy')}</span>
        </div>
      )}
    </section>
  );
}
