// One repository before any of its weights is fetched: revision, licence, files with their bytes, what training would take, and the download.
import { useEffect, useRef, useState } from 'react';
import { Button } from 'react-aria-components';
import type { HubView as View } from '../../../engine/protocol.ts';
import { useActions, usePageState, useTexts } from '../../PageContext.tsx';
import { bytesText } from '../../texts/numbers.ts';
import { Memory, verdictHere } from '../memory/Memory.tsx';
import type { Choice } from './choice.ts';
import { estimateOf, fileOf, firstChoice, isWhole } from './choice.ts';
import { useModelTexts } from './modelTexts.ts';

function Revision({ view }: { readonly view: View }) {
  const m = useModelTexts();
  const actions = useActions();
  const [text, setText] = useState(view.revision.slice(0, 12));
  return (
    <form
      className="hub-setting"
      onSubmit={(event) => {
        event.preventDefault();
        const same = view.revision.startsWith(text.trim());
        actions.lookAtHub(`${view.id}@${same ? view.revision : text.trim()}`);
      }}
    >
      <label htmlFor="hub-revision">{m('revision')}</label>
      <input
        id="hub-revision"
        className="field mono"
        autoComplete="off"
        spellCheck={false}
        aria-describedby="hub-revision-help"
        value={text}
        onChange={({ target }) => setText(target.value)}
      />
      <Button className="button" type="submit">
        {m('again')}
      </Button>
      <p id="hub-revision-help" className="small dim">
        {m('revisionHelp')}
      </p>
    </form>
  );
}

function Files(props: {
  readonly view: View;
  readonly chosen: Choice;
  readonly onChoose: (choice: Choice) => void;
}) {
  const m = useModelTexts();
  const { view, chosen, onChoose } = props;
  const size = ({ bytes }: Choice): string => (bytes === null ? m('unknownBytes') : bytesText(bytes));
  return (
    <fieldset className="hub-files">
      <legend>{m('files')}</legend>
      {view.choices.map((one) => (
        <label key={one.file ?? ''} className="hub-file">
          <input
            type="radio"
            name="hub-file"
            checked={one.file === chosen.file}
            onChange={() => onChoose(one)}
          />
          <span className={one.file === null ? '' : 'mono'}>{one.file ?? m('checkpoint')}</span>
          <span className="dim hub-size">{size(one)}</span>
          {one.keptBytes > 0 && (
            <span className="hub-badge">
              {isWhole(one) ? m('here') : m('partly', { kept: bytesText(one.keptBytes), size: size(one) })}
            </span>
          )}
        </label>
      ))}
    </fieldset>
  );
}

function Takes({ choice }: { readonly choice: Choice }) {
  const m = useModelTexts();
  const { say } = useTexts();
  const weighed = usePageState((state) => state.hub.weighed);
  const refusal = usePageState((state) => state.hub.refusal);
  if (refusal !== null)
    return (
      <p className="is-cut" role="alert">
        {say(refusal.message)} {say(refusal.remedy)}
      </p>
    );
  if (weighed === null) return <p className="dim">{m('weighing')}</p>;
  if (weighed.estimate === null) return <p className="dim">{m('takesUnknown')}</p>;
  const estimate = estimateOf(weighed.estimate, choice);
  const { weightsBytes, peakBytes } = estimate.memory;
  return (
    <>
      <dl className="hub-takes">
        <Memory estimate={estimate} />
      </dl>
      {verdictHere(peakBytes) !== 'fits' && 2 * weightsBytes > peakBytes && <p>{m('fewerBits')}</p>}
      <p className="small dim">{m('takesGuess')}</p>
    </>
  );
}

function DownloadButton({ view, choice }: { readonly view: View; readonly choice: Choice }) {
  const m = useModelTexts();
  const actions = useActions();
  const refused = usePageState((state) => /^(model-|hub-gated)/.test(state.hub.refusal?.code ?? ''));
  const room = usePageState((state) => state.hub.kept?.roomBytes ?? null);
  const { file, bytes, keptBytes } = choice;
  const left = bytes === null ? null : bytes - keptBytes;
  const asked = usePageState((state) => state.hub.wish);
  const wish = view.revision === '' ? asked : `${view.id}@${view.revision}${file === null ? '' : `:${file}`}`;
  const words =
    left === null
      ? m('downloadSome')
      : left <= 0
        ? m('openKept')
        : keptBytes > 0
          ? m('goOn', { size: bytesText(left) })
          : m('download', { size: bytesText(left) });
  return (
    <>
      {left !== null && room !== null && left > room && (
        <p className="is-cut">{m('noRoom', { room: bytesText(room) })}</p>
      )}
      <div className="dialog-actions">
        <Button className="button button-main" isDisabled={refused} onPress={() => actions.openFromHub(wish)}>
          {words}
        </Button>
        <Button className="button" onPress={actions.leaveHubView}>
          {m('back')}
        </Button>
      </div>
    </>
  );
}

export function HubView({ view }: { readonly view: View }) {
  const m = useModelTexts();
  const named = usePageState((state) => fileOf(state.hub.wish));
  const title = useRef<HTMLHeadingElement>(null);
  // The button that led here is gone.
  useEffect(() => title.current?.focus(), []);
  const [file, setFile] = useState<Choice['file'] | undefined>(undefined);
  const chosen = view.choices.find((one) => one.file === file) ?? firstChoice(view, named);
  return (
    <section className="hub-view" aria-label={view.id}>
      <h3 ref={title} tabIndex={-1} className="mono">
        {view.id}
      </h3>
      <p>
        {m('licence')}: <span className="strong">{view.licence ?? m('noLicence')}</span>
        {view.gated && <span className="hub-badge is-wanted">{m('gated')}</span>} ·{' '}
        <a href={view.page} target="_blank" rel="noreferrer noopener">
          {m('page')}
        </a>
      </p>
      {view.revision !== '' && <Revision key={view.revision} view={view} />}
      {chosen !== undefined && (
        <>
          <Files view={view} chosen={chosen} onChoose={(one) => setFile(one.file)} />
          <h4>{m('takes')}</h4>
          <Takes choice={chosen} />
          <DownloadButton view={view} choice={chosen} />
        </>
      )}
    </section>
  );
}
