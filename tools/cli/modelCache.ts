// The cache of models on the command line: a folder (LORA_PLAYGROUND_MODELS, else among the user's caches), and a lock file beside each
// of its files that is being written. The same code as the page's keeps models in it (src/engine/hub/cache).
import type { FileHandle } from 'node:fs/promises';
import { mkdir, open, readdir, readFile, rm, stat, statfs } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { leaveIf } from '../../src/engine/ground/fetching/watch.ts';
import type { CacheFolder, CacheLocks, CacheWriter } from '../../src/engine/hub/cache/folder.ts';
import { sourceAt } from './fileSource.ts';

export const modelsFolder = (env: NodeJS.ProcessEnv = process.env): string =>
  env.LORA_PLAYGROUND_MODELS ??
  join(env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'lora-playground', 'models');

const isCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code;

async function writerOf(file: FileHandle): Promise<CacheWriter> {
  let { size } = await file.stat();
  return {
    get size() {
      return size;
    },
    append: async (bytes) => {
      for (let from = 0; from < bytes.byteLength; ) {
        const { bytesWritten } = await file.write(bytes, from, bytes.byteLength - from, size);
        from += bytesWritten;
        size += bytesWritten;
      }
    },
    clear: async () => {
      await file.truncate(0);
      size = 0;
    },
    close: () => file.close(),
  };
}

export function nodeFolder(folder: string): CacheFolder {
  const at = (name: string): string => join(folder, name);
  return {
    names: async () => {
      try {
        return await readdir(folder);
      } catch (error) {
        if (isCode(error, 'ENOENT')) return [];
        throw error;
      }
    },
    read: async (name) => {
      try {
        const { size } = await stat(at(name));
        return { size, source: (shown) => sourceAt(at(name), shown, size), blob: null };
      } catch (error) {
        if (isCode(error, 'ENOENT')) return null;
        throw error;
      }
    },
    write: async (name) => {
      await mkdir(folder, { recursive: true });
      // Made where it is not, and not emptied where it is.
      await (await open(at(name), 'a')).close();
      return writerOf(await open(at(name), 'r+'));
    },
    remove: (name) => rm(at(name), { force: true }),
    room: async () => {
      try {
        const { bavail, bsize } = await statfs(folder);
        return bavail * bsize;
      } catch {
        // Not made yet: asked by writing.
        return null;
      }
    },
  };
}

const LOOK_AGAIN_MS = 200;

/** A process that ended without a word leaves its lock behind. */
function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return isCode(error, 'EPERM');
  }
}

/** Whether the lock file is ours now. */
async function taken(path: string): Promise<boolean> {
  try {
    const file = await open(path, 'wx');
    await file.writeFile(String(process.pid));
    await file.close();
    return true;
  } catch (error) {
    if (!isCode(error, 'EEXIST')) throw error;
  }
  const pid = Number(await readFile(path, 'utf8').catch(() => ''));
  // One that is just being written names nobody yet.
  if (Number.isInteger(pid) && pid > 0 && !lives(pid)) await rm(path, { force: true });
  return false;
}

/** Among processes of this machine. */
export function nodeLocks(folder: string): CacheLocks {
  return {
    hold: async (name, { signal, waits }, run) => {
      await mkdir(folder, { recursive: true });
      const path = join(folder, `${name}.lock`);
      let told = false;
      while (!(await taken(path))) {
        if (!told) waits?.();
        told = true;
        await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
        leaveIf(signal);
      }
      try {
        return await run();
      } finally {
        await rm(path, { force: true });
      }
    },
  };
}
