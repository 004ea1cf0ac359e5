// Two files in turn (twoFiles.ts) behind the place that one tab has at a time (place.ts): the run of another waits for it and says so.
import type { Locks } from './place.ts';
import { placeOf } from './place.ts';
import type { SnapshotStore } from './snapshot.ts';
import { isWhole } from './snapshot.ts';
import type { Folder } from './twoFiles.ts';
import { twoFiles } from './twoFiles.ts';

export function placedStore(folder: Folder, locks: Locks): SnapshotStore {
  const files = twoFiles(folder, isWhole);
  let onFree = (): void => {};
  const place = placeOf(locks, () => {
    files.forget();
    onFree();
  });
  return {
    claim: (patienceMs) => place.take(patienceMs),
    save: async (bytes) => {
      await place.take();
      await files.save(bytes);
    },
    load: async () => ((await place.isAnothers()) ? [] : files.load()),
    clear: async () => {
      if (await place.isAnothers()) return;
      await files.clear();
      place.leave();
    },
    leave: () => {
      files.forget();
      place.leave();
    },
    whenFree: (listener) => {
      onFree = listener;
    },
  };
}
