// Hands a run to a repository of the hub: where, who sees it, as whom. What is sent and how, the engine decides.
import { useState } from 'react';
import { Button } from 'react-aria-components';
import { useActions, usePageState, useTexts } from '../../PageContext.tsx';
import { Sheet } from '../../parts/Sheet.tsx';
import { Tick } from '../../parts/Tick.tsx';
import { bytesText } from '../../texts/numbers.ts';
import { usePushTexts } from './pushTexts.ts';

function Field(props: {
  readonly id: string;
  readonly label: string;
  readonly help: string;
  readonly secret?: boolean;
  readonly value: string;
  readonly onChange: (value: string) => void;
}) {
  const { id, label, help, secret = false, value, onChange } = props;
  return (
    <div className="push-field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        className="field mono"
        type={secret ? 'password' : 'text'}
        autoComplete="off"
        spellCheck={false}
        aria-describedby={`${id}-help`}
        value={value}
        onChange={({ target }) => onChange(target.value)}
      />
      <p id={`${id}-help`} className="small dim">
        {help}
      </p>
    </div>
  );
}

function Progress() {
  const p = usePushTexts();
  const actions = useActions();
  const push = usePageState((state) => state.hub.push);
  const host = usePageState((state) => new URL(state.hub.settings.address).host);
  const { phase, file, done, total } = push;
  const words =
    phase === 'gathering'
      ? p('gathering')
      : total === 0
        ? p('starting', { host })
        : p('sending', { file, done: bytesText(done), total: bytesText(total) });
  return (
    <section className="hub-progress" aria-label={words}>
      {total > 0 && <progress aria-label={words} max={total} value={done} />}
      <p role="status">{words}</p>
      <div className="dialog-actions">
        <Button className="button" onPress={actions.cancelPush}>
          {p('cancel')}
        </Button>
      </div>
    </section>
  );
}

function Form() {
  const p = usePushTexts();
  const actions = useActions();
  const host = usePageState((state) => new URL(state.hub.settings.address).host);
  const held = usePageState((state) => state.hub.settings.token !== null);
  const [repository, setRepository] = useState('');
  const [hidden, setHidden] = useState(true);
  const [token, setToken] = useState('');
  return (
    <form
      className="push-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (token.trim() !== '') actions.setHub({ token: token.trim() });
        setToken('');
        actions.pushToHub({ repository: repository.trim(), private: hidden });
      }}
    >
      <Field
        id="push-repository"
        label={p('repository')}
        help={p('repositoryHelp')}
        value={repository}
        onChange={setRepository}
      />
      <Field
        id="push-token"
        label={p('token')}
        help={held ? p('tokenHeld') : p('tokenHelp', { host })}
        secret
        value={token}
        onChange={setToken}
      />
      <Tick on={hidden} onChange={setHidden}>
        {p('private')}
      </Tick>
      <div className="dialog-actions">
        <Button className="button button-main" type="submit">
          {p('send')}
        </Button>
      </div>
    </form>
  );
}

export function PushDialog() {
  const p = usePushTexts();
  const { say } = useTexts();
  const actions = useActions();
  const host = usePageState((state) => new URL(state.hub.settings.address).host);
  const { phase, pushed, failure } = usePageState((state) => state.hub.push);
  return (
    <Sheet title={p('title', { host })} open onClose={() => actions.openDialog(null)}>
      <p className="dim">{p('intro')}</p>
      {failure !== null && (
        <p className="is-cut" role="alert">
          {say(failure.message)} {say(failure.remedy)}
        </p>
      )}
      {pushed !== null && (
        <p role="status">
          {p('pushed')}{' '}
          <a href={pushed} target="_blank" rel="noreferrer noopener">
            {pushed}
          </a>
        </p>
      )}
      {phase === 'idle' ? <Form /> : <Progress />}
    </Sheet>
  );
}
