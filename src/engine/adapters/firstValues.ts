// First values of an adapter that come out of the base instead of a generator.

export interface FirstValues {
  /** The flat adapter buffer with A and B, once all weights have been read; null when they are drawn. */
  readonly factors: Float32Array<ArrayBuffer> | null;
  /** Copies of whole modules by offset in the adapter buffer, once all weights have been read. */
  readonly copies: ReadonlyMap<number, Float32Array<ArrayBuffer>>;
}
