// What was measured of this machine's adapters, in a file under the user's cache folder.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { isRecord } from '../../src/engine/ground/isRecord.ts';
import type { TuningCache } from '../../src/engine/training/backends/variants.ts';

const folder = `${process.env.XDG_CACHE_HOME ?? `${homedir()}/.cache`}/lora-playground`;
const path = `${folder}/tuning.json`;

async function all(): Promise<Readonly<Record<string, unknown>>> {
  try {
    const value: unknown = JSON.parse(await readFile(path, 'utf8'));
    return isRecord(value) ? value : {};
  } catch {
    // Nothing measured yet, or a file that is none: measured again.
    return {};
  }
}

export function fileTuning(): TuningCache {
  return {
    load: async (key) => (await all())[key],
    save: async (key, value) => {
      await mkdir(folder, { recursive: true });
      await writeFile(path, JSON.stringify({ ...(await all()), [key]: value }, null, 1));
    },
  };
}
