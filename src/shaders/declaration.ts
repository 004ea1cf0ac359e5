// The words that kernels, snippets and references declare themselves in: element types, structs of a uniform block, pieces of WGSL.
// Below everything in src/shaders, so that a snippet needs no kernel; kernel.ts puts them together.

export type FloatArray = Float32Array | Float64Array;

export type NumberArray = FloatArray | Uint32Array | Int32Array;

export type Scalar = 'u32' | 'i32' | 'f32';

/** An array of small structs inside the uniform block; every struct must fill a multiple of 16 bytes. */
export interface StructArray {
  readonly fields: Readonly<Record<string, Scalar>>;
  readonly count: number;
}

/** A piece of WGSL that changes the code of a kernel; `key` names it in caches. */
export interface Snippet {
  readonly key: string;
  readonly source: string;
  /** What the snippet needs of the device, beside what the kernel needs. */
  readonly features?: readonly GPUFeatureName[];
}
