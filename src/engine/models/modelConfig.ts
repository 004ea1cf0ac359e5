// The configuration of a decoder-only model in this engine's words, of whatever family. Plain data: two files of one model give
// equal ones. What a family alone knows stands in `own`, by the names of its config.json.

import type { ModelSizes } from './modelSizes.ts';

/** How frequencies of a rotation are stretched for longer contexts. Source: transformers 5.24 modeling_rope_utils.py. */
export type RopeScaling =
  | { readonly type: 'linear'; readonly factor: number }
  /** Stretches only beyond the positions of the model, where this engine doesn't go. */
  | { readonly type: 'dynamic'; readonly factor: number }
  | {
      readonly type: 'llama3';
      readonly factor: number;
      readonly lowFrequency: number;
      readonly highFrequency: number;
      /** Positions that the model was first trained on. */
      readonly original: number;
    }
  | {
      readonly type: 'yarn';
      readonly factor: number;
      readonly original: number;
      readonly betaFast: number;
      readonly betaSlow: number;
      /** cos and sin are multiplied by it. */
      readonly attentionFactor: number;
      /** Whether the ramp's ends are whole dimensions. */
      readonly truncated: boolean;
    }
  /** What each frequency is divided by, as GGUF files keep it: [dims / 2]. */
  | { readonly type: 'divisors'; readonly divisors: readonly number[] };

/** A rotation of the first `dims` of each head by position. */
export interface Rotation {
  readonly theta: number;
  readonly dims: number;
  readonly scaling: RopeScaling | null;
}

/** What tells layers of one model apart. */
export interface LayerKind {
  /** Which of the model's rotations; null: positions are not told. */
  readonly rotation: number | null;
  /** Keys that a query sees, its own among them; null: all before it. */
  readonly window: number | null;
}

/** Of embeddings, of attention's probabilities, and of what a branch adds. */
export interface Dropouts {
  readonly embedding: number;
  readonly attention: number;
  readonly residual: number;
}

export interface ModelConfig extends ModelSizes {
  /** model_type of its config.json. */
  readonly family: string;
  readonly intermediateSize: number;
  readonly normEps: number;
  readonly rotations: readonly Rotation[];
  /** Positions are rows of a table. */
  readonly learned?: boolean;
  /** Of the first layers; they repeat. */
  readonly layerKinds: readonly LayerKind[];
  readonly own: Readonly<Record<string, number>>;
  /** Shares that the model itself drops while it is trained; absent: none. */
  readonly dropouts?: Dropouts;
}

/** Positions behind which the model computes otherwise or, where they are learned, not at all; null: there are none. */
export const lastPosition = ({ rotations, learned, maxPositions }: ModelConfig): number | null =>
  learned === true || rotations.some(({ scaling }) => scaling?.type === 'dynamic') ? maxPositions : null;

const EVERY_LAYER: LayerKind = { rotation: 0, window: null };

export const kindOfLayer = ({ layerKinds }: ModelConfig, layer: number): LayerKind =>
  layerKinds[layer % layerKinds.length] ?? EVERY_LAYER;

/** A plain rotation of whole heads in every layer. */
export const oneRotation = (theta: number, dims: number): Pick<ModelConfig, 'rotations' | 'layerKinds'> => ({
  rotations: [{ theta, dims, scaling: null }],
  layerKinds: [EVERY_LAYER],
});
