// Which hub is asked, and as whom. The address is remembered; the token lives as long as the page is open and is shown nowhere.
import { useState } from 'react';
import { Button } from 'react-aria-components';
import { useActions, usePageState } from '../../PageContext.tsx';
import { defaultHub } from '../../state/store.ts';
import { useModelTexts } from './modelTexts.ts';

const hostOf = (address: string): string => address.replace(/^https?:\/\//, '');

/** `again`: asks once more for what was refused, as somebody. */
export function TokenField({ again }: { readonly again: () => void }) {
  const m = useModelTexts();
  const actions = useActions();
  const host = usePageState((state) => hostOf(state.hub.settings.address));
  const held = usePageState((state) => state.hub.settings.token !== null);
  const [token, setToken] = useState('');
  return (
    <form
      className="hub-setting"
      onSubmit={(event) => {
        event.preventDefault();
        if (token.trim() === '') return;
        actions.setHub({ token: token.trim() });
        setToken('');
        again();
      }}
    >
      <label htmlFor="hub-token">{m('token')}</label>
      <input
        id="hub-token"
        className="field mono"
        type="password"
        autoComplete="off"
        spellCheck={false}
        aria-describedby="hub-token-help"
        value={token}
        onChange={({ target }) => setToken(target.value)}
      />
      <Button className="button" type="submit">
        {m('tokenUse')}
      </Button>
      {held && (
        <>
          <span role="status">{m('tokenHeld')}</span>
          <Button className="button button-plain" onPress={() => actions.setHub({ token: null })}>
            {m('tokenForget')}
          </Button>
        </>
      )}
      <p id="hub-token-help" className="small dim">
        {m('tokenHelp', { host })}
      </p>
    </form>
  );
}

function AddressField() {
  const m = useModelTexts();
  const actions = useActions();
  const address = usePageState((state) => state.hub.settings.address);
  const [text, setText] = useState(address);
  const use = (next: string): void => {
    setText(next);
    actions.leaveHubView();
    // A token is somebody's at one hub; another is not told of it.
    actions.setHub({ address: next.trim().replace(/\/+$/, ''), token: null });
  };
  return (
    <form
      className="hub-setting"
      onSubmit={(event) => {
        event.preventDefault();
        if (text.trim() !== '') use(text);
      }}
    >
      <label htmlFor="hub-address">{m('address')}</label>
      <input
        id="hub-address"
        className="field mono"
        autoComplete="off"
        spellCheck={false}
        aria-describedby="hub-address-help"
        value={text}
        onChange={({ target }) => setText(target.value)}
      />
      <Button className="button" type="submit">
        {m('addressUse')}
      </Button>
      {address !== defaultHub && (
        <Button className="button button-plain" onPress={() => use(defaultHub)}>
          {m('addressBack')}
        </Button>
      )}
      <p id="hub-address-help" className="small dim">
        {m('addressHelp')}
      </p>
    </form>
  );
}

/** `wall`: the hub wants a token for what was asked; then its field stands above, by what was refused. */
export function HubSettings({ wall, again }: { readonly wall: boolean; readonly again: () => void }) {
  const m = useModelTexts();
  return (
    <details className="hub-settings">
      <summary>{m('settings')}</summary>
      <AddressField />
      {!wall && <TokenField again={again} />}
    </details>
  );
}
