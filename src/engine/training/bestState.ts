// The lowest eval_loss so far, the adapter that had it, and how long ago that was: load_best_model_at_end and early stopping.
// Source: transformers 5.24 trainer.py _determine_best_metric, trainer_callback.py EarlyStoppingCallback.

export interface Best {
  readonly step: number;
  readonly evalLoss: number;
  /** Evaluations since then that counted as no improvement. */
  readonly waited: number;
  /** The flat adapter of that step; empty when nothing will load it. */
  readonly adapter: Float32Array<ArrayBuffer>;
}

export interface BestOptions {
  /** The run ends with the best adapter. */
  readonly keepsAdapter: boolean;
  /** 0: never stops. */
  readonly patience: number;
  readonly threshold: number;
}

const nothing = new Float32Array(0);

/** After an evaluation. `read` gives the adapter as it stands and is called only for a new best that will be loaded. */
export async function betterOf(
  best: Best | null,
  now: { readonly step: number; readonly evalLoss: number },
  { keepsAdapter, threshold }: BestOptions,
  read: () => Promise<Float32Array<ArrayBuffer>>,
): Promise<Best> {
  const { step, evalLoss } = now;
  // The callback runs before the new best is noted and asks for more than the trainer does.
  const counts = best === null || (evalLoss < best.evalLoss && best.evalLoss - evalLoss > threshold);
  const waited = counts ? 0 : best.waited + 1;
  if (best !== null && !(evalLoss < best.evalLoss)) return { ...best, waited };
  return { step, evalLoss, waited, adapter: keepsAdapter ? await read() : nothing };
}

/** Whether early stopping ends the run here. */
export const outOfPatience = (best: Best | null, { patience }: BestOptions): boolean =>
  patience > 0 && (best?.waited ?? 0) >= patience;
