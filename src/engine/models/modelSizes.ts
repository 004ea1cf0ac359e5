// The sizes of a decoder-only model, of whatever family. What only counts or allocates takes these and no family's
// configuration.

/** H query heads that share G key/value heads, each D wide. */
export interface Heads {
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
}

export interface ModelSizes extends Heads {
  readonly hiddenSize: number;
  readonly layers: number;
  readonly vocabSize: number;
  readonly maxPositions: number;
  /** The head is the embedding's own table. */
  readonly tied: boolean;
}

/** What a size may be before anything is made of it: beyond every model that there is, and within what can be counted and held. */
export const mostOf = {
  hiddenSize: 2 ** 16,
  intermediateSize: 2 ** 18,
  layers: 2 ** 10,
  heads: 2 ** 10,
  headDim: 2 ** 10,
  vocabSize: 2 ** 21,
  /** A limit of this engine, which makes tables of rotations for each: longer contexts have been published. */
  maxPositions: 2 ** 20,
} as const;
