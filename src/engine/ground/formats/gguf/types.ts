// Types of GGUF: tensors by their ggml number, metadata values. Source: ggml docs/gguf.md, gguf-py 0.19 constants.py.

export interface TensorType {
  readonly name: string;
  /** Elements of a block along the fastest axis, and its bytes. */
  readonly blockElements: number;
  readonly blockBytes: number;
}

const type = (name: string, blockElements: number, blockBytes: number): TensorType => ({
  name,
  blockElements,
  blockBytes,
});

/** Every type whose size is known; which of them can be trained on is the model's business. */
export const tensorTypes: ReadonlyMap<number, TensorType> = new Map([
  [0, type('F32', 1, 4)],
  [1, type('F16', 1, 2)],
  [2, type('Q4_0', 32, 18)],
  [3, type('Q4_1', 32, 20)],
  [6, type('Q5_0', 32, 22)],
  [7, type('Q5_1', 32, 24)],
  [8, type('Q8_0', 32, 34)],
  [10, type('Q2_K', 256, 84)],
  [11, type('Q3_K', 256, 110)],
  [12, type('Q4_K', 256, 144)],
  [13, type('Q5_K', 256, 176)],
  [14, type('Q6_K', 256, 210)],
  [15, type('Q8_K', 256, 292)],
  [20, type('IQ4_NL', 32, 18)],
  [23, type('IQ4_XS', 256, 136)],
  [24, type('I8', 1, 1)],
  [25, type('I16', 1, 2)],
  [26, type('I32', 1, 4)],
  [27, type('I64', 1, 8)],
  [28, type('F64', 1, 8)],
  [30, type('BF16', 1, 2)],
  [39, type('MXFP4', 32, 17)],
]);

export type MetadataValue = string | number | bigint | boolean | readonly MetadataValue[];

export interface GgufTensor {
  readonly name: string;
  /** Fastest axis last, as PyTorch prints it: [out, in]. */
  readonly shape: readonly number[];
  readonly type: TensorType;
  /** Of its first byte in the file. */
  readonly offset: number;
  readonly bytes: number;
}

export interface Gguf {
  readonly metadata: ReadonlyMap<string, MetadataValue>;
  readonly tensors: ReadonlyMap<string, GgufTensor>;
  /** Bytes before the data section. */
  readonly headerBytes: number;
}
