// Snapshots in a folder, two files in turn: a write that is cut off leaves the older one whole.
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import type { SnapshotStore } from '../../src/engine/session/snapshot.ts';

const files = ['run-a.bin', 'run-b.bin'] as const;

async function time(path: string): Promise<number> {
  try {
    return (await stat(path)).mtimeMs;
  } catch {
    // Not written yet.
    return 0;
  }
}

export function folderStore(folder: string): SnapshotStore {
  const paths = files.map((name) => `${folder}/${name}`);
  const newestFirst = async (): Promise<string[]> => {
    const timed = await Promise.all(paths.map(async (path) => ({ path, at: await time(path) })));
    return timed.sort((a, b) => b.at - a.at).map(({ path }) => path);
  };
  return {
    save: async (bytes) => {
      await mkdir(folder, { recursive: true });
      const path = (await newestFirst()).at(-1) ?? `${folder}/${files[0]}`;
      await writeFile(`${path}.new`, bytes);
      await rename(`${path}.new`, path);
    },
    load: async () => {
      const found: Uint8Array<ArrayBuffer>[] = [];
      for (const path of await newestFirst())
        if ((await time(path)) > 0) found.push(Uint8Array.from(await readFile(path)));
      return found;
    },
    clear: async () => {
      for (const path of paths) await rm(path, { force: true });
    },
  };
}
