// References of the fused kernels: one room's after another's, as two dispatches would run them.
import type { FloatArray } from '../declaration.ts';
import { linearPartsReference } from '../linear/tiled.ref.ts';
import type { RmsNormArguments, RmsNormBackwardArguments } from '../rms_norm/rms_norm.ref.ts';
import { rmsNormBackwardReference, rmsNormReference } from '../rms_norm/rms_norm.ref.ts';
import { swigluBackwardReference, swigluReference } from '../swiglu/swiglu.ref.ts';
import type { LoraDownArguments, LoraUpBackwardArguments } from './lora.ref.ts';
import { loraDownReference, loraUpBackwardReference } from './lora.ref.ts';

export type LoraDownNormedArguments = Omit<RmsNormArguments, 'c'> & LoraDownArguments;

/** y, rstd, u. */
export function loraDownNormedReference(args: LoraDownNormedArguments): void {
  rmsNormReference({ ...args, c: args.k });
  loraDownReference({ ...args, x: args.y });
}

export interface LoraDownGatedArguments extends Omit<LoraDownArguments, 'x'> {
  readonly gu: FloatArray;
  readonly h: FloatArray;
}

/** h, u. */
export function loraDownGatedReference(args: LoraDownGatedArguments): void {
  swigluReference({ ...args, f: args.k });
  loraDownReference({ ...args, x: args.h });
}

export interface LoraDownGatedPartsArguments extends LoraDownGatedArguments {
  /** [TERMS, N, 2K] */
  readonly parts: FloatArray;
  readonly terms: number;
}

/** gu, h, u. */
export function loraDownGatedPartsReference(args: LoraDownGatedPartsArguments): void {
  const { parts, terms, gu, n, k } = args;
  linearPartsReference({ parts, residual: gu, y: gu, size: 2 * n * k, terms, HAS_RESIDUAL: 0 });
  loraDownGatedReference(args);
}

export type LoraUpBackwardNormedArguments = Omit<RmsNormBackwardArguments, 'c'> & LoraUpBackwardArguments;

/** dx, du. */
export function loraUpBackwardNormedReference(args: LoraUpBackwardNormedArguments): void {
  rmsNormBackwardReference({ ...args, c: args.out });
  loraUpBackwardReference({ ...args, dy: args.dx });
}

export interface LoraUpBackwardGatedArguments extends Omit<LoraUpBackwardArguments, 'dy'> {
  readonly dh: FloatArray;
  readonly gu: FloatArray;
  readonly dgu: FloatArray;
}

/** dgu, du. */
export function loraUpBackwardGatedReference(args: LoraUpBackwardGatedArguments): void {
  swigluBackwardReference({ ...args, f: args.out / 2 });
  loraUpBackwardReference({ ...args, dy: args.dgu });
}
