// A run that an earlier visit left unfinished: go on with it, or let it go. A run on a model file needs that file again.
import { Button } from 'react-aria-components';
import { useActions, usePageState, useTexts } from '../../PageContext.tsx';

export function SavedNote() {
  const { t } = useTexts();
  const actions = useActions();
  const saved = usePageState((state) => (state.run === null ? state.saved : null));
  const opened = usePageState((state) => state.model.summary?.digest);
  if (saved === null) return null;
  const { step, totalSteps, recipe } = saved;
  const needs = recipe.model !== undefined && recipe.model.digest !== opened ? recipe.model.name : null;
  return (
    <section className="card note" aria-label={t('saved.title')}>
      <div>
        <h2>{t('saved.title')}</h2>
        <p>{t('saved.text', { step, total: totalSteps, preset: recipe.preset })}</p>
        {needs !== null && <p>{t('saved.needs', { name: needs })}</p>}
        <div className="dialog-actions">
          {needs === null ? (
            <Button className="button button-main" onPress={actions.resumeSaved}>
              {t('saved.resume')}
            </Button>
          ) : (
            <Button className="button button-main" onPress={() => actions.openDialog('model')}>
              {t('model.choose')}
            </Button>
          )}
          <Button className="button" onPress={actions.discardSaved}>
            {t('saved.discard')}
          </Button>
        </div>
      </div>
    </section>
  );
}
