// What a group of frozen projections is, as plain numbers: widths, adapters, where the packed weights stand. Reads the
// module tree (bare linear or LoRA wrapper); knows nothing of how a format packs its bytes.
import { invariant } from '../errors.ts';
import type { Recording } from '../models/recording.ts';
import type { Module } from '../nn/module.ts';
import type { Value } from '../tape/value.ts';
import type { FrozenGroup } from './frozenProduct.ts';

export interface GroupAttributes extends FrozenGroup {
  /** Sum of ranks: columns of u. */
  readonly ru: number;
  /** Floats of the whole adapter: the row length of `grads`. */
  readonly adapterTotal: number;
  readonly dropoutRate: number;
  readonly dropoutStream: number;
  scaleOf(parameter: Value): number;
}

export interface LinearAttributes {
  readonly group: GroupAttributes;
  readonly hasResidual: boolean;
}

export interface Member {
  readonly base: Module;
  readonly k: number;
  readonly out: number;
  readonly lora: {
    readonly adapter: string;
    readonly a: Value;
    readonly b: Value;
    readonly rank: number;
    readonly scale: number;
    readonly aOffset: number;
    readonly bOffset: number;
    readonly dropout: number;
    readonly stream: number;
  } | null;
}

function loraOf(recording: Recording, wrapper: Module): Member['lora'] {
  if (wrapper.kind.type !== 'lora' || wrapper.kind.disabled) return null;
  const [adapter] = wrapper.kind.active;
  const options = adapter === undefined ? undefined : wrapper.kind.adapters.get(adapter);
  if (adapter === undefined || !options) return null;
  const a = wrapper.child('lora_A').child(adapter).parameters.get('weight');
  const b = wrapper.child('lora_B').child(adapter).parameters.get('weight');
  const aPlace = a && recording.layout.byParameter.get(a);
  const bPlace = b && recording.layout.byParameter.get(b);
  invariant(a && b && aPlace && bPlace, `adapter '${adapter}' has no tensors in the layout`);
  return {
    adapter,
    a: recording.adapterParameter(a),
    b: recording.adapterParameter(b),
    rank: options.r,
    scale: options.scaling,
    aOffset: aPlace.offset,
    bOffset: bPlace.offset,
    dropout: options.dropout,
    stream: recording.layout.tensors.indexOf(aPlace),
  };
}

/** The linear at `path`, unwrapped, with its active adapter if any. */
export function memberOf(recording: Recording, path: string): Member {
  const module = recording.module(path);
  const base = module.kind.type === 'lora' ? module.child('base_layer') : module;
  invariant(base.kind.type === 'linear', `'${path}' is not a linear module`);
  return {
    base,
    k: base.kind.inFeatures,
    out: base.kind.outFeatures,
    lora: loraOf(recording, module),
  };
}
