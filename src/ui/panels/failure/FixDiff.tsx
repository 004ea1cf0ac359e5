// What the first fix changes in the Python script, as a diff. The fixed script comes from the inspector.
import { Fragment } from 'react';
import { Button } from 'react-aria-components';
import { useActions, usePageState, useTexts } from '../../PageContext.tsx';
import { diffLines, nearChanges } from './lineDiff.ts';

const signs = { same: ' ', add: '+', remove: '−', gap: ' ' } as const;

export function FixDiff() {
  const { t } = useTexts();
  const actions = useActions();
  const script = usePageState((state) => state.inspection?.script ?? null);
  const fixed = usePageState((state) => state.fixedScript);
  if (script === null || fixed === null) return null;
  const lines = nearChanges(diffLines(script, fixed), 2);
  if (lines.length === 0) return null;
  return (
    <section className="card" aria-label={t('failure.diff')}>
      <div className="rows-head">
        <h2 className="dim">{t('failure.diff')}</h2>
        <Button className="button button-plain" onPress={() => actions.openDialog('script')}>
          {t('failure.diffAll')}
        </Button>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <pre className="diff" tabIndex={0}>
        {lines.map((line, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a line of a diff is its place
          <Fragment key={index}>
            <span className={`diff-line diff-${line.kind}`}>
              {signs[line.kind]} {line.text}
            </span>
          </Fragment>
        ))}
      </pre>
    </section>
  );
}
