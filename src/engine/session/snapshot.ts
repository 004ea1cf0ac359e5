// What a run needs to go on elsewhere as if nothing had happened: recipe, adapter, Adam's moments, position in the data,
// and what the page has shown. Written as one block with a checksum, so that a torn write is noticed.

import type { Recipe } from '../recipe/recipe.ts';
import type { StepMetrics } from '../training/metrics.ts';
import type { TrainerState } from '../training/trainerState.ts';
import type { AnswerBefore, RunNote } from './runNote.ts';

export interface Snapshot {
  readonly recipe: Recipe;
  readonly state: TrainerState;
  readonly metrics: readonly StepMetrics[];
  readonly totalSteps: number;
  /** Answers of the untouched model, which need not be asked again. */
  readonly before: readonly AnswerBefore[];
  /** `webgpu:vendor/architecture` or `cpu`. */
  readonly device: string;
  /** Absent: saved by a page that wrote none. */
  readonly note?: RunNote;
}

/** Keeps the newest snapshot. Implementations: memory, the browser's private files, a folder. */
export interface SnapshotStore {
  /** Throws UserError 'save-elsewhere' where another session has the place, after that many milliseconds. */
  claim?(patienceMs: number): Promise<void>;
  /** Throws UserError 'save-…' for what could not be kept; what was saved before stands. */
  save(bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  /** Newest first; what is damaged is for the reader to notice. */
  load(): Promise<readonly Uint8Array<ArrayBuffer>[]>;
  clear(): Promise<void>;
  /** Leaves the place to others, with what stands there. */
  leave?(): void;
  /** Whom to tell that a place which another session had is now this one's. */
  whenFree?(listener: () => void): void;
}

const MAGIC = 0x4c505332; // "LPS2"
export const HEADER_BYTES = 16;

export function checksum(bytes: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < bytes.length; i++) hash = Math.imul(hash ^ (bytes[i] ?? 0), 0x01000193);
  return hash >>> 0;
}

const bytesOf = (floats: Float32Array): Uint8Array =>
  new Uint8Array(floats.buffer, floats.byteOffset, floats.byteLength);

/** A number that JSON does not have, under a name: a gradient's norm may be infinite, a loss no number. */
const named = (_: string, value: unknown): unknown =>
  typeof value === 'number' && !Number.isFinite(value) ? { float: String(value) } : value;

/** u32 magic, u32 checksum of what follows the header, u32 bytes of JSON, u32 floats of all arrays; JSON; adapter and state. */
export function encodeSnapshot(snapshot: Snapshot): Uint8Array<ArrayBuffer> {
  const { state, ...rest } = snapshot;
  const floats = [state.adapter, ...state.optimizer, ...(state.best ? [state.best.adapter] : [])];
  const best = state.best && { ...state.best, adapter: null };
  const json = new TextEncoder().encode(
    JSON.stringify({ ...rest, step: state.step, best, lengths: floats.map((one) => one.length) }, named),
  );
  const arrays = floats.map(bytesOf);
  const bytes = new Uint8Array(HEADER_BYTES + json.length + arrays.reduce((sum, one) => sum + one.length, 0));
  bytes.set(json, HEADER_BYTES);
  let at = HEADER_BYTES + json.length;
  for (const array of arrays) {
    bytes.set(array, at);
    at += array.length;
  }
  const view = new DataView(bytes.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint32(4, checksum(bytes.subarray(HEADER_BYTES)), true);
  view.setUint32(8, json.length, true);
  view.setUint32(
    12,
    floats.reduce((sum, one) => sum + one.length, 0),
    true,
  );
  return bytes;
}

/** What a header says of the bytes behind it; null: it is none. */
export function lengthsOf(
  header: Uint8Array,
): { readonly jsonBytes: number; readonly wholeBytes: number } | null {
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
  if (header.length < HEADER_BYTES || view.getUint32(0, true) !== MAGIC) return null;
  const jsonBytes = view.getUint32(8, true);
  return { jsonBytes, wholeBytes: HEADER_BYTES + jsonBytes + 4 * view.getUint32(12, true) };
}

/** Whether the bytes are those that were written: magic, lengths and checksum hold. Says nothing about what they mean. */
export function isWhole(bytes: Uint8Array<ArrayBuffer>): boolean {
  const lengths = lengthsOf(bytes);
  if (lengths === null || bytes.length < lengths.wholeBytes) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return view.getUint32(4, true) === checksum(bytes.subarray(HEADER_BYTES, lengths.wholeBytes));
}

/** In this process's memory: outlives a device, not a page. */
export function memoryStore(): SnapshotStore {
  let held: Uint8Array<ArrayBuffer> | null = null;
  return {
    save: (bytes) => {
      held = bytes;
      return Promise.resolve();
    },
    load: () => Promise.resolve(held ? [held] : []),
    clear: () => {
      held = null;
      return Promise.resolve();
    },
  };
}

/** A store whose newest snapshot is also held in memory: a device that is lost while the disk is full costs nothing. */
export function heldStore(inner: SnapshotStore): SnapshotStore {
  const memory = memoryStore();
  return {
    ...inner,
    save: async (bytes) => {
      await memory.save(bytes);
      await inner.save(bytes);
    },
    load: async () => {
      const held = await memory.load();
      return held.length > 0 ? held : inner.load();
    },
    clear: async () => {
      await memory.clear();
      await inner.clear();
    },
  };
}
