// What a session is given: where its files, its devices and its kept runs are, and whom it tells.
import type { Event } from '../protocol.ts';
import type { OrtSource } from '../training/backends/ort/fetchOrt.ts';
import type { TuningCache } from '../training/backends/variants.ts';
import type { Assets } from './assets.ts';
import type { ExportPlace } from './exportPlace.ts';
import type { RunShelf } from './runShelf.ts';
import type { SnapshotStore } from './snapshot.ts';

export interface SessionOptions {
  readonly assets: Assets;
  readonly gpu: GPU | null;
  /** Fetches ONNX Runtime; null where it is not offered. */
  readonly ort?: OrtSource | null;
  /** The same with its own WebGPU. */
  readonly ortGpu?: OrtSource | null;
  readonly store: SnapshotStore;
  /** Where runs are kept that end or are replaced. */
  readonly shelf?: RunShelf;
  /** Where files go that are asked for; memory by itself. */
  readonly exports?: ExportPlace;
  readonly tuning?: TuningCache | null;
  /** Of the machine, where it is known. */
  readonly memoryBytes?: number | null;
  readonly emit: (event: Event) => void;
  readonly now: () => number;
  /** Resolves after messages that wait have been handled. */
  readonly breathe: () => Promise<void>;
}
