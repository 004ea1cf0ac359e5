// From reading to training: the script's settings go into the form. What they can't say is named beside the button.
import { Button } from 'react-aria-components';
import type { ScriptReading } from '../../../engine/index.ts';
import { useActions, usePageState } from '../../PageContext.tsx';
import { isBusy } from '../../state/runStatus.ts';
import { Listed } from './Assumed.tsx';
import { useReadingTexts } from './readingTexts.ts';

export function UseIt(props: { readonly reading: ScriptReading; readonly onLine: (line: number) => void }) {
  const { reading, onLine } = props;
  const r = useReadingTexts();
  const actions = useActions();
  const whole = reading.unsaid.length === 0;
  const count = Object.keys(reading.patch).length;
  const busy = usePageState((state) => isBusy(state.run));
  const trains = reading.verdict.kind === 'trains' && !busy;
  if (count === 0) return null;
  return (
    <section className="card" aria-label={r('use.title')}>
      <h3 className="dim">{r('use.title')}</h3>
      <p>
        {r('use.about', { count })} <span className="dim">{r(whole ? 'use.whole' : 'use.kept')}</span>
      </p>
      {!whole && <Listed items={reading.unsaid} onLine={onLine} />}
      <div className="dialog-actions">
        {trains && (
          <Button
            className="button button-main"
            onPress={() => {
              actions.takeScript();
              actions.train();
            }}
          >
            {r('use.train')}
          </Button>
        )}
        <Button className="button" onPress={actions.takeScript}>
          {r('use.use')}
        </Button>
      </div>
    </section>
  );
}
