// Models that are elsewhere: what a repository offers, fetching it, what is kept here. What was fetched is opened as files that a person
// picked are. The hub's address is remembered; a read token is in memory alone.
import type { DataFormat, DataSource, ModelSource } from '../../engine/index.ts';
import { isOnOrt, namedSource, withPatch } from '../../engine/index.ts';
import type { HubSettings, HubView, WantedRows } from '../../engine/protocol.ts';
import type { HubRows, HubState } from './hubState.ts';
import type { HubEvent } from './librarian.ts';
import { makeLibrarian } from './librarian.ts';
import { forFiles } from './modelActions.ts';
import type { PushDoors } from './pushActions.ts';
import { pushActions } from './pushActions.ts';
import type { PickedFiles, Ports } from './state.ts';
import type { Store } from './store.ts';

export interface HubDoors {
  readonly openPicked: (picked: PickedFiles) => void;
  readonly openRows: (file: File, format: DataFormat | null, source: DataSource) => void;
  readonly askFiles: PushDoors['askFiles'];
}

export function hubActions(store: Store, ports: Ports, { openPicked, openRows, askFiles }: HubDoors) {
  let lastId = 0;
  /** Ids of the newest question of each kind; answers to older ones are dropped. */
  const newest = { open: 0, look: 0, weigh: 0, search: 0, list: 0, lookRows: 0, rows: 0 };
  /** Asked for because a recipe names it: opened only when it is kept whole. */
  let awaited: ModelSource | null = null;
  const change = (patch: Partial<HubState>): void =>
    store.setState(({ hub }) => ({ hub: { ...hub, ...patch } }));
  const changeRows = (patch: Partial<HubRows>): void =>
    change({ rows: { ...store.getState().hub.rows, ...patch } });
  const hub = (): HubSettings => store.getState().hub.settings;

  const librarian = makeLibrarian(ports, heard, (failure) => {
    change({ opening: null, looking: false, searching: false, failure });
    changeRows({ looking: false, fetching: false });
    push.onPusherGone(failure);
  });
  const push = pushActions(store, { librarian, askFiles, nextId: () => ++lastId });

  function heard(event: HubEvent): void {
    push.onPushEvent(event);
    switch (event.type) {
      case 'hub-progress': {
        const { type: _, id, ...opening } = event;
        if (id === newest.open || id === newest.rows) change({ opening });
        return;
      }
      case 'hub-opened': {
        if (event.id !== newest.open) return;
        newest.open = 0;
        change({ opening: null, wish: '', view: null, weighed: null, refusal: null });
        ports.keepStorage();
        const { name, source } = event;
        const files = event.files.map(({ name: own, file }) => new File([file], own));
        openPicked({ name, files, ...(source === null ? {} : { source }) });
        return;
      }
      case 'hub-seen':
        if (event.id !== newest.look) return;
        change({ view: event.view, looking: false });
        weigh(event.view);
        return;
      case 'hub-rows-seen':
        if (event.id === newest.lookRows) changeRows({ view: event.view, looking: false });
        return;
      case 'hub-rows': {
        if (event.id !== newest.rows) return;
        newest.rows = 0;
        change({ opening: null });
        changeRows({ fetching: false, view: null, wish: '' });
        openRows(new File([event.file], event.name), 'json', event.source);
        return;
      }
      case 'hub-weighed':
        if (event.id === newest.weigh) change({ weighed: { estimate: event.estimate } });
        return;
      case 'hub-found':
        if (event.id === newest.search) change({ found: event.models, searching: false });
        return;
      case 'hub-kept': {
        const { models, roomBytes, lasts } = event;
        if (event.id === newest.list) change({ kept: { models, roomBytes, lasts } });
        const wanted = awaited;
        awaited = null;
        if (wanted !== null && models.some((one) => one.whole && isThat(one, wanted)))
          open(namedSource(wanted));
        return;
      }
      case 'hub-failed':
        if (event.id === newest.open) {
          newest.open = 0;
          change({ opening: null, failure: event.error });
        } else if (event.id === newest.look) change({ looking: false, view: null, failure: event.error });
        else if (event.id === newest.lookRows) changeRows({ looking: false, failure: event.error });
        else if (event.id === newest.rows) {
          newest.rows = 0;
          change({ opening: null });
          changeRows({ fetching: false, failure: event.error });
        } else if (event.id === newest.weigh) change({ refusal: event.error });
        else if (event.id === newest.search) change({ searching: false, failure: event.error });
        else if (event.id === newest.list) change({ failure: event.error });
    }
  }

  /** Whether it fits is told before it is fetched. A file's own address says nothing of itself. */
  function weigh({ id: repository, revision, choices }: HubView): void {
    if (revision === '') {
      change({ weighed: { estimate: null } });
      return;
    }
    newest.weigh = ++lastId;
    const values = withPatch(store.getState().recipe.values, forFiles);
    const gguf = choices.find(({ file }) => file !== null && /\.gguf$/i.test(file))?.file ?? null;
    const onOrt = isOnOrt(store.getState().device?.backend ?? 'cpu');
    const id = newest.weigh;
    librarian.ask({ type: 'hub-weigh', id, repository, revision, gguf, values, onOrt, hub: hub() });
  }

  /** Fetches a model and opens it. */
  function open(wish: string): void {
    cancel();
    newest.open = ++lastId;
    change({ failure: null, opening: { file: '', done: 0, total: 0, waitMs: 0, elsewhere: false } });
    librarian.ask({ type: 'hub-open', id: newest.open, wish, hub: hub() });
  }

  /** What came stays, and is gone on with. */
  function cancel(): void {
    if (store.getState().hub.opening === null) return;
    librarian.ask({ type: 'hub-cancel', id: newest.rows || newest.open });
    newest.open = 0;
    newest.rows = 0;
    change({ opening: null });
    changeRows({ fetching: false });
  }

  function list(): void {
    newest.list = ++lastId;
    librarian.ask({ type: 'hub-list', id: newest.list });
  }

  return {
    ...push,
    openFromHub: open,
    cancelHub: cancel,
    /** What a repository offers, before any of it is fetched. */
    lookAtHub: (wish: string): void => {
      newest.look = ++lastId;
      newest.weigh = 0;
      change({ failure: null, wish, view: null, looking: true, weighed: null, refusal: null });
      librarian.ask({ type: 'hub-look', id: newest.look, wish, hub: hub() });
    },
    /** Back from a repository to what was found. */
    leaveHubView: (): void => {
      newest.look = 0;
      newest.weigh = 0;
      change({ failure: null, view: null, looking: false, weighed: null, refusal: null });
    },
    searchHub: (words: string): void => {
      newest.search = ++lastId;
      change({ failure: null, searching: true });
      librarian.ask({ type: 'hub-search', id: newest.search, words, hub: hub() });
    },
    /** What a data set offers, before any row of it is fetched. */
    lookAtRowsOfHub: (wish: string): void => {
      newest.lookRows = ++lastId;
      changeRows({ wish, view: null, looking: true, failure: null });
      librarian.ask({ type: 'hub-look-rows', id: newest.lookRows, wish, hub: hub() });
    },
    /** Fetches rows and takes them into the recipe. */
    fetchRowsOfHub: (wanted: WantedRows): void => {
      cancel();
      newest.rows = ++lastId;
      change({ opening: { file: '', done: 0, total: 0, waitMs: 0, elsewhere: false } });
      changeRows({ fetching: true, failure: null });
      librarian.ask({ type: 'hub-fetch-rows', id: newest.rows, wanted, hub: hub() });
    },
    listKept: list,
    forgetKept: (name: string): void => {
      newest.list = ++lastId;
      change({ failure: null });
      librarian.ask({ type: 'hub-forget', id: newest.list, name });
    },
    setHub: (settings: Partial<HubSettings>): void =>
      change({ settings: { ...hub(), ...settings }, failure: null }),
    /** A recipe names its source: where that is kept whole it is opened, without asking anybody. */
    openKept: (source: ModelSource): void => {
      awaited = source;
      list();
    },
    terminateHub: librarian.terminate,
  };
}

const isThat = (
  one: { readonly id: string; readonly revision: string; readonly file: string | null },
  { hub, revision, file }: ModelSource,
): boolean => one.id === hub && one.revision === revision && one.file === file;
