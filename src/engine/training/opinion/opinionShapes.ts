// What a second opinion is made from and what it says, as plain data: the page shows it, the command line prints it.
import type { Batch } from '../../data/batches.ts';
import type { ModelConfig } from '../../models/modelConfig.ts';
import type { Wired } from '../../python/run/wire.ts';
import type { AdapterLayout } from '../../torch/trainedLayout.ts';
import type { BackendKind } from '../backends/deviceInfo.ts';
import type { StepOptions } from '../stepTapes.ts';
import type { Roundings } from './rounding.ts';

export interface OpinionInputs {
  readonly config: ModelConfig;
  readonly wired: Wired;
  readonly layout: AdapterLayout;
  readonly options: Pick<StepOptions, 'loss' | 'noiseAlpha'>;
  /** One micro-batch of the run's rows. */
  readonly batch: Batch;
  /** Draws dropout masks and noise. */
  readonly seed: number;
}

export type Pass = 'forward' | 'backward';

/** What stands before the layers, a layer by its number from 0, and what stands behind them. */
export type Region = 'embedding' | number | 'head';

/** A value of the tape that is copied out. */
export interface Tapped {
  readonly buffer: string;
  readonly length: number;
  readonly pass: Pass;
  readonly region: Region;
  /** The operation that made it, and its module. */
  readonly operation: string;
  readonly path: string;
  /** Of it and of what came before it. */
  readonly roundings: Roundings;
}

/** How far two arrays of the same numbers are apart. */
export interface Difference {
  /** max |a - b|; infinite where one side has no number and the other one. */
  readonly largest: number;
  /** The same over the largest number of the second side. */
  readonly relative: number;
  /** ‖a - b‖ / ‖b‖. */
  readonly distance: number;
  /** Of the angle between them; null where a side is zero. */
  readonly cosine: number | null;
}

/** A difference held to what rounding explains. */
export interface Judged extends Difference {
  /** Of `distance` and of `relative`. */
  readonly bound: number;
  readonly agrees: boolean;
}

export interface GradientOpinion extends Judged {
  /** PyTorch's name of the parameter. */
  readonly name: string;
  readonly region: Region;
  /** What it is in its layer, without adapter names: `self_attn.q_proj lora_A`. */
  readonly kind: string;
}

/** Hidden states behind a part of the model, or the gradient that leaves it. */
export interface LayerOpinion extends Judged {
  readonly pass: Pass;
  readonly region: Region;
}

/** Where two sides first part. */
export interface Place {
  readonly pass: Pass;
  /** null: not looked for layer by layer. */
  readonly region: Region | null;
  /** Operation and its module, where the layer was gone through; a gradient's kernel is named by its parameter. */
  readonly operation: string | null;
  readonly path: string | null;
}

export interface Opinion {
  /** Whose numbers: the run's backend, and the other one. */
  readonly ours: BackendKind;
  readonly theirs: BackendKind;
  /** Steps that the adapter has behind it. */
  readonly step: number;
  readonly rows: number;
  readonly tokens: number;
  readonly loss: Judged & { readonly ours: number; readonly theirs: number };
  /** Of `positions` of the batch. */
  readonly logits: Judged & { readonly positions: number };
  /** Those that come off worst first. */
  readonly gradients: readonly GradientOpinion[];
  /** In the order in which they are computed; null: not asked for. */
  readonly layers: readonly LayerOpinion[] | null;
  /** null: the sides agree. */
  readonly place: Place | null;
}
