// The one box: paste anything, or choose a file; what reading it fetches is said before it is fetched.
import { useState } from 'react';
import { Button, FileTrigger } from 'react-aria-components';
import { useActions, usePageState } from '../../PageContext.tsx';
import { bytesText } from '../../texts/numbers.ts';
import { EngineError } from '../notes/Notes.tsx';
import { take } from './drops.ts';
import { useReadingTexts } from './readingTexts.ts';

export function PasteBox(props: {
  readonly initial: string;
  readonly name: string | null;
  /** Leads back to what was read before; null where nothing was. */
  readonly onBack: (() => void) | null;
}) {
  const { initial, name, onBack } = props;
  const r = useReadingTexts();
  const actions = useActions();
  const { costBytes, failure, refused, phase, kept } = usePageState((state) => state.script);
  const [text, setText] = useState(initial);
  const [given, setGiven] = useState(initial);
  // Another text was pasted or dropped meanwhile.
  if (given !== initial) {
    setGiven(initial);
    setText(initial);
  }
  const busy = phase !== 'idle';
  const size = costBytes === null || costBytes === 0 ? null : bytesText(costBytes);
  return (
    <div className="paste-box">
      <p className="dim">{r('box.intro')}</p>
      {refused !== null && (
        <p className="is-cut" role="alert">
          {r('box.refused', { name: refused })}
        </p>
      )}
      {failure !== null && <EngineError error={failure} title={r('box.failed')} />}
      <label className="unseen" htmlFor="paste-in">
        {r('box.label')}
      </label>
      <textarea
        id="paste-in"
        className="field"
        spellCheck={false}
        value={text}
        placeholder={
          'model = get_peft_model(model, LoraConfig(target_modules="all-linear"))\n…\n\nRuntimeError: element 0 of tensors does not require grad and does not have a grad_fn'
        }
        onChange={(event) => setText(event.target.value)}
      />
      <div className="dialog-actions">
        <Button
          className="button button-main"
          isDisabled={text.trim() === ''}
          // Not disabled altogether: the keyboard stays on it.
          aria-disabled={busy}
          onPress={() => {
            if (!busy) actions.readScript(text, name);
          }}
        >
          {size === null || busy ? r('box.read') : r('box.readCost', { size })}
        </Button>
        {onBack !== null && (
          <Button className="button" onPress={onBack}>
            {r('box.back')}
          </Button>
        )}
        <span className="paste-file">
          <span className="dim">{r('box.drop')}</span>
          <FileTrigger
            onSelect={(files) => {
              void take({ files: [...(files ?? [])], folder: null }, actions);
            }}
          >
            <Button className="button">{r('box.choose')}</Button>
          </FileTrigger>
        </span>
      </div>
      <p className="small dim">
        {name !== null && <code>{name} </code>}
        {size !== null && !busy && r('box.cost', { size })}
        {costBytes === 0 && r('box.paid')}{' '}
        {kept && text === initial && (
          <>
            {r('box.kept')}{' '}
            <Button className="button button-plain" onPress={actions.forgetScript}>
              {r('box.forget')}
            </Button>
          </>
        )}
      </p>
    </div>
  );
}
