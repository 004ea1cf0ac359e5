// Fixes of their own text: why, what each changes, and Apply, after which it is read again at once. Each was read before it was offered.
import type { Ref } from 'react';
import { useState } from 'react';
import { Button } from 'react-aria-components';
import type { ScriptFix, ScriptReading } from '../../../engine/index.ts';
import { useActions, useTexts } from '../../PageContext.tsx';
import { DiffLines } from '../failure/FixDiff.tsx';
import { diffLines, nearChanges } from '../failure/lineDiff.ts';
import { useReadingTexts } from './readingTexts.ts';
import { Chip } from './VerdictCard.tsx';

function Fix(props: { readonly fix: ScriptFix; readonly source: string; readonly index: number }) {
  const { fix, source, index } = props;
  const { say } = useTexts();
  const r = useReadingTexts();
  const actions = useActions();
  const [open, setOpen] = useState(index === 1);
  return (
    <div className="script-fix">
      <div className="script-fix-head">
        <Button
          className={index === 1 ? 'button button-main' : 'button'}
          aria-label={r('fixes.applyFix', { index, why: say(fix.why) })}
          onPress={() => actions.applyScriptFix(fix.source)}
        >
          {r('fixes.apply')}
        </Button>
        <p>
          {say(fix.why)} <Chip kind={fix.verdict} />
        </p>
      </div>
      {open ? (
        <DiffLines label={r('fixes.diff', { index })} lines={nearChanges(diffLines(source, fix.source), 2)} />
      ) : (
        <Button className="button button-plain" onPress={() => setOpen(true)}>
          {r('fixes.show')}
        </Button>
      )}
    </div>
  );
}

export function ScriptFixes(props: { readonly reading: ScriptReading; readonly place: Ref<HTMLElement> }) {
  const r = useReadingTexts();
  const { reading, place } = props;
  const { fixes, source } = reading;
  if (fixes.length === 0) return null;
  return (
    <section
      ref={place}
      tabIndex={-1}
      className="card"
      aria-label={r('fixes.title', { count: fixes.length })}
    >
      <h3 className="dim">{r('fixes.title', { count: fixes.length })}</h3>
      {fixes.map((fix, index) => (
        <Fix key={fix.source} fix={fix} source={source} index={index + 1} />
      ))}
    </section>
  );
}
