// The saved runs of a session: the one that the store has, one that came as a file, and which of them the next run goes on from.
import type { Event } from '../protocol.ts';
import type { Recipe } from '../recipe/recipe.ts';
import { sameRun } from '../recipe/sameRun.ts';
import { errorData } from './errorData.ts';
import type { TrainingRun } from './run.ts';
import type { RunShelf } from './runShelf.ts';
import { goesOnElsewhere, nothingSaved, savedElsewhere } from './sessionErrors.ts';
import type { Snapshot, SnapshotStore } from './snapshot.ts';
import { encodeSnapshot, heldStore } from './snapshot.ts';
import type { Found } from './snapshotDecode.ts';
import { decodeSnapshot, factsOf, lookFor } from './snapshotDecode.ts';

/** A worker that was ended gives its place up within moments; another tab's run keeps it. */
const CLAIM_MS = 3000;

export class SavedRuns {
  readonly store: SnapshotStore;
  readonly #emit: (event: Event) => void;
  /** From a file, in place of what the store has. */
  #opened: Snapshot | null = null;
  #next: Snapshot | null = null;
  readonly #shelf: RunShelf | null;

  /** `shelf`: where runs are kept that end or are replaced. */
  constructor(store: SnapshotStore, shelf: RunShelf | null, emit: (event: Event) => void) {
    this.store = heldStore(store);
    this.#shelf = shelf;
    this.#emit = emit;
  }

  /** Keeps a run for good: one that ended, or gives its place up. What could not be kept is handed out. */
  async keep(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    const { note, step } = factsOf(bytes);
    if (!this.#shelf || note === undefined || step === 0) return;
    try {
      await this.#shelf.put(note.id, step, bytes);
      this.#emit({ type: 'run-shelved', error: null, run: null });
    } catch (error) {
      this.#emit({ type: 'run-shelved', error: errorData(error), run: new Blob([bytes]) });
    }
  }

  /** Keeps the run that has the place, as it was saved last; gives it back. */
  async #keepNewest(): Promise<Snapshot | null> {
    const { snapshot } = await this.#look();
    if (snapshot) await this.keep(encodeSnapshot(snapshot));
    return snapshot;
  }

  /** A run is left: it is kept, and nothing goes on from it by itself. */
  async leave(run: Pick<TrainingRun, 'keeper'>): Promise<void> {
    await this.#keepNewest();
    await run.keeper.clear();
  }

  /** Tells of a run that was saved and did not end, or why the one that is there can't be used. */
  async tell(): Promise<void> {
    const { snapshot, refusal } = await this.#look();
    if (snapshot) this.#offer(snapshot);
    else if (refusal) this.#emit({ type: 'saved-refused', from: 'store', error: errorData(refusal) });
  }

  /** Takes a saved run from a file. */
  async open(file: Blob): Promise<void> {
    try {
      this.#opened = decodeSnapshot(new Uint8Array(await file.arrayBuffer()));
      this.#offer(this.#opened);
    } catch (error) {
      this.#emit({ type: 'saved-refused', from: 'file', error: errorData(error) });
    }
  }

  #offer({ recipe, state, totalSteps, device }: Snapshot): void {
    this.#emit({ type: 'saved', run: { recipe, step: state.step, totalSteps, device } });
  }

  /**
   * What goes on: the run of this recipe, begun anew where none of it was saved; null: the opened file's, or the newest. Throws UserError
   * 'run-elsewhere', 'no-saved-run', 'saved-unreadable'.
   */
  async resume(recipe: Recipe | null): Promise<Recipe> {
    await this.#claim(recipe);
    const opened =
      this.#opened && (recipe === null || sameRun(this.#opened.recipe, recipe)) ? this.#opened : null;
    const found = opened ? { snapshot: opened, refusal: null } : await this.#look();
    if (recipe === null && found.refusal) throw found.refusal;
    this.#opened = null;
    this.#next = found.snapshot;
    const wanted = recipe ?? found.snapshot?.recipe;
    if (!wanted) throw nothingSaved({});
    return wanted;
  }

  /** Of two tabs only one goes on. Where there are no locks to tell by, this one does. */
  async #claim(recipe: Recipe | null): Promise<void> {
    try {
      await this.store.claim?.(CLAIM_MS);
    } catch (error) {
      if (savedElsewhere.is(error) && recipe === null && this.#opened === null) throw goesOnElsewhere({});
    }
  }

  /** The next run of the same recipe goes on from the newest that was saved. */
  async recall(): Promise<void> {
    this.#next = (await this.#look()).snapshot;
  }

  /** What a run of this recipe goes on from; given once. */
  take(recipe: Recipe): Snapshot | null {
    const next = this.#next;
    this.#next = null;
    return next && sameRun(next.recipe, recipe) ? next : null;
  }

  /** A run begins anew: the one before it is kept, and until it has saved, an earlier one of the same recipe is not to be taken for it. */
  async supersede(recipe: Recipe): Promise<void> {
    const snapshot = await this.#keepNewest();
    if (snapshot && sameRun(snapshot.recipe, recipe)) await this.#clear();
  }

  /** The recipe of what would go on. */
  get waiting(): Recipe | null {
    return this.#next?.recipe ?? null;
  }

  forget(): void {
    this.#next = null;
  }

  /** The end of a run, when another begins. */
  async drop(): Promise<void> {
    this.#next = null;
    await this.#keepNewest();
    return this.#clear();
  }

  /** Lets go of what was offered. */
  async discard(): Promise<void> {
    if (this.#opened) this.#opened = null;
    else await this.#clear();
  }

  /** A store that can't be read has nothing to go on from; why, the first save tells. */
  #look(): Promise<Found> {
    return lookFor(this.store).catch(() => ({ snapshot: null, refusal: null }));
  }

  #clear(): Promise<void> {
    return this.store.clear().catch(() => {});
  }
}
