// The preset's rows as rows of one's own, to change, add to and leave out; until then the preset's stay what they are.
import { useState } from 'react';
import { Button } from 'react-aria-components';
import { presetRows } from '../../../engine/index.ts';
import { useActions, usePageState } from '../../PageContext.tsx';
import { AddRow } from './AddRow.tsx';
import { useRowsTexts } from './rowsTexts.ts';

export function PresetRows() {
  const r = useRowsTexts();
  const actions = useActions();
  const preset = usePageState((state) => state.recipe.preset);
  const [failed, setFailed] = useState(false);
  const edit = (): void => {
    setFailed(false);
    presetRows(new URL('./', location.href).href, preset).then(
      ({ name, text }) => actions.editRows(new File([text], name)),
      () => setFailed(true),
    );
  };
  return (
    <section className="own-rows" aria-label={r('write')}>
      <h3>{r('write')}</h3>
      <div>
        <Button className="button" onPress={edit}>
          {r('editPreset')}
        </Button>
      </div>
      {failed && (
        <p className="is-cut" role="alert">
          {r('noPreset')}
        </p>
      )}
      <p className="small dim">{r('writeHelp')}</p>
      <AddRow data={undefined} file={null} />
    </section>
  );
}
