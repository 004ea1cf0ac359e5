// Bytes → snapshot, checked by the checksum; and the newest whole one of a store.
import { isRecord } from '../ground/isRecord.ts';
import { isRecipeProgram } from '../recipe/program/programShape.ts';
import { defaultValues, isSettingKey } from '../recipe/recipe.ts';
import type { Best } from '../training/bestState.ts';
import type { Snapshot, SnapshotStore } from './snapshot.ts';
import { checksum, HEADER_BYTES, MAGIC } from './snapshot.ts';

/** Python writes its own in lower case (`inf`), as a program's values hold them: those stay as they are. */
const NAMES = /^(NaN|-?Infinity)$/;
const unnamed = (_: string, value: unknown): unknown =>
  isRecord(value) && typeof value.float === 'string' && NAMES.test(value.float) ? Number(value.float) : value;

/** null for bytes that are no whole snapshot, and for one of a newer page, whose settings this one does not know. */
export function decodeSnapshot(bytes: Uint8Array<ArrayBuffer>): Snapshot | null {
  if (bytes.length < HEADER_BYTES) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [jsonBytes, floats] = [view.getUint32(8, true), view.getUint32(12, true)];
  const whole = HEADER_BYTES + jsonBytes + 4 * floats;
  if (view.getUint32(0, true) !== MAGIC || bytes.length < whole) return null;
  const body = bytes.subarray(HEADER_BYTES, whole);
  if (view.getUint32(4, true) !== checksum(body)) return null;
  const parsed: unknown = JSON.parse(new TextDecoder().decode(body.subarray(0, jsonBytes)), unnamed);
  if (!isRecord(parsed) || typeof parsed.step !== 'number' || !Array.isArray(parsed.lengths)) return null;
  const { step, lengths, best: written, ...rest } = parsed;
  let from = jsonBytes;
  const [adapter, ...others] = lengths.map((length: number) => {
    const array = new Float32Array(body.slice(from, from + 4 * length).buffer);
    from += 4 * length;
    return array;
  });
  if (!adapter) return null;
  // The checksum says that we wrote it.
  const known = rest as unknown as Omit<Snapshot, 'state'>;
  if (!Object.keys(known.recipe.values).every(isSettingKey)) return null;
  const { program } = known.recipe;
  if (program !== undefined && !isRecipeProgram(program)) return null;
  // A setting that came after the run was saved has its default.
  const recipe = { ...known.recipe, values: { ...defaultValues, ...known.recipe.values } };
  const noted = (written ?? null) as Omit<Best, 'adapter'> | null;
  const kept = noted ? others.pop() : undefined;
  return {
    ...known,
    recipe,
    state: { step, adapter, optimizer: others, best: noted && kept ? { ...noted, adapter: kept } : null },
  };
}

/** The newest whole snapshot of a store. */
export async function newestSnapshot(store: SnapshotStore): Promise<Snapshot | null> {
  for (const bytes of await store.load()) {
    const snapshot = decodeSnapshot(bytes);
    if (snapshot) return snapshot;
  }
  return null;
}
