// What a trainer's steps have made, as plain arrays: enough to go on bit for bit on another device.

import type { Best } from './bestState.ts';

export interface TrainerState {
  /** Optimiser steps done; data order, schedule and dropout follow from it. */
  readonly step: number;
  readonly adapter: Float32Array<ArrayBuffer>;
  /** The optimiser's buffers in its own order: AdamW's two moments, Lion's one, none for SGD. */
  readonly optimizer: readonly Float32Array<ArrayBuffer>[];
  /** null until something was evaluated. */
  readonly best: Best | null;
}
