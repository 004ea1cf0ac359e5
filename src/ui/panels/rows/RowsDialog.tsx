// Bring own rows: drop or open a file, or paste. What is wrong with them the engine says, by line; the text stays here
// until it is used or thrown away.
import { useState } from 'react';
import { Button } from 'react-aria-components';
import { textOfRows } from '../../../engine/index.ts';
import { useActions, usePageState, useTexts } from '../../PageContext.tsx';
import { FileDrop } from '../../parts/FileDrop.tsx';
import { Sheet } from '../../parts/Sheet.tsx';

/** Asked for by the picker; anything may be dropped. */
const endings = ['.csv', '.tsv', '.jsonl', '.json', '.ndjson', '.parquet', '.txt'];

function RowsBody({ close }: { readonly close: () => void }) {
  const { t, say } = useTexts();
  const actions = useActions();
  const own = usePageState((state) => state.recipe.data);
  const reading = usePageState((state) => state.rows.reading);
  const refused = usePageState((state) => state.rows.failure);
  const unread = usePageState((state) => (state.recipe.data === undefined ? null : state.inspectFailure));
  const [text, setText] = useState(textOfRows(own));
  const [empty, setEmpty] = useState(false);
  const failure = refused ?? unread;

  function use(): void {
    setEmpty(text.trim() === '');
    if (text.trim() !== '') actions.openRows(new File([text], own?.name ?? t('data.pasted')));
  }

  return (
    <>
      <p className="dim">{t('data.intro')}</p>
      <FileDrop
        label={t('data.drop')}
        busy={reading ? t('data.reading') : null}
        choose={t('data.choose')}
        accept={endings}
        onFiles={([file]) => file && actions.openRows(file)}
      />
      <label className="dim" htmlFor="own-rows">
        {t('data.paste')}
      </label>
      <textarea
        id="own-rows"
        className="field"
        spellCheck={false}
        value={text}
        placeholder={'{"messages":[{"role":"user","content":"…"},{"role":"assistant","content":"…"}]}'}
        onChange={(event) => {
          setText(event.target.value);
          setEmpty(false);
        }}
      />
      {(empty || failure !== null) && (
        <p className="is-cut" role="alert">
          {empty ? t('data.empty') : failure && `${say(failure.message)} ${say(failure.remedy)}`}
        </p>
      )}
      <div className="dialog-actions">
        <Button className="button button-main" onPress={use}>
          {t('data.use')}
        </Button>
        {own !== undefined && (
          <Button
            className="button"
            onPress={() => {
              actions.presetRows();
              close();
            }}
          >
            {t('data.back')}
          </Button>
        )}
        <Button className="button" onPress={close}>
          {t('data.cancel')}
        </Button>
      </div>
    </>
  );
}

export function RowsDialog() {
  const { t } = useTexts();
  const actions = useActions();
  const close = (): void => actions.openDialog(null);
  return (
    <Sheet title={t('data.title')} wide open onClose={close}>
      <RowsBody close={close} />
    </Sheet>
  );
}
