// What the browser keeps of this page, with sizes, and what a person lets go of. It is looked at anew while it is open, for a run and the page
// itself are written meanwhile.
import { useCallback, useEffect, useState } from 'react';
import { Button } from 'react-aria-components';
import type { StoredHere } from '../../../engine/index.ts';
import { ownModels, rowsStore, storage } from '../../../engine/index.ts';
import { forgetHandles, keptHandles } from '../../handles/kept.ts';
import type { KeptSize } from '../../offline/keptSize.ts';
import { forgetPage, forgetRuntime, keptSize } from '../../offline/keptSize.ts';
import { useActions, usePageState, useTexts } from '../../PageContext.tsx';
import { Sheet } from '../../parts/Sheet.tsx';
import { draftBytes, forgetDraft } from '../../state/draft.ts';
import { isBusy } from '../../state/runStatus.ts';
import { bytesText } from '../../texts/numbers.ts';
import { KeptModels } from '../model/KeptModels.tsx';
import type { KeptThing } from './KeptTable.tsx';
import { KeptTable } from './KeptTable.tsx';
import { useKeptTexts } from './keptTexts.ts';
import '../../styles/model.css';
import '../../styles/storage.css';

const LOOK_AGAIN_MS = 2000;
const folder = (): string => new URL('./', location.href).href;

interface Seen {
  readonly here: StoredHere;
  readonly page: KeptSize | null;
  /** Files of this machine that it can open again. */
  readonly handles: Awaited<ReturnType<typeof keptHandles>>;
}

async function look(): Promise<Seen> {
  const [here, page, handles] = await Promise.all([
    storage().then(({ storedHere }) => storedHere()),
    keptSize(folder()).catch(() => null),
    keptHandles(),
  ]);
  return { here, page, handles };
}

/** What is kept as long as the page is open. */
function useSeen(): readonly [Seen | null, () => Promise<void>] {
  const [seen, setSeen] = useState<Seen | null>(null);
  const again = useCallback(async () => setSeen(await look()), []);
  useEffect(() => {
    void again();
    const timer = setInterval(() => void again(), LOOK_AGAIN_MS);
    return () => clearInterval(timer);
  }, [again]);
  return [seen, again];
}

function Room({ here, again }: { readonly here: StoredHere; readonly again: () => Promise<void> }) {
  const t = useKeptTexts();
  const [refused, setRefused] = useState(false);
  const { usedBytes, quotaBytes, promised } = here;
  const used = usedBytes === null ? null : bytesText(usedBytes);
  const ask = async (): Promise<void> => {
    setRefused(!(await navigator.storage.persist().catch(() => false)));
    await again();
  };
  return (
    <>
      <p className="strong">
        {used === null
          ? t('unknown')
          : quotaBytes === null
            ? t('usedAlone', { used })
            : t('used', { used, quota: bytesText(quotaBytes) })}
      </p>
      {usedBytes !== null && quotaBytes !== null && quotaBytes > 0 && (
        <meter className="room-meter" aria-label={t('title')} min={0} max={quotaBytes} value={usedBytes} />
      )}
      {promised !== null && (
        <div className="storage-promise">
          <span className="dim">{t(promised ? 'promised' : refused ? 'refused' : 'notPromised')}</span>
          {!promised && (
            <Button className="button" onPress={() => void ask()}>
              {t('ask')}
            </Button>
          )}
        </div>
      )}
    </>
  );
}

function StorageBody() {
  const t = useKeptTexts();
  const { say } = useTexts();
  const actions = useActions();
  const [seen, again] = useSeen();
  const [failure, setFailure] = useState<string | null>(null);
  const busy = usePageState((state) => isBusy(state.run));
  const script = usePageState((state) => state.script.text);
  const models = usePageState((state) => state.hub.kept?.models.length ?? 0);
  const trouble = usePageState((state) => state.hub.failure);
  useEffect(() => actions.listKept(), [actions]);
  if (seen === null) return <p role="status">{t('looking')}</p>;
  const { here, page, handles } = seen;
  const things: KeptThing[] = [];
  if (here.run)
    things.push({
      name: t('run'),
      about: t(busy ? 'runBusy' : 'runAbout'),
      ...here.run,
      remove: busy ? null : async () => actions.discardSaved(),
    });
  if (page && page.bytes > 0)
    things.push({
      name: t('page'),
      about: t(!page.answers ? 'pageWaits' : page.python ? 'pagePythonAbout' : 'pageAbout'),
      bytes: page.bytes,
      at: null,
      remove: () => forgetPage(folder()),
    });
  if (page && page.runtimeBytes > 0)
    things.push({
      name: t('runtime'),
      about: t('runtimeAbout'),
      bytes: page.runtimeBytes,
      at: null,
      remove: () => forgetRuntime(folder()),
    });
  if (here.rows)
    things.push({
      name: t('rows'),
      about: t('rowsAbout'),
      ...here.rows,
      remove: async () => (await rowsStore()).forgetRows(),
    });
  if (here.ownModels)
    things.push({
      name: t('ownModels'),
      about: t('ownModelsAbout'),
      ...here.ownModels,
      remove: async () => (await ownModels()).forget(),
    });
  if (handles)
    things.push({
      name: t('handles'),
      about: t('handlesAbout', { count: handles.count }),
      bytes: 0,
      at: handles.at,
      remove: async () => void (await forgetHandles()),
    });
  if (here.tuning)
    things.push({
      name: t('tuning'),
      about: t('tuningAbout'),
      ...here.tuning,
      remove: async () => (await storage()).forgetTuning(),
    });
  if (script !== '')
    things.push({
      name: t('script'),
      about: t('scriptAbout'),
      bytes: new Blob([script]).size,
      at: null,
      remove: async () => actions.forgetScript(),
    });
  const draft = draftBytes();
  if (draft > 0)
    things.push({
      name: t('draft'),
      about: t('draftAbout'),
      bytes: draft,
      at: null,
      remove: async () => forgetDraft(),
    });
  const remove = async (thing: KeptThing): Promise<void> => {
    setFailure(null);
    try {
      await thing.remove?.();
    } catch (error) {
      setFailure(error instanceof Error ? error.message : String(error));
    }
    await again();
  };
  return (
    <>
      <p className="dim">{t('intro')}</p>
      <Room here={here} again={again} />
      <KeptModels />
      {things.length > 0 && <KeptTable things={things} onRemove={remove} />}
      {things.length + models === 0 && <p>{t('nothing')}</p>}
      {trouble !== null && (
        <p className="is-cut" role="alert">
          {say(trouble.message)} {say(trouble.remedy)}
        </p>
      )}
      {failure !== null && (
        <p className="is-cut" role="alert">
          {t('failed', { cause: failure })}
        </p>
      )}
    </>
  );
}

export function StorageDialog() {
  const t = useKeptTexts();
  const { t: page } = useTexts();
  const actions = useActions();
  const close = (): void => actions.openDialog(null);
  return (
    <Sheet title={t('title')} wide open onClose={close}>
      <StorageBody />
      <div className="dialog-actions">
        <Button className="button" onPress={close}>
          {page('unit.close')}
        </Button>
      </div>
    </Sheet>
  );
}
