// The one shape every kernel room exports: which WGSL runs, over which buffers, with which numbers, and the reference that does
// the same to arrays. It holds no GPU object, so a room can be read, listed, tested and documented without a device.
import type { FloatArray, NumberArray, Scalar, Snippet, StructArray } from './declaration.ts';
import { invariant } from './invariant.ts';
import type { StepNumbers } from './lib/step.ts';
import type { Decoder } from './quant/decoders.ts';

/**
 * How a binding is seen by the shader, of floats where nothing else is said; a uniform is the step's numbers. The order of
 * the `buffers` record is the order of `@binding`.
 */
export type BufferRole = 'read' | 'read_write' | 'read u32' | 'read_write u32' | 'read i32' | 'uniform';

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
type ConstantValues<C extends ConstantDecl> = { readonly [K in keyof C]: number };

/** What a caller supplies: a weight format's decoder, or its decoder and inner product for tiles, and what stands in decoded scratch. */
export interface Slots {
  readonly decode: Decoder;
  readonly tile: Decoder;
  readonly stored: Snippet;
  /** A head of attention in straight code. */
  readonly head: Snippet;
}
export type SlotName = keyof Slots;
type SlotValues<S extends SlotName> = { readonly [K in S]: Slots[K] };

type ArrayOf<R extends BufferRole> = R extends 'uniform'
  ? StepNumbers
  : R extends 'read u32' | 'read_write u32'
    ? Uint32Array
    : R extends 'read i32'
      ? Int32Array
      : FloatArray;

/** What a reference is given, by the names of the declaration: arrays for bindings, the step's numbers for a uniform. */
export type ReferenceArguments<
  B extends BufferDecl,
  P extends ParamDecl,
  C extends ConstantDecl,
  S extends SlotName,
> = { readonly [K in keyof B]: ArrayOf<B[K]> } & ParamValues<P> & ConstantValues<C> & SlotValues<S>;

export interface Kernel<
  B extends BufferDecl = BufferDecl,
  P extends ParamDecl = ParamDecl,
  C extends ConstantDecl = ConstantDecl,
  S extends SlotName = SlotName,
> {
  /** snake_case stem: folder entry, entry point, pipeline label, test name and benchmark row. */
  readonly name: string;
  /** WGSL with its own `@group(0) @binding(i)` lines: `buffers` in order, then the `params` uniform last. */
  readonly source: string;
  /** Shared WGSL put before the source (functions, structs). */
  readonly snippets?: readonly string[];
  /** Names of snippets the caller must supply. */
  readonly slots?: readonly S[];
  readonly buffers: B;
  /** What varies from call to call, written once into a uniform block when a plan is prepared. */
  readonly params: P;
  /** What forces a recompile, emitted as `const NAME: u32 = value;` before the source. */
  readonly constants: C;
  readonly features?: readonly GPUFeatureName[];
  workgroups(params: ParamValues<P>, constants: ConstantValues<C>): readonly [number, number, number];
  /**
   * Most iterations that one invocation runs one after another, of its innermost loops; a fixed number of at most 16 rounds is straight
   * code. Absent: no loop. null: what its buffers say decides. The tests on a device count.
   */
  readonly chain?: ((params: ParamValues<P>, constants: ConstantValues<C>) => number) | null;
  /** What one dispatch does to its bindings, on arrays of float32 or float64: oracle of the WGSL and CPU backend. */
  readonly reference: (args: NoInfer<ReferenceArguments<B, P, C, S>>) => void;
}

export function defineKernel<
  const B extends BufferDecl,
  const P extends ParamDecl,
  const C extends ConstantDecl,
  const S extends SlotName = never,
>(kernel: Kernel<B, P, C, S>): Kernel<B, P, C, S> {
  return kernel;
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

/** Makes a checked call: a misnamed or missing buffer, parameter, constant or slot fails the type check. */
export function call<
  B extends BufferDecl,
  P extends ParamDecl,
  C extends ConstantDecl,
  S extends SlotName,
  Ref,
>(
  kernel: Kernel<B, P, C, S>,
  args: {
    readonly buffers: { readonly [K in keyof B]: Ref };
    readonly params: ParamValues<P>;
    readonly constants?: { readonly [K in keyof C]?: number };
  } & ([S] extends [never] ? { readonly slots?: never } : { readonly slots: SlotValues<S> }),
): KernelCall<Ref> {
  return {
    kernel: kernel as unknown as Kernel,
    buffers: args.buffers,
    params: args.params as KernelCall<Ref>['params'],
    constants: { ...kernel.constants, ...args.constants },
    slots: args.slots ?? {},
  };
}

/** The reference of a call over the arrays of its bindings, ready to be repeated; fewer allocations a step than asking each time. */
export function referenceOf<Ref>(
  { kernel, buffers, params, constants, slots }: KernelCall<Ref>,
  arrayOf: (ref: Ref, role: Exclude<BufferRole, 'uniform'>) => NumberArray,
): (step: StepNumbers) => void {
  const args: Record<string, unknown> = { ...params, ...constants, ...slots };
  const uniforms: string[] = [];
  for (const [name, role] of Object.entries(kernel.buffers)) {
    const ref = buffers[name];
    invariant(ref !== undefined, `${kernel.name}: buffer '${name}' is missing`);
    if (role === 'uniform') uniforms.push(name);
    else args[name] = arrayOf(ref, role);
  }
  const run = kernel.reference as (args: unknown) => void;
  return (step) => {
    for (const name of uniforms) args[name] = step;
    run(args);
  };
}
