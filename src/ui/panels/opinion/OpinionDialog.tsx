// A run held to another implementation: what is compared, how far it is, the verdict, and its tables. The engine computes both sides.
import { useEffect, useRef, useState } from 'react';
import { Button } from 'react-aria-components';
import type { Opinion } from '../../../engine/index.ts';
import type { EngineErrorData } from '../../../engine/protocol.ts';
import { useActions, usePageState, useTexts } from '../../PageContext.tsx';
import { Scroll } from '../../parts/Scroll.tsx';
import { Sheet } from '../../parts/Sheet.tsx';
import { copyText } from '../../parts/saveFile.ts';
import type { OpinionHeard } from '../../state/opinionActions.ts';
import { isBusy } from '../../state/runStatus.ts';
import { bytesText } from '../../texts/numbers.ts';
import type { OpinionTable } from './opinionTable.ts';
import { headOf, markdownOf, sidesOf, tablesOf, verdictOf } from './opinionTable.ts';
import { useOpinionTexts } from './opinionTexts.ts';
import '../../styles/opinion.css';

type Progress = Extract<OpinionHeard, { type: 'opinion-progress' }>;

interface Asked {
  readonly progress: Progress | null;
  readonly opinion: Opinion | null;
  readonly failure: EngineErrorData | null;
}

const nothing: Asked = { progress: null, opinion: null, failure: null };

function heardOf(asked: Asked, event: OpinionHeard): Asked {
  switch (event.type) {
    case 'opinion-progress':
      return { ...asked, progress: event };
    case 'opinion':
      return { ...nothing, opinion: event.opinion };
    case 'opinion-failed':
      return { ...asked, progress: null, failure: event.error };
  }
}

/** The newest asking, which ends with the dialog. */
function useOpinion() {
  const { askOpinion } = useActions();
  const leave = useRef<() => void>(() => {});
  const [asked, setAsked] = useState<Asked>(nothing);
  useEffect(() => () => leave.current(), []);
  return {
    ...asked,
    ask: (layers: boolean): void => {
      const progress: Progress = { type: 'opinion-progress', id: 0, phase: 'begin', done: 0, total: 0 };
      setAsked((old) => ({ ...old, progress, failure: null }));
      leave.current = askOpinion(layers, (event) => setAsked((old) => heardOf(old, event)));
    },
    cancel: (): void => {
      leave.current();
      setAsked((old) => ({ ...old, progress: null }));
    },
  };
}

function Working({ progress, onCancel }: { readonly progress: Progress; readonly onCancel: () => void }) {
  const o = useOpinionTexts();
  const { phase, done, total } = progress;
  const side = o(phase === 'ours' ? 'yours' : 'theOther');
  const inBytes = (phase === 'runtime' || phase === 'loading') && total > 0;
  return (
    <div className="opinion-working">
      <p role="status">
        {o(phase, { side })}
        {inBytes && <span className="dim"> {`${bytesText(done)} / ${bytesText(total)}`}</span>}
      </p>
      <progress aria-label={o(phase, { side })} {...(total > 0 && { value: done, max: total })} />
      <Button className="button" onPress={onCancel}>
        {o('cancel')}
      </Button>
    </div>
  );
}

function Table({ table }: { readonly table: OpinionTable }) {
  const o = useOpinionTexts();
  const [first = '', ...others] = headOf(o);
  return (
    <Scroll className="opinion-scroll" label={table.title === '' ? o('verdict') : table.title}>
      {table.title !== '' && <h3>{table.title}</h3>}
      <table className="opinion-table">
        <thead>
          <tr>
            <th scope="col">{first}</th>
            {others.map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {table.rows.map(({ title, about, cells, agrees }) => (
            <tr key={`${title} ${about}`}>
              <th scope="row">
                {title}
                {about !== '' && <span className="small dim">{about}</span>}
              </th>
              {cells.map((cell, i) => (
                <td key={others[i]} className={agrees ? undefined : 'is-cut'}>
                  {cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

function Said({ opinion }: { readonly opinion: Opinion }) {
  const o = useOpinionTexts();
  const [copied, setCopied] = useState(false);
  return (
    <>
      <p className={opinion.place === null ? 'opinion-verdict' : 'opinion-verdict is-cut'} role="status">
        {verdictOf(o, opinion)}
      </p>
      <p className="small dim">{sidesOf(o, opinion)}</p>
      {tablesOf(o, opinion).map((table) => (
        <Table key={table.title} table={table} />
      ))}
      <p className="small dim">{o('boundText')}</p>
      <div className="dialog-actions">
        <Button className="button" onPress={() => void copyText(markdownOf(o, opinion)).then(setCopied)}>
          {copied ? o('copied') : o('copy')}
        </Button>
      </div>
    </>
  );
}

export function OpinionDialog() {
  const o = useOpinionTexts();
  const { say } = useTexts();
  const actions = useActions();
  const busy = usePageState(({ run }) => run !== null && isBusy(run));
  const { progress, opinion, failure, ask, cancel } = useOpinion();
  return (
    <Sheet title={o('title')} open wide onClose={() => actions.openDialog(null)}>
      <p className="dim">
        {o('intro')} {opinion === null && o('introFetch')}
      </p>
      {busy && <p>{o('busy')}</p>}
      <div className="opinion-actions">
        <Button
          className="button button-main"
          isDisabled={busy || progress !== null}
          onPress={() => ask(false)}
        >
          {o('ask')}
        </Button>
        <Button className="button" isDisabled={busy || progress !== null} onPress={() => ask(true)}>
          {o('askLayers')}
        </Button>
      </div>
      {progress !== null && <Working progress={progress} onCancel={cancel} />}
      {failure !== null && (
        <p className="is-cut" role="alert">
          {o('failed', { why: `${say(failure.message)} ${say(failure.remedy)}` })}
        </p>
      )}
      {opinion !== null && progress === null && <Said opinion={opinion} />}
    </Sheet>
  );
}
