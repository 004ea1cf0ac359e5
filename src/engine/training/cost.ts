// Memory and work of a run as plain data; estimate.ts computes it.

export interface MemoryPlan {
  readonly weightsBytes: number;
  readonly adapterBytes: number;
  readonly optimizerBytes: number;
  readonly activationBytes: number;
  readonly scratchBytes: number;
  /** Key/value cache and logits of the answers. */
  readonly generationBytes: number;
  readonly peakBytes: number;
}

export interface CostEstimate {
  readonly memory: MemoryPlan;
  /** Peak with gradient checkpointing; null where it is on. */
  readonly lessBytes: number | null;
  /** Whether activations rest in half precision until the backward pass. */
  readonly halved: boolean;
  /** Of one optimiser step at the longest batch. */
  readonly flopsPerStep: number;
  readonly dispatchesPerStep: number;
  readonly steps: number;
}
