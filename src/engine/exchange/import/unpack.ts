// What a person brings as an adapter, unpacked: files by their last name. Refuses what no adapter needs: pickles, which can run code
// when torch opens them, and archives with paths that lead out of their folder or entries out of all proportion.
import { unzipSync } from 'fflate';
import { UserError } from '../../ground/errors.ts';
import { damagedZip, fileMissing, isPickle, leadsOut, swollen } from './adapterErrors.ts';

export interface NamedBytes {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

const CONFIG = 'adapter_config.json';
const WEIGHTS = 'adapter_model.safetensors';
const MOST_BYTES: Readonly<Record<string, number>> = { [CONFIG]: 2 ** 20, [WEIGHTS]: 2 ** 30 };

const last = (path: string): string => path.split('/').at(-1) ?? path;
const isZip = (bytes: Uint8Array): boolean =>
  bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 3 && bytes[3] === 4;
const isPickleName = (name: string): boolean => /\.(bin|pt|pth|pkl|ckpt)$/.test(name);
/** A pickle of protocol 2 and later begins with 0x80 and its number. */
const startsAsPickle = (bytes: Uint8Array): boolean => bytes[0] === 0x80 && (bytes[1] ?? 0) <= 5;

function assertPath(path: string): void {
  const parts = path.split('/');
  if (path.startsWith('/') || path.includes('\\') || /^[A-Za-z]:/.test(path) || parts.includes('..'))
    throw leadsOut({ path });
}

function unzip({ name, bytes }: NamedBytes): NamedBytes[] {
  let entries: Record<string, Uint8Array>;
  const refusals: UserError[] = [];
  try {
    entries = unzipSync(bytes, {
      filter: ({ name: path, originalSize }) => {
        try {
          assertPath(path);
          if (last(path) === 'data.pkl') throw isPickle({ name });
          const most = MOST_BYTES[last(path)];
          if (most === undefined) return false;
          if (originalSize > most) throw swollen({ path, bytes: originalSize, most });
          return true;
        } catch (error) {
          if (error instanceof UserError) refusals.push(error);
          return false;
        }
      },
    });
  } catch (error) {
    throw damagedZip({ name, cause: String(error) });
  }
  if (refusals[0]) throw refusals[0];
  return Object.entries(entries).map(([path, content]) => ({
    name: path,
    bytes: new Uint8Array(content),
  }));
}

export interface AdapterFiles {
  readonly config: Uint8Array<ArrayBuffer>;
  readonly weights: Uint8Array<ArrayBuffer>;
}

/** Configuration and weights among files, a folder's files, or in one zip. Throws UserError 'adapter-…'. */
export function unpackAdapter(files: readonly NamedBytes[]): AdapterFiles {
  const all = files.flatMap((file) => (isZip(file.bytes) ? unzip(file) : [file]));
  const find = (name: string): Uint8Array<ArrayBuffer> | undefined =>
    all.find((file) => last(file.name) === name)?.bytes;
  const weights =
    find(WEIGHTS) ?? all.find(({ name }) => name.endsWith('.safetensors') && all.length <= 2)?.bytes;
  const pickled = all.find(({ name, bytes }) => isPickleName(name) || startsAsPickle(bytes));
  if (pickled && !weights) throw isPickle({ name: pickled.name });
  const config = find(CONFIG);
  if (!config || !weights)
    throw fileMissing({
      missing: config ? WEIGHTS : CONFIG,
      among: all.map(({ name }) => name),
      wanted: [CONFIG, WEIGHTS],
    });
  return { config, weights };
}
