// Reads what the page's server would serve, from the repository's public folder.
import { readFile } from 'node:fs/promises';

const root = new URL('../../public/', import.meta.url);

export const readPublic = async (path: string): Promise<Uint8Array<ArrayBuffer>> =>
  Uint8Array.from(await readFile(new URL(path, root)));
