// Rows of a data set of the hub: its configuration and split, how many of them, and their bytes, before any comes. The hub is asked when a button is
// pressed. What was fetched is a file of rows like any other, and the recipe names where it can be had.
import { memo, useState } from 'react';
import { Button } from 'react-aria-components';
import type { DataSource } from '../../../engine/index.ts';
import { isInFile } from '../../../engine/index.ts';
import type { DatasetView } from '../../../engine/protocol.ts';
import { useActions, usePageState, useTexts } from '../../PageContext.tsx';
import { Picker } from '../../parts/Picker.tsx';
import { bytesText } from '../../texts/numbers.ts';
import { HubProgress } from '../model/HubProgress.tsx';
import { TokenField } from '../model/HubSettings.tsx';
import '../../styles/model.css';
import { useRowsTexts } from './rowsTexts.ts';

/** As many as a page trains on in an afternoon. */
const usualRows = 1000;
const walls: ReadonlySet<string> = new Set(['hub-gated', 'hub-token', 'hub-none']);

function Offer({ view, wanted }: { readonly view: DatasetView; readonly wanted: DataSource | null }) {
  const r = useRowsTexts();
  const actions = useActions();
  const [configName, setConfig] = useState(wanted?.config ?? view.configs[0]?.name ?? '');
  const config = view.configs.find(({ name }) => name === configName) ?? view.configs[0];
  const [splitName, setSplit] = useState(wanted?.split ?? 'train');
  const split = config?.splits.find((one) => one.split === splitName) ?? config?.splits[0];
  const [count, setCount] = useState(wanted === null ? String(usualRows) : String(wanted.rows ?? ''));
  if (config === undefined || split === undefined) return null;
  const rows = count.trim() === '' ? null : Number(count);
  const isCount = rows === null || (Number.isInteger(rows) && rows >= 1 && rows <= 1_000_000);
  return (
    <form
      className="hub-view"
      aria-label={view.id}
      onSubmit={(event) => {
        event.preventDefault();
        if (isCount)
          actions.fetchRowsOfHub({
            hub: view.id,
            revision: view.revision,
            config: config.name,
            split: split.split,
            rows,
          });
      }}
    >
      <p>
        <span className="strong mono">{view.id}</span> · {view.revision.slice(0, 8)} ·{' '}
        {r('licence', { licence: view.licence ?? '–' })} ·{' '}
        <a href={view.page} target="_blank" rel="noreferrer noopener">
          {r('page')}
        </a>
      </p>
      <div className="columns-form">
        <div className="setting">
          <span className="setting-label">{r('config')}</span>
          <Picker
            label={r('config')}
            options={view.configs.map(({ name }) => ({ value: name, label: name }))}
            value={config.name}
            onChange={setConfig}
          />
        </div>
        <div className="setting">
          <span className="setting-label">{r('split')}</span>
          <Picker
            label={r('split')}
            options={config.splits.map((one) => ({ value: one.split, label: one.split }))}
            value={split.split}
            onChange={setSplit}
          />
        </div>
        <div className="setting">
          <label className="setting-label" htmlFor="hub-count">
            {r('first')}
          </label>
          <input
            id="hub-count"
            className="field hub-count"
            inputMode="numeric"
            autoComplete="off"
            placeholder={r('allRows')}
            aria-invalid={!isCount}
            value={count}
            onChange={({ target }) => setCount(target.value)}
          />
        </div>
      </div>
      <p className="small dim">
        {r(split.inParts && rows !== null ? 'bytesInParts' : 'bytesWhole', {
          files: split.files,
          size: bytesText(split.bytes),
        })}
      </p>
      <div className="dialog-actions">
        <Button className="button button-main" type="submit">
          {r('fetch')}
        </Button>
      </div>
    </form>
  );
}

export const HubRows = memo(function HubRows() {
  const { say } = useTexts();
  const r = useRowsTexts();
  const actions = useActions();
  const { wish: asked, view, looking, fetching, failure } = usePageState((state) => state.hub.rows);
  const host = usePageState((state) => state.hub.settings.address.replace(/^https?:\/\//, ''));
  const missing = usePageState((state) =>
    state.recipe.data !== undefined &&
    isInFile(state.recipe.data) &&
    !state.rows.files.has(state.recipe.data.digest)
      ? (state.recipe.data.source ?? null)
      : null,
  );
  const [wish, setWish] = useState('');
  const words = missing === null ? '' : `${missing.hub}@${missing.revision}`;
  return (
    <section className="hub" aria-label={r('hub', { host })}>
      <h3>{r('hub', { host })}</h3>
      {missing !== null && view === null && (
        <div className="hub-wanted">
          <p>{r('wanted', { name: `${missing.hub}, ${missing.config}, ${missing.split}` })}</p>
          <Button className="button button-main" onPress={() => actions.lookAtRowsOfHub(words)}>
            {r('wantedLook')}
          </Button>
        </div>
      )}
      <form
        className="hub-setting"
        onSubmit={(event) => {
          event.preventDefault();
          if (wish.trim() !== '') actions.lookAtRowsOfHub(wish.trim());
        }}
      >
        <label htmlFor="hub-rows">{r('dataset')}</label>
        <input
          id="hub-rows"
          className="field mono"
          placeholder="owner/name"
          autoComplete="off"
          spellCheck={false}
          aria-describedby="hub-rows-help"
          value={wish}
          onChange={({ target }) => setWish(target.value)}
        />
        <Button className="button" type="submit">
          {r('look')}
        </Button>
        <p id="hub-rows-help" className="small dim">
          {r('datasetHelp', { host })}
        </p>
      </form>
      <p role="status" className="dim">
        {looking ? r('looking', { host }) : ''}
      </p>
      {failure !== null && (
        <p className="is-cut" role="alert">
          {say(failure.message)} {say(failure.remedy)}
        </p>
      )}
      {failure !== null && walls.has(failure.code) && (
        <TokenField again={() => actions.lookAtRowsOfHub(asked)} />
      )}
      {fetching ? (
        <HubProgress />
      ) : (
        view !== null && <Offer key={`${view.id}@${view.revision}`} view={view} wanted={missing} />
      )}
    </section>
  );
});
