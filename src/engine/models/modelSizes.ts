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
