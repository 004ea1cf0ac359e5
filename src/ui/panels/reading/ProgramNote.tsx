// A recipe that carries a script: that its lines decide, what of them no setting says, what is not trained of it, and the way back to the settings
// alone. Fetched when there is one.
import { Button } from 'react-aria-components';
import type { ProgramReport, SettingKey } from '../../../engine/index.ts';
import { settingKeys } from '../../../engine/index.ts';
import { useActions, usePageState, useTexts } from '../../PageContext.tsx';
import { useReadingTexts } from './readingTexts.ts';

const shownAtOnce = 3;

function Unsaid({ items }: { readonly items: ProgramReport['unsaid'] }) {
  const { say } = useTexts();
  const r = useReadingTexts();
  return (
    <ul>
      {items.map(({ line, text }) => (
        <li key={`${line} ${text.en}`}>
          {line !== null && <span className="dim">{r('program.line', { line })}: </span>}
          <span className="mono">{say(text)}</span>
        </li>
      ))}
    </ul>
  );
}

function Facts({ report }: { readonly report: ProgramReport }) {
  const { say } = useTexts();
  const r = useReadingTexts();
  const { unsaid, model, onOurs, unfit } = report;
  const later = unsaid.slice(shownAtOnce);
  return (
    <>
      <Unsaid items={unsaid.slice(0, shownAtOnce)} />
      {later.length > 0 && (
        <details>
          <summary>{r('program.more', { count: later.length })}</summary>
          <Unsaid items={later} />
        </details>
      )}
      <p className="small dim">{r(onOurs ? 'program.ours' : 'program.others', { model })}</p>
      {unfit !== null && (
        <p className="is-cut">
          <span className="strong">{r('program.unfit')}</span> {say(unfit.message)}
        </p>
      )}
    </>
  );
}

export function ProgramNote() {
  const r = useReadingTexts();
  const actions = useActions();
  const report = usePageState((state) => state.inspection?.program ?? null);
  const values = usePageState((state) => state.recipe.values);
  const overruled = settingKeys.filter((key: SettingKey) => {
    const decided = report?.decided[key];
    return decided !== undefined && !Object.is(decided, values[key]);
  });
  return (
    <section className="card note program-note" aria-label={r('program.title')}>
      <div>
        <h2>{r('program.title')}</h2>
        <p>{r('program.about')}</p>
        {report !== null && <Facts report={report} />}
        {overruled.length > 0 && (
          <p className="is-cut">{r('program.changed', { names: overruled.join(', ') })}</p>
        )}
        <div className="dialog-actions">
          <Button className="button" onPress={() => actions.openDialog('script')}>
            {r('program.show')}
          </Button>
          <Button className="button" onPress={actions.settingsAlone}>
            {r('program.alone')}
          </Button>
        </div>
      </div>
    </section>
  );
}
