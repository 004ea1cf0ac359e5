// What a trainer's steps have made, as plain arrays: enough to go on bit for bit on another device.

export interface TrainerState {
  /** Optimiser steps done; data order, schedule and dropout follow from it. */
  readonly step: number;
  readonly adapter: Float32Array<ArrayBuffer>;
  readonly firstMoment: Float32Array<ArrayBuffer>;
  readonly secondMoment: Float32Array<ArrayBuffer>;
}
