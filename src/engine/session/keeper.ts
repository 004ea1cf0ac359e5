// Decides when a run is saved: often enough that little is lost, seldom enough that it costs little. Reading back happens
// between steps; writing goes on beside them. A store that fails is reported once and then left alone.
import type { Trainer } from '../training/trainer.ts';
import type { Snapshot, SnapshotStore } from './snapshot.ts';
import { encodeSnapshot } from './snapshot.ts';

const LEAST_MS = 2000;
/** Time between saves is at least this many times what a save took: below 3 % of the run. */
const REST = 40;

export interface KeeperOptions {
  readonly store: SnapshotStore;
  readonly now: () => number;
  readonly onFailure: (error: unknown) => void;
}

export class Keeper {
  readonly #options: KeeperOptions;
  #nextAt: number;
  #writing: Promise<void> = Promise.resolve();
  #broken = false;

  constructor(options: KeeperOptions) {
    this.#options = options;
    this.#nextAt = options.now() + LEAST_MS;
  }

  /** Called after each step; saves when it is time, or at once when told. */
  async after(trainer: Trainer, rest: Omit<Snapshot, 'state'>, atOnce = false): Promise<void> {
    const { now, store, onFailure } = this.#options;
    if (this.#broken || (!atOnce && now() < this.#nextAt)) return;
    const started = now();
    const bytes = encodeSnapshot({ ...rest, state: await trainer.state() });
    const took = now() - started;
    this.#nextAt = now() + Math.max(LEAST_MS, REST * took);
    this.#writing = this.#writing
      .then(() => store.save(bytes))
      .catch((error: unknown) => {
        if (!this.#broken) onFailure(error);
        this.#broken = true;
      });
    if (atOnce) await this.#writing;
  }

  /** Forgets what was saved, after what is being written. */
  async clear(): Promise<void> {
    await this.#writing;
    await this.#options.store.clear().catch(() => {});
  }
}
