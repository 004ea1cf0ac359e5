// A newer version of the page lies ready: it is taken when a person says so, never in the middle of a run.
import { Button } from 'react-aria-components';
import { useActions, usePageState } from '../../PageContext.tsx';
import { isBusy } from '../../state/runStatus.ts';
import { useKeptTexts } from './keptTexts.ts';

export function NewerNote() {
  const t = useKeptTexts();
  const actions = useActions();
  const busy = usePageState((state) => isBusy(state.run));
  return (
    <section className="card note" aria-label={t('newer')}>
      <div>
        <h2>{t('newer')}</h2>
        <p>{t(busy ? 'newerBusy' : 'newerAbout')}</p>
        <div className="dialog-actions">
          <Button className="button" isDisabled={busy} onPress={actions.takeNewer}>
            {t('newerTake')}
          </Button>
        </div>
      </div>
    </section>
  );
}
