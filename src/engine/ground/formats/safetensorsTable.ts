// The table of a safetensors file: which tensors it holds, and where. Read alone, so that a file of any size costs its header; what
// stands in the tensors is the caller's. Source: safetensors 0.4 format: u64 header length, JSON header, data without holes.
import type { UserError } from '../errors.ts';
import { isRecord } from '../isRecord.ts';
import { quote, shortened } from '../quote.ts';
import { shaped } from '../shapeDecode.ts';
import { list, pair, record, shape, string, whole } from '../shapes.ts';
import { readJson } from '../strictJson.ts';
import { text } from '../text.ts';
import type { ByteSource } from './byteSource.ts';
import { brokenSafetensors } from './formatErrors.ts';

/** Where a tensor lies. */
export interface PlacedTensor {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Of its first byte in the file. */
  readonly offset: number;
  readonly bytes: number;
}

/** Bytes of an element. */
const widths: ReadonlyMap<string, number> = new Map([
  ...['F64', 'I64', 'U64'].map((name) => [name, 8] as const),
  ...['F32', 'I32', 'U32'].map((name) => [name, 4] as const),
  ...['F16', 'BF16', 'I16', 'U16'].map((name) => [name, 2] as const),
  ...['I8', 'U8', 'BOOL', 'F8_E4M3', 'F8_E5M2'].map((name) => [name, 1] as const),
]);
export const MAX_HEADER_BYTES = 100_000_000;
/** Bytes before the header: its length. */
export const LENGTH_BYTES = 8;

/** null: a file that came without a name. */
type Name = string | null;

const broken = (file: Name, en: string, zh: string): UserError =>
  brokenSafetensors({ file, found: text(en, zh) });

const size = whole(0, Number.MAX_SAFE_INTEGER);
interface Entry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [begin: number, end: number];
}
const entryShape = shape<Entry>({ dtype: string, shape: list(size), data_offsets: pair(size, size) });
const metadataShape = record(string);

function jsonOf(file: Name, header: Uint8Array): Readonly<Record<string, unknown>> {
  let json: string;
  try {
    json = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(header);
  } catch {
    throw broken(file, 'its header is not UTF-8', '文件头不是 UTF-8');
  }
  if (!json.startsWith('{')) throw broken(file, 'its header is not a JSON object', '文件头不是 JSON 对象');
  const { value, problem } = readJson(json);
  if (problem) throw broken(file, `its header is refused (${problem.en})`, `文件头不被接受（${problem.zh}）`);
  if (!isRecord(value)) throw broken(file, 'its header is not a JSON object', '文件头不是 JSON 对象');
  return value;
}

/** An entry of the header, whose offsets hold as many bytes as its type and shape need. Offsets count from the data's start. */
function placed(file: Name, name: string, entry: unknown): PlacedTensor {
  const shown = shortened(name);
  const { value, misfit } = shaped(entryShape, entry);
  if (misfit) throw broken(file, `tensor '${shown}', ${misfit.en}`, `张量 '${shown}' 的 ${misfit.zh}`);
  const { dtype, shape: sizes } = value;
  const width = widths.get(dtype);
  if (width === undefined)
    throw broken(
      file,
      `tensor '${shown}' has the unknown dtype ${quote(dtype)}`,
      `张量 '${shown}' 的 dtype ${quote(dtype)} 未知`,
    );
  const [begin, end] = value.data_offsets;
  const wanted = sizes.reduce((product, axis) => product * axis, width);
  if (end - begin !== wanted)
    throw broken(
      file,
      `tensor '${shown}' needs ${wanted} bytes, its offsets ${begin} to ${end} hold ${end - begin}`,
      `张量 '${shown}' 需要 ${wanted} 字节，偏移 ${begin} 到 ${end} 只有 ${end - begin} 字节`,
    );
  return { name, dtype, shape: sizes, offset: begin, bytes: wanted };
}

/** The data is covered once: no byte twice, none of no tensor. */
function assertCovered(file: Name, entries: readonly PlacedTensor[], dataBytes: number): void {
  let covered = 0;
  for (const { name, offset, bytes } of entries.toSorted(
    (a, b) => a.offset - b.offset || a.bytes - b.bytes,
  )) {
    if (offset !== covered)
      throw broken(
        file,
        `tensor '${shortened(name)}' begins at byte ${offset} of the data, the one before it ends at ${covered}`,
        `张量 '${shortened(name)}' 从数据的第 ${offset} 字节开始，前一个到 ${covered} 结束`,
      );
    covered = offset + bytes;
  }
  if (covered !== dataBytes)
    throw broken(
      file,
      `its tensors cover ${covered} of ${dataBytes} bytes`,
      `张量共占 ${covered} 字节，数据有 ${dataBytes} 字节`,
    );
}

/** Bytes of the header, by the first eight of a file of `fileBytes`. Throws UserError 'safetensors'. */
export function headerBytes(
  file: Name,
  first: Uint8Array,
  fileBytes: number,
  mostBytes = MAX_HEADER_BYTES,
): number {
  if (fileBytes < LENGTH_BYTES)
    throw broken(file, `expected at least 8 bytes, got ${fileBytes}`, `至少应有 8 字节，实际为 ${fileBytes}`);
  const length = Number(new DataView(first.buffer, first.byteOffset).getBigUint64(0, true));
  if (length > mostBytes || LENGTH_BYTES + length > fileBytes)
    throw broken(
      file,
      `its header claims ${length} bytes, the file has ${fileBytes}`,
      `文件头声称有 ${length} 字节，文件只有 ${fileBytes}`,
    );
  return length;
}

/**
 * All tensors by the header of a file of `fileBytes`. Refuses what the format does: names that stand twice, tensors that overlap or leave
 * holes, metadata that is no text. Throws UserError 'safetensors' saying what is wrong.
 */
export function tableOf(file: Name, header: Uint8Array, fileBytes: number): PlacedTensor[] {
  const { __metadata__: metadata = {}, ...named } = jsonOf(file, header);
  const { misfit } = shaped(metadataShape, metadata);
  if (misfit) throw broken(file, `__metadata__, ${misfit.en}`, `__metadata__ 的 ${misfit.zh}`);
  const entries = Object.entries(named).map(([name, entry]) => placed(file, name, entry));
  const dataAt = LENGTH_BYTES + header.length;
  assertCovered(file, entries, fileBytes - dataAt);
  return entries.map((entry) => ({ ...entry, offset: dataAt + entry.offset }));
}

/** The table of a file that is read in ranges. */
export async function readTable(source: ByteSource): Promise<PlacedTensor[]> {
  const { name, size: fileBytes } = source;
  const first = await source.read(0, Math.min(LENGTH_BYTES, fileBytes));
  const header = await source.read(LENGTH_BYTES, headerBytes(name, first, fileBytes));
  return tableOf(name, header, fileBytes);
}
