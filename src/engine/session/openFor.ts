// A device for a run: opened as the recipe's precision wants it. After a loss the browser may need moments before it has an adapter again;
// a run that went on elsewhere meanwhile would not be the same run.
import type { Event } from '../protocol.ts';
import type { Recipe } from '../recipe/recipe.ts';
import type { BackendChoice, BackendKind } from '../training/backends/deviceInfo.ts';
import type { OpenedBackend } from '../training/backends/openDevice.ts';
import { openBackend } from '../training/backends/openDevice.ts';
import type { OrtSource } from '../training/backends/ort/fetchOrt.ts';
import type { TuningCache } from '../training/backends/variants.ts';
import { tellKernels } from './loadFiles.ts';

const BREATHE_EVERY_MS = 40;
const LOOKS = 6;
const LOOK_AGAIN_MS = 500;

interface Machine {
  readonly gpu: GPU | null;
  /** Fetches ONNX Runtime; null where it is not offered. */
  readonly ort?: OrtSource | null;
  /** The same with its own WebGPU. */
  readonly ortGpu?: OrtSource | null;
  readonly now: () => number;
  readonly tuning?: TuningCache | null;
  readonly breathe: () => Promise<void>;
  readonly emit: (event: Event) => void;
  /** Gives up what is being fetched. */
  readonly signal?: AbortSignal | undefined;
  /** True once the opening is to be given up. */
  readonly cancelled: () => boolean;
}

/** Throws Cancelled. `had`: the kind of device that was lost, or null at the start. */
export async function openFor(
  { gpu, ort = null, ortGpu = null, now, tuning = null, breathe, emit, cancelled, signal }: Machine,
  recipe: Recipe,
  choice: BackendChoice,
  had: BackendKind | null,
): Promise<OpenedBackend> {
  let last = now();
  const open = (): Promise<OpenedBackend> =>
    openBackend({
      gpu,
      ort,
      ortGpu,
      choice,
      had,
      watch: {
        signal,
        onProgress: ({ file, done, total, waitMs }) =>
          emit({
            type: 'phase',
            phase: 'loading',
            done,
            total,
            note: 'runtime',
            file: { name: file, waitMs },
          }),
      },
      now,
      half: recipe.values['model.dtype'] !== 'float32',
      tuning,
      onTuning: tellKernels({ emit, cancelled }, 'tuning'),
      onComparing: () => tellKernels({ emit, cancelled }, 'comparing')(0, 0),
      breathe: () => {
        if (now() - last < BREATHE_EVERY_MS) return null;
        last = now();
        return breathe();
      },
    });
  for (let look = 1; ; look++) {
    const opened = await open();
    if (had !== 'webgpu' || opened.device.reason !== 'no-adapter' || look === LOOKS) return opened;
    opened.backend.destroy();
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }
}
