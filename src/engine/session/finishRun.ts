// The end of a run: its closing answers, and the run itself, kept by the store, in memory and by the page.
import type { Watch } from '../training/generate/watch.ts';
import type { TrainingRun } from './run.ts';
import type { SavedRuns } from './savedRuns.ts';
import type { SessionOptions } from './sessionOptions.ts';
import type { Wish } from './wish.ts';

interface Told extends Pick<SessionOptions, 'emit'> {
  readonly watch: Watch | null;
  readonly wish: Wish;
  readonly saved: SavedRuns;
}

/** `ended`: told once the answers stand, before anything is kept. A wish to leave that comes while it answers leaves it unfinished. */
export async function finishRun(
  run: TrainingRun,
  { watch, wish, saved, emit }: Told,
  ended: () => void,
): Promise<void> {
  // What was wished while the last step was taken has nothing left to hold up.
  if (!wish.leaves()) wish.go();
  await run.answers.own('before', watch);
  await run.answers.own('after', watch);
  if (wish.leaves()) return;
  const { bytes } = await run.saved();
  ended();
  await run.keeper.end(bytes);
  await saved.keep(bytes);
  emit({ type: 'kept', run: new Blob([bytes]) });
  emit({ type: 'finished', steps: run.step, fingerprint: run.fingerprint });
}
