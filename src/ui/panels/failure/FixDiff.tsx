// What the first fix changes in the Python script, as a diff. The fixed script comes from the inspector.
import { Button } from 'react-aria-components';
import { useActions, usePageState, useTexts } from '../../PageContext.tsx';
import type { DiffLine } from './lineDiff.ts';
import { diffLines, nearChanges } from './lineDiff.ts';

const signs = { same: ' ', add: '+', remove: '−', gap: ' ' } as const;

export function DiffLines(props: { readonly label: string; readonly lines: readonly DiffLine[] }) {
  return (
    <section className="diff" aria-label={props.label}>
      <pre>
        {props.lines.map((line, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a line of a diff is its place
          <span key={index} className={`diff-line diff-${line.kind}`}>
            {signs[line.kind]} {line.text}
          </span>
        ))}
      </pre>
    </section>
  );
}

export function FixDiff() {
  const { t } = useTexts();
  const actions = useActions();
  const script = usePageState((state) => state.inspection?.script ?? null);
  const fixed = usePageState((state) => state.fixedScript);
  if (script === null || fixed === null) return null;
  const lines = nearChanges(diffLines(script, fixed), 2);
  if (lines.length === 0) return null;
  return (
    <section className="card">
      <div className="rows-head">
        <h2 className="dim">{t('failure.diff')}</h2>
        <Button className="button button-plain" onPress={() => actions.openDialog('script')}>
          {t('failure.diffAll')}
        </Button>
      </div>
      <DiffLines label={t('failure.diff')} lines={lines} />
    </section>
  );
}
