// What a link may carry of a run, so that whoever opens it sees whether the run was reproduced.

export interface Fingerprint {
  /** Losses at steps 1, 2, 5, 10, 20, …, last. */
  readonly losses: readonly (readonly [step: number, loss: number])[];
  /** `webgpu:vendor/architecture` or `cpu`. */
  readonly device: string;
}
