// Who has models fetched: commands of the hub in, events out. Several at a time; each can be given up. Knows nothing of what a model is.
import { Cancelled } from '../ground/errors.ts';
import type { Net } from '../ground/fetching/net.ts';
import { quote } from '../ground/quote.ts';
import type { CacheFolder, CacheLocks } from '../hub/cache/folder.ts';
import { fetchRows, lookAtDataset } from '../hub/datasets/dataset.ts';
import { fetchConfig } from '../hub/fetchConfig.ts';
import { fetchHeader } from '../hub/fetchHeader.ts';
import type { HubProgress } from '../hub/hub.ts';
import { Hub } from '../hub/hub.ts';
import { noBlob, wishUnread } from '../hub/hubErrors.ts';
import type { HubSettings } from '../hub/hubNet.ts';
import type { HubCommand, HubEvent } from '../hub/messages.ts';
import { hubCommands } from '../hub/messages.ts';
import type { PushProgress } from '../hub/push/pushFiles.ts';
import { pushFiles } from '../hub/push/pushFiles.ts';
import { searchHub } from '../hub/search.ts';
import { readHubAddress, readWish } from '../hub/wish.ts';
import type { Command, Event } from '../protocol.ts';
import { estimateFromConfig, estimateOfModel } from '../training/estimateFromConfig.ts';
import { errorData } from './errorData.ts';

export const isHubCommand = (command: Command): command is HubCommand =>
  Object.hasOwn(hubCommands, command.type);

interface DeskPorts {
  readonly net: Net;
  readonly cache: { readonly folder: CacheFolder; readonly locks: CacheLocks; readonly lasts: boolean };
  readonly emit: (event: Event) => void;
  /** Milliseconds. */
  readonly now: () => number;
}

/** Progress is told no more often than a person can read it. */
const TELL_EVERY_MS = 100;

export class HubDesk {
  readonly #ports: DeskPorts;
  readonly #hub: Hub;
  readonly #asked = new Map<number, AbortController>();
  #searching: number | null = null;

  constructor(ports: DeskPorts) {
    this.#ports = ports;
    this.#hub = new Hub(ports.cache, ports.net);
  }

  /** Never rejects: what goes wrong is an event. */
  async handle(command: HubCommand): Promise<void> {
    const { id } = command;
    if (command.type === 'hub-cancel') return this.#asked.get(id)?.abort();
    const giving = new AbortController();
    this.#asked.set(id, giving);
    try {
      const event = await this.#answer(command, giving.signal);
      if (!giving.signal.aborted) this.#ports.emit(event);
    } catch (error) {
      if (!(error instanceof Cancelled) && !giving.signal.aborted)
        this.#ports.emit({ type: 'hub-failed', id, error: errorData(error) });
    } finally {
      if (this.#asked.get(id) === giving) this.#asked.delete(id);
    }
  }

  async #answer(command: Exclude<HubCommand, { type: 'hub-cancel' }>, signal: AbortSignal): Promise<Event> {
    const { id } = command;
    switch (command.type) {
      case 'hub-look': {
        const hub = settingsOf(command.hub);
        const wish = readWish(command.wish, hub.address);
        return { type: 'hub-seen', id, view: await this.#hub.look(wish, hub, { signal }) };
      }
      case 'hub-weigh': {
        return { type: 'hub-weighed', id, estimate: await this.#weigh(command, signal) };
      }
      case 'hub-open': {
        const hub = settingsOf(command.hub);
        const onProgress = this.#teller(id, signal);
        const model = await this.#hub.open(readWish(command.wish, hub.address), hub, { signal, onProgress });
        const files = model.files.map(({ name, file }) => {
          if (file.blob === null) throw noBlob({ name });
          return { name, file: file.blob };
        });
        return { type: 'hub-opened', id, name: model.name, source: model.source, files };
      }
      case 'hub-look-rows': {
        const hub = settingsOf(command.hub);
        // The address of its page says it too.
        const named = command.wish
          .trim()
          .replace(/^(?:https?:\/\/[^/]+\/)?datasets\/([^/]+\/[^/?#]+).*$/, '$1');
        const wish = readWish(named, hub.address);
        if (wish.kind === 'file') throw wishUnread({ got: quote(command.wish) });
        return {
          type: 'hub-rows-seen',
          id,
          view: await lookAtDataset(this.#ports.net, hub, wish, { signal }),
        };
      }
      case 'hub-fetch-rows': {
        const onProgress = this.#teller(id, signal);
        const options = { signal, onProgress };
        const rows = await fetchRows(this.#ports.net, settingsOf(command.hub), command.wanted, options);
        return { type: 'hub-rows', id, ...rows };
      }
      case 'hub-push': {
        const onProgress = (progress: PushProgress): void => {
          if (!signal.aborted) this.#ports.emit({ type: 'hub-push-progress', id, ...progress });
        };
        const options = { signal, onProgress };
        const pushed = await pushFiles(this.#ports.net, settingsOf(command.hub), command.wish, options);
        return { type: 'hub-pushed', id, ...pushed };
      }
      case 'hub-search': {
        if (this.#searching !== null) this.#asked.get(this.#searching)?.abort();
        this.#searching = id;
        const hub = settingsOf(command.hub);
        const models = await searchHub(this.#ports.net, hub, command.words, { signal });
        return { type: 'hub-found', id, models };
      }
      case 'hub-forget':
        await this.#hub.forget(command.name);
        return this.#kept(id);
      case 'hub-list':
        return this.#kept(id);
    }
  }

  async #weigh(command: Extract<HubCommand, { type: 'hub-weigh' }>, signal: AbortSignal) {
    const { repository: id, revision, gguf: file, values, onOrt } = command;
    const hub = settingsOf(command.hub);
    const config = await fetchConfig(this.#ports.net, hub, { id, revision }, { signal });
    if (config !== null) return estimateFromConfig(config, values, onOrt);
    if (file === null) return null;
    const header = await fetchHeader(this.#ports.net, hub, { id, revision, file }, { signal });
    return header === null ? null : estimateOfModel(header, values, onOrt);
  }

  async #kept(id: number): Promise<HubEvent> {
    const { folder, lasts } = this.#ports.cache;
    return { type: 'hub-kept', id, models: await this.#hub.list(), roomBytes: await folder.room(), lasts };
  }

  /** The newest word is told in the end, also where nothing more comes after it. */
  #teller(id: number, signal: AbortSignal): (progress: HubProgress) => void {
    const { now, emit } = this.#ports;
    const started = now();
    let told = Number.NEGATIVE_INFINITY;
    let newest: HubProgress | null = null;
    const tell = (): void => {
      if (newest === null || signal.aborted) return;
      const { file, done, total, fetched, waitMs, elsewhere } = newest;
      newest = null;
      told = now();
      const bytesPerSecond = (fetched / Math.max(1, told - started)) * 1000;
      const etaMs = ((total - done) / Math.max(1, bytesPerSecond)) * 1000;
      const known = fetched > 0 && waitMs === 0 && !elsewhere ? { rate: { bytesPerSecond, etaMs } } : {};
      emit({ type: 'hub-progress', id, file, done, total, waitMs, elsewhere, ...known });
    };
    return (progress) => {
      const isLate = newest !== null;
      newest = progress;
      if (now() - told >= TELL_EVERY_MS || progress.waitMs > 0 || progress.elsewhere) tell();
      else if (!isLate) setTimeout(tell, TELL_EVERY_MS);
    };
  }
}

const settingsOf = ({ address, token }: HubSettings): HubSettings => ({
  address: readHubAddress(address),
  token,
});
