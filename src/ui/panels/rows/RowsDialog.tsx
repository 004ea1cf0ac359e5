// Bring own rows: drop or open a file, or paste; what its columns are for; the rows themselves, to look through and mend. What is wrong
// with them the engine says, by line; a pasted text stays here until it is used or thrown away.
import type { RefObject } from 'react';
import { memo, useCallback, useDeferredValue, useEffect, useRef, useState } from 'react';
import { Button } from 'react-aria-components';
import { isInFile, textOfRows } from '../../../engine/index.ts';
import { useActions, usePageState, useTexts } from '../../PageContext.tsx';
import { FileDrop } from '../../parts/FileDrop.tsx';
import { OpenAgain } from '../../parts/OpenAgain.tsx';
import { Sheet } from '../../parts/Sheet.tsx';
import '../../styles/rows.css';
import { HubRows } from './HubRows.tsx';
import { OwnRows } from './OwnRows.tsx';
import { PresetRows } from './PresetRows.tsx';
import { useRowsTexts } from './rowsTexts.ts';

/** Asked for by the picker; anything may be dropped. */
const endings = ['.csv', '.tsv', '.jsonl', '.json', '.ndjson', '.parquet', '.txt'];

const Paste = memo(function Paste({ onBring }: { readonly onBring: () => void }) {
  const { t } = useTexts();
  const r = useRowsTexts();
  const actions = useActions();
  const own = usePageState((state) => state.recipe.data);
  const [text, setText] = useState(textOfRows(own));
  const [empty, setEmpty] = useState(false);
  const use = (): void => {
    setEmpty(text.trim() === '');
    const pasted = own !== undefined && textOfRows(own) !== '' ? own.name : t('data.pasted');
    if (text.trim() === '') return;
    onBring();
    actions.openRows(new File([text], pasted));
  };
  return (
    <>
      <label className="dim" htmlFor="own-rows">
        {r('paste')}
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
      {empty && (
        <p className="is-cut" role="alert">
          {r('empty')}
        </p>
      )}
      <div>
        <Button className="button button-main" onPress={use}>
          {r('use')}
        </Button>
      </div>
    </>
  );
});

const Refusal = memo(function Refusal() {
  const { say } = useTexts();
  const refused = usePageState((state) => state.rows.failure);
  const unread = usePageState((state) => (state.recipe.data === undefined ? null : state.inspectFailure));
  const failure = refused ?? unread;
  if (failure === null) return null;
  return (
    <p className="is-cut" role="alert">
      {say(failure.message)} {say(failure.remedy)}
    </p>
  );
});

/** Rows of a file that is not here: it is opened again by one press, where the browser knows it. */
const Again = memo(function Again() {
  const actions = useActions();
  const own = usePageState((state) => state.recipe.data);
  const files = usePageState((state) => state.rows.files);
  if (own === undefined || !isInFile(own) || files.has(own.digest)) return null;
  return (
    <div className="dialog-actions">
      <OpenAgain digest={own.digest} onFiles={([file]) => file && actions.openRows(file)} />
    </div>
  );
});

/** What was brought, drawn in slices after whatever a person waits for. */
const Own = memo(function Own() {
  const own = useDeferredValue(usePageState((state) => state.recipe.data));
  return own === undefined ? <PresetRows /> : <OwnRows data={own} />;
});

const Drop = memo(function Drop({ onBring }: { readonly onBring: () => void }) {
  const r = useRowsTexts();
  const actions = useActions();
  const reading = usePageState((state) => state.rows.reading);
  return (
    <FileDrop
      label={r('drop')}
      busy={reading ? r('reading') : null}
      choose={r('choose')}
      accept={endings}
      onFiles={([file]) => {
        if (file === undefined) return;
        onBring();
        actions.openRows(file);
      }}
    />
  );
});

function Foot({ close }: { readonly close: () => void }) {
  const { t } = useTexts();
  const r = useRowsTexts();
  const actions = useActions();
  const brought = usePageState((state) => state.recipe.data !== undefined);
  return (
    <div className="dialog-actions">
      {brought && (
        <Button
          className="button"
          onPress={() => {
            actions.presetRows();
            close();
          }}
        >
          {r('back')}
        </Button>
      )}
      <Button className="button" onPress={close}>
        {brought ? r('done') : t('data.cancel')}
      </Button>
    </div>
  );
}

/** What became of rows stands above the places where they are dropped and pasted: once they are read it comes into view. */
function Outcome({ brought }: { readonly brought: RefObject<boolean> }) {
  const reading = usePageState((state) => state.rows.reading);
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (reading || !brought.current) return;
    brought.current = false;
    place.current?.scrollIntoView({ block: 'start' });
  }, [reading, brought]);
  return (
    <div ref={place} className="rows-outcome">
      <Refusal />
      <Again />
      <Own />
    </div>
  );
}

/** The dialog itself hears of no change: each part follows its own. */
export function RowsDialog() {
  const { t } = useTexts();
  const r = useRowsTexts();
  const actions = useActions();
  const brought = useRef(false);
  const bring = useCallback(() => {
    brought.current = true;
  }, []);
  const close = (): void => actions.openDialog(null);
  return (
    <Sheet title={t('data.title')} wide open onClose={close}>
      <p className="dim">{r('intro')}</p>
      <Outcome brought={brought} />
      <Drop onBring={bring} />
      <HubRows />
      <Paste onBring={bring} />
      <Foot close={close} />
    </Sheet>
  );
}
