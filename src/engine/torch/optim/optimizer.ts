// What an optimiser is to the trainer: state buffers beside the adapter, one update as operations of the tape, and the numbers
// of a step that it reads. Every update starts with the gradients' norms and the clipping factor (update.ts).

import type { BufferData } from '../autograd/bufferData.ts';
import type { Tape } from '../autograd/tape.ts';
import type { AdapterLayout } from '../trainedLayout.ts';

export interface StateBuffer {
  readonly name: string;
  /** Kept in a saved run, in this order. */
  readonly floats: number;
}

export interface OptimizerOptions {
  readonly beta1: number;
  readonly beta2: number;
  readonly eps: number;
}

export interface Optimizer {
  /** What it remembers from step to step; zeros at first. */
  state(layout: AdapterLayout): readonly StateBuffer[];
  /** Tables that never change, by buffer. */
  tables(layout: AdapterLayout): ReadonlyMap<string, BufferData>;
  record(tape: Tape, layout: AdapterLayout, options: OptimizerOptions): void;
  /** The two numbers of step t (from 1) that its kernel reads. */
  numbers(
    t: number,
    options: OptimizerOptions,
  ): { readonly biasCorrection1: number; readonly biasCorrection2: number };
}
