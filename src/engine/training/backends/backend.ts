// What a backend is: named buffers, prepared plans, replay. The same tape runs on WebGPU and on the CPU.

import type { StepNumbers } from '../../../shaders/lib/step.ts';
import type { GroupQuantiser } from '../../models/groupQuantiser.ts';
import type { BufferData } from '../../torch/autograd/bufferData.ts';
import type { KernelProfile } from '../../torch/autograd/operation.ts';
import type { Plan } from '../../torch/autograd/plan.ts';
import type { BackendKind } from './deviceInfo.ts';

/** A plan made ready for replay. */
export interface Executable {
  readonly plan: Plan;
  readonly dispatches: number;
}

export interface RunCounters {
  dispatches: number;
  submits: number;
  /** Of steps and answers; those that save a run are not counted. */
  readbacks: number;
}

export interface Backend {
  readonly kind: BackendKind;
  readonly profile: KernelProfile;
  /** Quantises weights where they will be used; null where that is this thread. */
  readonly quantiser: GroupQuantiser | null;
  /** Since the last reset; printed by --profile. */
  readonly counters: RunCounters;
  /** Bytes of all buffers now allocated. */
  allocatedBytes(): number;
  /** Creates (or replaces) a named buffer of `length` 4-byte elements, zeroed. */
  allocate(name: string, length: number): void;
  /** Creates a named buffer holding `data`. */
  upload(name: string, data: BufferData): void;
  /** Overwrites part of a named buffer, ordered with the runs around it. */
  write(name: string, data: BufferData, offset?: number): void;
  clear(name: string): void;
  has(name: string): boolean;
  free(name: string): void;
  /** Compiles what plans will run, all at once, and tells how many kernels of how many are done; `prepare` then finds them. */
  compile(plans: readonly Plan[], told: (done: number, total: number) => void): Promise<void>;
  prepare(plan: Plan): Promise<Executable>;
  release(executable: Executable): void;
  /** Replays a plan with the numbers of this submission. Resolves when the work is queued (GPU) or done (CPU). */
  run(executable: Executable, step: StepNumbers): Promise<void>;
  /** Reads `length` floats; waits for everything queued before. */
  read(
    name: string,
    offset: number,
    length: number,
    purpose?: 'step' | 'save',
  ): Promise<Float32Array<ArrayBuffer>>;
  /** Milliseconds by kernel stem since the last call; empty where timing is not offered. */
  timings(): Promise<ReadonlyMap<string, number>>;
  destroy(): void;
}
