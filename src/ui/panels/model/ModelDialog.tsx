// Choose the base model: the embedded one, one from a hub, one that is kept here, or files of this machine. What files are the engine says; a
// hub is asked when a person presses a button.
import { useEffect, useState } from 'react';
import { Button } from 'react-aria-components';
import type { Kept } from '../../../engine/index.ts';
import { namedSource, ownModels } from '../../../engine/index.ts';
import { useActions, usePage, usePageState, useTexts } from '../../PageContext.tsx';
import { FileDrop } from '../../parts/FileDrop.tsx';
import { Sheet } from '../../parts/Sheet.tsx';
import { bytesText, countText } from '../../texts/numbers.ts';
import '../../styles/model.css';
import { HubFind } from './HubFind.tsx';
import { HubProgress } from './HubProgress.tsx';
import { HubSettings, TokenField } from './HubSettings.tsx';
import { HubView } from './HubView.tsx';
import { KeptModels } from './KeptModels.tsx';
import { useModelTexts } from './modelTexts.ts';

function Opened() {
  const { language } = useTexts();
  const m = useModelTexts();
  const summary = usePageState((state) => state.model.summary);
  const own = usePageState((state) => state.recipe.model);
  if (summary === null || own?.digest !== summary.digest) return null;
  const { title, name, storedAs, bytes, layers, parameters, unused } = summary;
  return (
    <p>
      {m('open')}: <span className="strong">{name}</span>{' '}
      <span className="dim">
        {title !== name && `${title} · `}
        {m('facts', {
          type: storedAs,
          size: bytesText(bytes),
          layers,
          parameters: countText(parameters, language),
        })}
        {unused.length > 0 && ` ${m('unused', { names: unused.join(', ') })}`}
      </span>
    </p>
  );
}

/** Copies a model of this machine into the browser, when a person says so: its size stands on the button. */
function KeepHere() {
  const m = useModelTexts();
  const { ports } = usePage();
  const digest = usePageState((state) => state.model.summary?.digest);
  const bytes = usePageState((state) => state.model.summary?.bytes ?? 0);
  const picked = usePageState((state) => state.model.picked);
  const own = usePageState((state) => state.recipe.model);
  const [is, setIs] = useState<'looking' | 'not' | 'keeping' | Kept>('looking');
  useEffect(() => {
    let left = false;
    if (digest !== undefined)
      void ownModels()
        .then(({ find }) => find(digest))
        .then((found) => !left && setIs(found === null ? 'not' : 'kept'));
    return () => {
      left = true;
    };
  }, [digest]);
  if (digest === undefined || own?.digest !== digest || own.source !== undefined || picked === null)
    return null;
  async function keep(): Promise<void> {
    if (digest === undefined || picked === null) return;
    setIs('keeping');
    ports.keepStorage();
    setIs(await (await ownModels()).keep(digest, picked));
  }
  return (
    <div className="dialog-actions">
      {is !== 'kept' && is !== 'looking' && (
        <Button className="button" isDisabled={is === 'keeping'} onPress={() => void keep()}>
          {m('keepHere', { size: bytesText(bytes) })}
        </Button>
      )}
      <span className="dialog-said dim" role="status">
        {is === 'not' ? m('keepWhy') : is === 'looking' ? '' : m(`keep_${is}`)}
      </span>
    </div>
  );
}

/** A link or a saved run names a model of the hub that nobody opened here. */
function Wanted() {
  const m = useModelTexts();
  const actions = useActions();
  const own = usePageState((state) => state.recipe.model);
  const opened = usePageState((state) => state.model.summary?.digest);
  const asked = usePageState((state) => state.hub.wish);
  const source = own?.source;
  if (source === undefined || (opened !== undefined && own?.digest === opened)) return null;
  const name = namedSource(source);
  const words = m('wanted', { name: source.file === null ? source.hub : `${source.hub} (${source.file})` });
  return (
    <section className="hub-wanted" aria-label={words}>
      <p>{words}</p>
      {asked !== name && (
        <Button className="button button-main" onPress={() => actions.lookAtHub(name)}>
          {m('wantedLook')}
        </Button>
      )}
    </section>
  );
}

/** What a read token may get past. */
const walls: ReadonlySet<string> = new Set(['hub-gated', 'hub-token', 'hub-none']);

function FromHub() {
  const { say } = useTexts();
  const m = useModelTexts();
  const host = usePageState((state) => state.hub.settings.address.replace(/^https?:\/\//, ''));
  const view = usePageState((state) => state.hub.view);
  const looking = usePageState((state) => state.hub.looking);
  const opening = usePageState((state) => state.hub.opening !== null);
  const failure = usePageState((state) => state.hub.failure);
  const actions = useActions();
  const refusal = usePageState((state) => state.hub.refusal);
  const asked = usePageState((state) => state.hub.wish);
  const again = (): void => {
    if (asked !== '') actions.lookAtHub(asked);
  };
  const wall = [failure, refusal].some((one) => one !== null && walls.has(one.code));
  return (
    <section className="hub" aria-label={m('hub', { host })}>
      <h3>{m('hub', { host })}</h3>
      <p className="dim" role="status">
        {looking ? m('looking', { host }) : ''}
      </p>
      {failure !== null && (
        <p className="is-cut" role="alert">
          {say(failure.message)} {say(failure.remedy)}
        </p>
      )}
      {opening ? (
        <HubProgress />
      ) : view !== null ? (
        <HubView key={`${view.id}@${view.revision}`} view={view} />
      ) : (
        <HubFind host={host} />
      )}
      {wall && !opening && <TokenField again={again} />}
      {!opening && <HubSettings wall={wall} again={again} />}
    </section>
  );
}

export function ModelDialog() {
  const { t, say } = useTexts();
  const m = useModelTexts();
  const actions = useActions();
  const reading = usePageState((state) => state.model.reading);
  const failure = usePageState((state) => state.model.failure);
  const own = usePageState((state) => state.recipe.model);
  const close = (): void => actions.openDialog(null);
  // What lies in this browser: no server is asked.
  useEffect(() => actions.listKept(), [actions]);
  return (
    <Sheet title={t('model.title')} wide open onClose={close}>
      <p className="dim">{m('intro')}</p>
      <Opened />
      <KeepHere />
      <Wanted />
      <FromHub />
      <KeptModels />
      <section className="model-local" aria-label={m('local')}>
        <h3>{m('local')}</h3>
        <p className="dim">{m('families')}</p>
        <FileDrop
          label={m('drop')}
          busy={reading ? t('model.reading') : null}
          choose={t('model.choose')}
          chooseFolder={m('chooseFolder')}
          accept={['.gguf', '.safetensors', '.onnx', '.onnx_data', '.json', '.jinja']}
          multiple
          onFiles={actions.openModel}
        />
        {failure !== null && (
          <p className="is-cut" role="alert">
            {say(failure.message)} {say(failure.remedy)}
          </p>
        )}
      </section>
      <div className="dialog-actions">
        {own !== undefined && (
          <Button className="button" onPress={actions.useEmbeddedModel}>
            {m('useEmbedded')}
          </Button>
        )}
        <Button className="button" onPress={close}>
          {t('data.cancel')}
        </Button>
      </div>
    </Sheet>
  );
}
