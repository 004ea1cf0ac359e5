// The one shape every kernel room exports: pure data that says which WGSL runs, over which buffers, with which
// numbers. It holds no GPU object, so a room can be read, listed, tested and documented without a device.

export type FloatArray = Float32Array | Float64Array;

/** How a binding is seen by the shader; the order of the `buffers` record is the order of `@binding`. */
export type BufferRole = 'read' | 'read_write' | 'uniform';

export type Scalar = 'u32' | 'i32' | 'f32';

/** An array of small structs inside the uniform block; every struct must fill a multiple of 16 bytes. */
export interface StructArray {
  readonly fields: Readonly<Record<string, Scalar>>;
  readonly count: number;
}

export type ParamType = Scalar | StructArray;
export type ParamValue<T extends ParamType> = T extends Scalar
  ? number
  : T extends { readonly fields: infer F }
    ? readonly { readonly [K in keyof F]: number }[]
    : never;

export type BufferDecl = Readonly<Record<string, BufferRole>>;
export type ParamDecl = Readonly<Record<string, ParamType>>;
export type ConstantDecl = Readonly<Record<string, number>>;
export type ParamValues<P extends ParamDecl> = { readonly [K in keyof P]: ParamValue<P[K]> };

export interface Kernel<
  B extends BufferDecl = BufferDecl,
  P extends ParamDecl = ParamDecl,
  C extends ConstantDecl = ConstantDecl,
> {
  /** snake_case stem: folder entry, entry point, pipeline label, test name and benchmark row. */
  readonly name: string;
  /** WGSL with its own `@group(0) @binding(i)` lines: `buffers` in order, then the `params` uniform last. */
  readonly source: string;
  /** Shared WGSL put before the source (functions, structs). */
  readonly snippets?: readonly string[];
  /** Names of snippets the caller must supply, such as the decoder of a weight format. */
  readonly slots?: readonly string[];
  readonly buffers: B;
  /** What varies from call to call, written once into a uniform block when a plan is prepared. */
  readonly params: P;
  /** What forces a recompile, emitted as `const NAME: u32 = value;` before the source. */
  readonly constants: C;
  readonly features?: readonly GPUFeatureName[];
  workgroups(
    params: ParamValues<P>,
    constants: { readonly [K in keyof C]: number },
  ): readonly [number, number, number];
}

export function defineKernel<
  const B extends BufferDecl,
  const P extends ParamDecl,
  const C extends ConstantDecl,
>(kernel: Kernel<B, P, C>): Kernel<B, P, C> {
  return kernel;
}

/** A weight format's decoder or another snippet that changes the code of a kernel; `key` names it in caches. */
export interface Snippet {
  readonly key: string;
  readonly source: string;
  /** What the snippet needs of the device, beside what the kernel needs. */
  readonly features?: readonly GPUFeatureName[];
}

/**
 * One dispatch, with buffers named by `Ref`: a GPU binding in the host, a value of the tape in the engine.
 * Type parameters are erased here; `call` checks them.
 */
export interface KernelCall<Ref> {
  readonly kernel: Kernel;
  readonly buffers: Readonly<Record<string, Ref>>;
  readonly params: Readonly<Record<string, number | readonly Readonly<Record<string, number>>[]>>;
  readonly constants: Readonly<Record<string, number>>;
  readonly slots: Readonly<Record<string, Snippet>>;
}

/** Makes a checked call: a misnamed or missing buffer, parameter or constant fails the type check. */
export function call<B extends BufferDecl, P extends ParamDecl, C extends ConstantDecl, Ref>(
  kernel: Kernel<B, P, C>,
  args: {
    readonly buffers: { readonly [K in keyof B]: Ref };
    readonly params: ParamValues<P>;
    readonly constants?: { readonly [K in keyof C]?: number };
    readonly slots?: Readonly<Record<string, Snippet>>;
  },
): KernelCall<Ref> {
  return {
    kernel: kernel as unknown as Kernel,
    buffers: args.buffers,
    params: args.params as KernelCall<Ref>['params'],
    constants: { ...kernel.constants, ...args.constants },
    slots: args.slots ?? {},
  };
}
