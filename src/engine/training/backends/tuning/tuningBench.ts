// What a choice is measured on: operations on a tape of their own, over zeroed buffers, timed on the device's clock where it has one. The
// calls are those that a run makes under the same profile. Chooses nothing.

import { pipelineKey } from '../../../../shaders/host/assemble.ts';
import { STORAGE, UNIFORM } from '../../../../shaders/host/bufferUsage.ts';
import { DeviceClock } from '../../../../shaders/host/deviceClock.ts';
import type { BufferRange, PreparedDispatch } from '../../../../shaders/host/dispatch.ts';
import { encodeDispatch, prepareCalls } from '../../../../shaders/host/dispatch.ts';
import { Pipelines } from '../../../../shaders/host/pipelines.ts';
import type { KernelCall } from '../../../../shaders/kernel.ts';
import { STEP_SIZE_BYTES } from '../../../../shaders/lib/step.ts';
import { invariant } from '../../../ground/errors.ts';
import type { KernelProfile, Ref } from '../../../torch/autograd/operation.ts';
import type { Plan } from '../../../torch/autograd/plan.ts';
import { makePlan } from '../../../torch/autograd/plan.ts';
import { Tape } from '../../../torch/autograd/tape.ts';
import type { Value } from '../../../torch/autograd/value.ts';
import type { Binding } from '../binding.ts';
import { bindingOf } from '../binding.ts';
import type { Variants } from '../variants.ts';
import { chooseFastest, warmUp } from './choose.ts';

export interface Workload {
  /** Floats of its named buffers. */
  readonly buffers: Readonly<Record<string, number>>;
  /** Records it; answers what must be computed although nobody reads it. */
  readonly record: (tape: Tape) => readonly Value[];
}

/** A candidate and the profile under which it runs. */
export type Candidate<T> = readonly [value: T, profile: Variants];

/** A run of the small shapes, at most so long: the device takes the larger ones too. Processors that run kernels in software take longer. */
const FAST_MS = 2;

interface Task {
  readonly buffers: Workload['buffers'];
  readonly plan: Plan;
  readonly calls: readonly KernelCall<Ref>[];
}

interface Prepared {
  readonly dispatches: readonly PreparedDispatch[];
  readonly made: readonly GPUBuffer[];
}

function release({ made }: Prepared): void {
  for (const buffer of made) buffer.destroy();
}

/** Tells two candidates apart: which pipelines, over how many workgroups. */
const workOf = (calls: readonly KernelCall<unknown>[]): string =>
  calls
    .map(({ kernel, constants, slots, params }) =>
      [pipelineKey(kernel, constants, slots), ...kernel.workgroups(params, constants)].join(),
    )
    .join('\n');

export class TuningBench {
  readonly features: ReadonlySet<string>;
  readonly #device: GPUDevice;
  readonly #pipelines: Pipelines;
  readonly #clock: DeviceClock;
  /** Whether its shapes may be those of a large model. */
  fast = false;

  constructor(device: GPUDevice, now: () => number) {
    this.#device = device;
    this.features = device.features;
    this.#pipelines = new Pipelines(device);
    this.#clock = new DeviceClock(device, now);
  }

  /** Brings the clocks up, by work of a kind that is measured later. */
  async warm(workload: Workload, profile: Variants): Promise<void> {
    const prepared = await this.#prepare(this.#task(workload, profile));
    await this.#time(prepared, 1);
    const ms = await warmUp((_, repeats) => this.#time(prepared, repeats));
    this.fast = ms < FAST_MS;
    release(prepared);
  }

  /** The fastest candidate; those that differ in nothing here count as one. */
  async fastest<T>(candidates: readonly Candidate<T>[], workload: Workload): Promise<T> {
    const different = new Map<string, { readonly value: T; readonly task: Task }>();
    for (const [value, profile] of candidates) {
      const task = this.#task(workload, profile);
      const work = workOf(task.calls);
      if (!different.has(work)) different.set(work, { value, task });
    }
    const [portable, ...others] = different.values();
    invariant(portable, 'tuning: no candidate');
    if (others.length === 0) return portable.value;
    const prepared: Prepared[] = [];
    for (const { task } of different.values()) prepared.push(await this.#prepare(task));
    // The first run compiles in some drivers, and touches memory for the first time.
    for (const one of prepared) await this.#time(one, 1);
    const { index } = await chooseFastest(prepared.length, (candidate, repeats) => {
      const one = prepared[candidate];
      invariant(one, 'tuning: a candidate that is none');
      return this.#time(one, repeats);
    });
    for (const one of prepared) release(one);
    return [...different.values()][index]?.value ?? portable.value;
  }

  /** One made ready: milliseconds of so many runs of it. */
  async timed(
    workload: Workload,
    profile: Variants,
  ): Promise<{ readonly measure: (repeats: number) => Promise<number>; readonly release: () => void }> {
    const prepared = await this.#prepare(this.#task(workload, profile));
    return {
      measure: (repeats) => this.#time(prepared, repeats),
      release: () => release(prepared),
    };
  }

  destroy(): void {
    this.#clock.destroy();
  }

  #task({ buffers, record }: Workload, variants: Variants): Task {
    const maxBindingBytes = this.#device.limits.maxStorageBufferBindingSize;
    const profile: KernelProfile = { ...variants, maxBindingBytes };
    const tape = new Tape();
    const kept = record(tape);
    const plan = makePlan(tape, profile, kept);
    const calls = plan.nodes.flatMap((node) => node.operation.kernels(node, profile));
    return { buffers, plan, calls };
  }

  async #prepare({ buffers, plan, calls }: Task): Promise<Prepared> {
    const made = new Map<string, GPUBuffer>();
    const buffer = (key: string, bytes: number, usage = STORAGE): GPUBuffer => {
      const known = made.get(key);
      if (known) return known;
      const one = this.#device.createBuffer({ label: key, size: Math.ceil(bytes / 16) * 16, usage });
      made.set(key, one);
      return one;
    };
    buffer('step', STEP_SIZE_BYTES, UNIFORM);
    buffer('dummy', 256);
    for (const [name, floats] of Object.entries(buffers)) buffer(name, floats * 4);
    const bytesOf = ({ place }: Binding): number =>
      (place.kind === 'slot'
        ? plan.slotBytes[place.index]
        : place.kind === 'scratch' && plan.scratchBytes[place.index]) || 0;
    const range = (ref: Ref): BufferRange => {
      const binding = bindingOf(ref, plan);
      const { place, offset, length, label } = binding;
      const one =
        place.kind === 'named'
          ? made.get(place.name)
          : buffer(`${place.kind} ${place.index}`, bytesOf(binding));
      invariant(one, `tuning: '${label}' has no buffer`);
      const size = length === undefined ? one.size - offset * 4 : Math.max(4, length * 4);
      return { buffer: one, offset: offset * 4, size };
    };
    const bound = calls.map((call) => ({
      ...call,
      buffers: Object.fromEntries(Object.entries(call.buffers).map(([key, ref]) => [key, range(ref)])),
    }));
    const { dispatches, params } = await prepareCalls(this.#device, this.#pipelines, bound);
    return { dispatches, made: [...made.values(), params] };
  }

  #time({ dispatches }: Prepared, repeats: number): Promise<number> {
    return this.#clock.time((pass) => {
      for (let i = 0; i < repeats; i++) for (const dispatch of dispatches) encodeDispatch(pass, dispatch);
    });
  }
}
