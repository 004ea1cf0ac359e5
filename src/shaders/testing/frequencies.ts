// Test-only: the frequencies of a plain rotation.

/** 10000^(-2i/dims) in float32: [dims / 2]. */
export const plainFrequencies = (dims: number): Float32Array =>
  Float32Array.from({ length: dims / 2 }, (_, i) =>
    Math.fround(1 / Math.fround(10_000 ** Math.fround((2 * i) / dims))),
  );
