// Which adapter the run starts from, as a row of the form that opens the choice.
import { memo } from 'react';
import { Button } from 'react-aria-components';
import { useActions, usePageState, useTexts } from '../../PageContext.tsx';

export const AdapterRow = memo(function AdapterRow() {
  const { t } = useTexts();
  const actions = useActions();
  const own = usePageState((state) => state.recipe.adapter);
  const summary = usePageState((state) => state.adapter.summary);
  const reading = usePageState((state) => state.adapter.reading);
  const missing = own !== undefined && summary?.digest !== own.digest;
  const name = own === undefined ? t('adapter.fresh') : own.name;
  return (
    <div className="setting">
      <span className="setting-label">
        {own !== undefined && <span className="dot dot-own" role="img" aria-label={t('recipe.changed')} />}
        {t('adapter.label')}
      </span>
      <Button
        className="select-button"
        aria-label={`${t('adapter.label')}: ${name}`}
        onPress={() => actions.openDialog('adapter')}
      >
        <span className="clip">{reading ? t('adapter.reading') : name}</span>
        <span aria-hidden="true">▾</span>
      </Button>
      {missing && !reading && (
        <p className="setting-about small is-cut">{t('adapter.missing', { name: own.name })}</p>
      )}
    </div>
  );
});
