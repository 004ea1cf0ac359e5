// What a person brings as an adapter, unpacked: files by their last name. Refuses what no adapter needs: pickles, which can run code
// when torch opens them, and archives with paths that lead out of their folder or entries out of all proportion.
import { readZip } from '../../ground/formats/zip.ts';
import { damagedZip, fileMissing, isPickle, leadsOut, swollen } from './adapterErrors.ts';

export interface NamedBytes {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

const CONFIG = 'adapter_config.json';
const WEIGHTS = 'adapter_model.safetensors';
const MOST_BYTES: ReadonlyMap<string, number> = new Map([
  [CONFIG, 2 ** 20],
  [WEIGHTS, 2 ** 30],
]);

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
  const entries = readZip(bytes, (cause) => damagedZip({ name, cause }));
  for (const { path } of entries) {
    assertPath(path);
    if (last(path) === 'data.pkl') throw isPickle({ name });
  }
  // The first of a name is the one that is opened.
  const seen = new Set<string>();
  return entries.flatMap(({ path, size, read }) => {
    const most = MOST_BYTES.get(last(path));
    if (most === undefined || seen.has(last(path))) return [];
    seen.add(last(path));
    if (size > most) throw swollen({ path, bytes: size, most });
    return [{ name: path, bytes: read() }];
  });
}

export interface AdapterParts {
  readonly config: Uint8Array<ArrayBuffer>;
  readonly weights: Uint8Array<ArrayBuffer>;
}

/** Configuration and weights among files, a folder's files, or in one zip. Throws UserError 'adapter-…'. */
export function unpackAdapter(files: readonly NamedBytes[]): AdapterParts {
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
