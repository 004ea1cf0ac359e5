// The top of the first screen: what this is in one line, and two doors of equal rank: rows of one's own, or a script that fails.
import { memo } from 'react';
import { Button } from 'react-aria-components';
import { useActions, useTexts } from '../../PageContext.tsx';

export const Doors = memo(function Doors() {
  const { t } = useTexts();
  const actions = useActions();
  return (
    <section className="card doors" aria-label={t('first.what')}>
      <div className="doors-head">
        <h2 className="what">{t('first.what')}</h2>
        <Button data-part="tour" className="button button-plain" onPress={() => actions.openDialog('tour')}>
          {t('first.tour')}
        </Button>
      </div>
      <div className="doors-row">
        <Button data-part="teach" className="button button-door" onPress={() => actions.openDialog('data')}>
          {t('first.teach')}
        </Button>
        <Button data-part="paste" className="button button-door" onPress={actions.openPaste}>
          {t('paste.open')}
        </Button>
      </div>
    </section>
  );
});
