// Bring own rows: drop or open a file, or paste. What is wrong with them the engine says, by line; the text stays here
// until it is used or thrown away.
import { useState } from 'react';
import { Button, DropZone, FileTrigger } from 'react-aria-components';
import { wordsOf } from '../../../engine/index.ts';
import { useActions, usePage, usePageState, useTexts } from '../../PageContext.tsx';
import { Sheet } from '../../parts/Sheet.tsx';
import { bytesText } from '../../texts/numbers.ts';

/** Larger files are not read: the page keeps rows in memory, twice. */
const largestBytes = 8 * 1024 * 1024;

function DataBody({ close }: { readonly close: () => void }) {
  const { t, say } = useTexts();
  const actions = useActions();
  const { ports } = usePage();
  const own = usePageState((state) => state.recipe.data);
  const failure = usePageState((state) => (state.recipe.data === undefined ? null : state.inspectFailure));
  const [text, setText] = useState(own?.text ?? '');
  const [name, setName] = useState(own?.name ?? t('data.pasted'));
  const [problem, setProblem] = useState<string | null>(null);
  const told = problem ?? (failure && `${say(failure.message)} ${say(failure.remedy)}`);

  async function read(file: File): Promise<void> {
    if (file.size > largestBytes) {
      setProblem(t('data.tooLarge', { size: bytesText(file.size), limit: bytesText(largestBytes) }));
      return;
    }
    try {
      const bytes = new Uint8Array(await file.arrayBuffer());
      setText(ports.decodeRows(bytes, file.name));
      setName(file.name);
      setProblem(null);
    } catch (error) {
      setProblem(say(wordsOf(error)));
    }
  }
  function use(): void {
    if (text.trim() === '') {
      setProblem(t('data.empty'));
      return;
    }
    actions.edit({ kind: 'data', data: { name, text } });
    close();
  }

  return (
    <>
      <p className="dim">{t('data.intro')}</p>
      <DropZone
        className="drop"
        aria-label={t('data.drop')}
        getDropOperation={() => 'copy'}
        onDrop={(event) => {
          for (const item of event.items) if (item.kind === 'file') void item.getFile().then(read);
        }}
      >
        <span>{t('data.drop')}</span>
        <FileTrigger
          acceptedFileTypes={['.jsonl', '.json', '.txt', 'application/json']}
          onSelect={(files) => {
            const file = files?.[0];
            if (file !== undefined) void read(file);
          }}
        >
          <Button className="button">{t('data.choose')}</Button>
        </FileTrigger>
      </DropZone>
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
          setName(t('data.pasted'));
          setProblem(null);
        }}
      />
      {told !== null && (
        <p className="is-cut" role="alert">
          {told}
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
              actions.edit({ kind: 'data', data: null });
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

export function DataDialog() {
  const { t } = useTexts();
  const actions = useActions();
  const open = usePageState((state) => state.dialog === 'data');
  const close = (): void => actions.openDialog(null);
  return (
    <Sheet title={t('data.title')} wide open={open} onClose={close}>
      <DataBody close={close} />
    </Sheet>
  );
}
