// Which base model the recipe trains, as a row of the form that opens the choice.
import { memo } from 'react';
import { Button } from 'react-aria-components';
import { useActions, usePageState, useTexts } from '../../PageContext.tsx';
import { OpenAgain } from '../../parts/OpenAgain.tsx';

export const ModelRow = memo(function ModelRow() {
  const { t } = useTexts();
  const actions = useActions();
  const own = usePageState((state) => state.recipe.model);
  const summary = usePageState((state) => state.model.summary);
  const reading = usePageState((state) => state.model.reading);
  const openAgain = (files: readonly File[], name: string): void => actions.openModel(files, name);
  const missing = own !== undefined && summary?.digest !== own.digest;
  // By its file: what a file calls itself may be anything, and is told beside it.
  const name = own === undefined ? t('model.embedded') : own.name;
  const title = own === undefined || missing ? '' : (summary?.title ?? '');
  return (
    <div className="setting">
      <span className="setting-label">
        {own !== undefined && <span className="dot dot-own" role="img" aria-label={t('recipe.changed')} />}
        {t('model.label')}
      </span>
      <Button
        className="select-button"
        aria-label={`${t('model.label')}: ${name}`}
        onPress={() => actions.openDialog('model')}
      >
        <span className="clip">{reading ? t('model.reading') : name}</span>
        <span aria-hidden="true">▾</span>
      </Button>
      {title !== '' && title !== name && <p className="setting-about small dim">{title}</p>}
      {missing && !reading && (
        <p className="setting-about small is-cut">
          {t('model.missing', { name: own.name })} <OpenAgain digest={own.digest} onFiles={openAgain} />
        </p>
      )}
    </div>
  );
});
