// Everything that was read, arranged: the verdict over two columns, the script with its gutter at the left, what follows from it at the
// right; on a narrow page one below the other.
import { useRef, useState } from 'react';
import { Button } from 'react-aria-components';
import type { ScriptReading } from '../../../engine/index.ts';
import { useActions, usePageState } from '../../PageContext.tsx';
import { copyText, saveFile } from '../../parts/saveFile.ts';
import { StripOf } from '../strip/Strip.tsx';
import { Assumed } from './Assumed.tsx';
import { Causes } from './Causes.tsx';
import { useReadingTexts } from './readingTexts.ts';
import { ScriptFixes } from './ScriptFixes.tsx';
import type { Target } from './ScriptLines.tsx';
import { ScriptLines } from './ScriptLines.tsx';
import { UseIt } from './UseIt.tsx';
import { VerdictCard } from './VerdictCard.tsx';
import { VersionsUsed } from './VersionsUsed.tsx';

/** Whose lines people wrote: what they get back is the Python itself. */
const ownPython: ReadonlySet<ScriptReading['kind']> = new Set(['script', 'notebook']);

function ScriptHead(props: { readonly reading: ScriptReading; readonly onEdit: () => void }) {
  const { reading, onEdit } = props;
  const r = useReadingTexts();
  const actions = useActions();
  const { name, text, past } = usePageState((state) => state.script);
  const [copied, setCopied] = useState<boolean | null>(null);
  const own = ownPython.has(reading.kind);
  const python = own ? reading.source : text;
  const file = name === null || reading.kind === 'notebook' ? 'train.py' : name;
  return (
    <div className="lines-head">
      <h3>
        {own ? r('script.title') : reading.source === '' ? r('script.pasted') : r('script.written')}{' '}
        <span className="dim small">
          {[reading.kind === 'script' ? null : r(`kind.${reading.kind}`), name].filter(Boolean).join(' · ')}
        </span>
      </h3>
      <div className="lines-actions">
        {past.length > 0 && (
          <Button className="button" onPress={actions.undoScriptFix}>
            {r('script.undo')}
          </Button>
        )}
        <Button className="button" onPress={onEdit}>
          {r('script.edit')}
        </Button>
        <Button className="button" onPress={() => void copyText(python).then(setCopied)}>
          {r('script.copy')}
        </Button>
        <Button className="button" onPress={() => saveFile(file, 'text/plain', python)}>
          {r('script.download')}
        </Button>
        <Button className="button" onPress={actions.forgetScript}>
          {r('script.other')}
        </Button>
        <span className="small dim" role="status">
          {copied !== null && r(copied ? 'script.copied' : 'script.copyFailed')}
        </span>
      </div>
    </div>
  );
}

export function Reading(props: {
  readonly reading: ScriptReading;
  readonly busy: boolean;
  readonly onEdit: () => void;
}) {
  const { reading, busy, onEdit } = props;
  const [target, setTarget] = useState<Target | null>(null);
  const { text } = usePageState((state) => state.script);
  // An error alone stands for no Python: its own words are shown.
  const source = reading.source === '' ? text : reading.source;
  const fixes = useRef<HTMLElement>(null);
  const toFixes = (): void => {
    fixes.current?.focus({ preventScroll: true });
    fixes.current?.scrollIntoView({ block: 'start' });
  };
  const onLine = (line: number): void => setTarget((before) => ({ line, turn: (before?.turn ?? 0) + 1 }));
  return (
    <div className={busy ? 'reading reading-stale' : 'reading'} aria-busy={busy}>
      <div className="reading-verdict">
        <VerdictCard reading={reading} onLine={onLine} onAddScript={onEdit} onFixes={toFixes} />
      </div>
      <div className="reading-script">
        <ScriptHead reading={reading} onEdit={onEdit} />
        <ScriptLines key={source} source={source} reading={reading} target={target} />
      </div>
      <div className="reading-facts">
        {reading.strip.length > 0 && reading.outcome !== null && (
          <StripOf strip={reading.strip} outcome={reading.outcome} />
        )}
        <Causes reading={reading} />
        <ScriptFixes reading={reading} place={fixes} />
        <UseIt reading={reading} onLine={onLine} />
        <VersionsUsed versions={reading.versions} />
        <Assumed reading={reading} onLine={onLine} />
      </div>
    </div>
  );
}
