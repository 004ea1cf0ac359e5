// Decides when a run is saved: often enough that little is lost, seldom enough that it costs little. Reading back happens
// between steps; writing goes on beside them. A save that fails is told once, tried again with every later one, and its end is told.
import { causeOf, UserError } from '../ground/errors.ts';
import { same, text } from '../ground/text.ts';
import type { Trainer } from '../training/trainer.ts';
import { notSaved } from './sessionErrors.ts';
import type { Snapshot, SnapshotStore } from './snapshot.ts';
import { encodeSnapshot } from './snapshot.ts';

const LEAST_MS = 2000;
/** Time between saves is at least this many times what a save took: below 3 % of the run. */
const REST = 40;
/** A pause and the end of a run wait for a save, but not for a disk that does not answer. */
const SILENT_MS = 10_000;

export interface KeeperOptions {
  readonly store: SnapshotStore;
  readonly now: () => number;
  /** Why the run stands unsaved now; null: it is saved again. Told when it changes. */
  readonly onUnsaved: (error: UserError | null) => void;
  /** A snapshot that the store did not take, for who outlives this worker; null: the store has a newer one. */
  readonly onKept: (bytes: Uint8Array<ArrayBuffer> | null) => void;
}

const silent = text('the browser’s storage does not answer', '浏览器的存储没有响应');

const asUserError = (error: unknown): UserError =>
  error instanceof UserError ? error : notSaved({ cause: same(causeOf(error)) });

export class Keeper {
  readonly #options: KeeperOptions;
  #nextAt: number;
  #writing: Promise<void> = Promise.resolve();
  /** The newest snapshot while it is not in the store. */
  #unsaved: Uint8Array<ArrayBuffer> | null = null;
  /** A write that waits for the one before it. */
  #queued: Promise<void> | null = null;
  /** Whether the page may hold a snapshot: of this worker, or of one before it. */
  #handed = true;
  /** Code of what was told last. */
  #told: string | null = null;

  constructor(options: KeeperOptions) {
    this.#options = options;
    // The first step is saved at once: what can't be saved is then told before much is at stake.
    this.#nextAt = options.now();
    options.store.whenFree?.(() => {
      if (this.#unsaved) void this.#save(this.#unsaved);
    });
  }

  /** Called after each step; saves when it is time, or at once when told. */
  async after(trainer: Trainer, rest: Omit<Snapshot, 'state'>, atOnce = false): Promise<void> {
    const { now } = this.#options;
    if (!atOnce && now() < this.#nextAt) return;
    const started = now();
    const bytes = encodeSnapshot({ ...rest, state: await trainer.state() });
    const took = now() - started;
    this.#nextAt = now() + Math.max(LEAST_MS, REST * took);
    const saving = this.#patiently(this.#save(bytes));
    if (atOnce) await saving;
  }

  /** The end of a run: saved, and the place left to others; what stands there stays until one of them needs it. */
  async end(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    await this.#patiently(this.#save(bytes));
    this.#unsaved = null;
    this.#options.store.leave?.();
  }

  /** Forgets what was saved, after what is being written. */
  async clear(): Promise<void> {
    await this.#patiently(this.#writing);
    this.#unsaved = null;
    this.#hand(null);
    this.#tell(null);
    await this.#patiently(this.#options.store.clear().catch(() => {}));
  }

  /** One after the other; of those that wait for a slow disk only the newest is held, and written. */
  #save(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    this.#unsaved = bytes;
    this.#queued ??= this.#writing.then(() => {
      this.#queued = null;
      return this.#write();
    });
    this.#writing = this.#queued;
    return this.#writing;
  }

  async #write(): Promise<void> {
    const bytes = this.#unsaved;
    if (bytes === null) return;
    try {
      await this.#options.store.save(bytes);
      if (this.#unsaved === bytes) this.#unsaved = null;
      this.#hand(null);
      this.#tell(null);
    } catch (error) {
      this.#hand(bytes);
      this.#tell(asUserError(error));
    }
  }

  #hand(bytes: Uint8Array<ArrayBuffer> | null): void {
    if (bytes === null && !this.#handed) return;
    this.#handed = bytes !== null;
    this.#options.onKept(bytes);
  }

  #tell(error: UserError | null): void {
    const code = error?.code ?? null;
    if (code === this.#told) return;
    this.#told = code;
    this.#options.onUnsaved(error);
  }

  async #patiently(work: Promise<void>): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const silence = new Promise<'silent'>((resolve) => {
      timer = setTimeout(() => resolve('silent'), SILENT_MS);
    });
    const ended = await Promise.race([work, silence]);
    clearTimeout(timer);
    if (ended === 'silent') this.#tell(notSaved({ cause: silent }));
  }
}
