// What a group of frozen projections is, as plain numbers: widths, adapters, where the packed weights stand. Reads the
// module tree (bare linear or LoRA wrapper); knows nothing of how a format packs its bytes.

import { magnitudeOffset } from '../../../shaders/dora/dora.ref.ts';
import { firstBlocks } from '../../../shaders/quant/packing.ts';
import { invariant } from '../../ground/errors.ts';
import type { Value } from '../autograd/value.ts';
import type { LoraAdapter, Module } from '../nn/module.ts';
import type { Recording } from '../recording.ts';
import type { FrozenGroup } from './frozenProduct.ts';

export interface GroupAttributes extends FrozenGroup {
  /** Sum of ranks: columns of u. */
  readonly ru: number;
  /** Floats of the whole adapter: the row length of `grads`. */
  readonly adapterTotal: number;
  readonly dropoutRate: number;
  readonly dropoutStream: number;
  /** Table of m / n and n where a member has DoRA, of l and 1 where one has IA3. */
  readonly dora: string | null;
  readonly ia3: boolean;
  scaleOf(parameter: Value): number;
}

export interface LinearAttributes {
  readonly group: GroupAttributes;
  readonly hasResidual: boolean;
}

/** A vector of IA3. */
export interface Ia3Vector {
  readonly adapter: string;
  readonly value: Value;
  readonly offset: number;
  readonly feedforward: boolean;
}

export interface Member {
  readonly base: Module;
  readonly ia3: Ia3Vector | null;
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
    readonly vera: boolean;
    /** DoRA's magnitudes. */
    readonly m: Value | null;
    readonly mOffset: number;
  } | null;
}

/** VeRA's vectors in the place of LoRA's factors, and the factors made of them where LoRA's kernels find theirs. */
function veraOf(
  recording: Recording,
  wrapper: Module,
  adapter: string,
  { r, scaling, dropout }: LoraAdapter,
): Member['lora'] {
  const d = wrapper.child('vera_lambda_d').parameters.get(adapter);
  const place = d && recording.layout.vera.get(d);
  invariant(place, `adapter '${adapter}' has no vectors in the layout`);
  return {
    adapter,
    a: recording.adapterParameter(place.d.parameter),
    b: recording.adapterParameter(place.b.parameter),
    rank: r,
    scale: scaling,
    aOffset: place.aOffset,
    bOffset: place.bOffset,
    dropout,
    stream: recording.layout.tensors.indexOf(place.b),
    vera: true,
    m: null,
    mOffset: 0,
  };
}

/** The adapter in use of a wrapper around a linear or an embedding. */
export function loraOf(recording: Recording, wrapper: Module): Member['lora'] {
  if (wrapper.kind.type !== 'lora' || wrapper.kind.disabled) return null;
  const [adapter] = wrapper.kind.active;
  const options = adapter === undefined ? undefined : wrapper.kind.adapters.get(adapter);
  if (adapter === undefined || !options || options.ia3) return null;
  if (options.vera) return veraOf(recording, wrapper, adapter, options);
  const table = wrapper.child('base_layer').kind.type === 'embedding';
  const factor = (letter: 'A' | 'B') =>
    table
      ? wrapper.child(`lora_embedding_${letter}`).parameters.get(adapter)
      : wrapper.child(`lora_${letter}`).child(adapter).parameters.get('weight');
  const [a, b] = [factor('A'), factor('B')];
  const aPlace = a && recording.layout.byParameter.get(a);
  const bPlace = b && recording.layout.byParameter.get(b);
  invariant(a && b && aPlace && bPlace, `adapter '${adapter}' has no tensors in the layout`);
  const m = options.dora
    ? wrapper.children.get('lora_magnitude_vector')?.child(adapter).parameters.get('weight')
    : undefined;
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
    vera: false,
    m: m ? recording.adapterParameter(m) : null,
    mOffset: (m && recording.layout.byParameter.get(m)?.offset) ?? 0,
  };
}

function ia3Of(recording: Recording, wrapper: Module): Ia3Vector | null {
  if (wrapper.kind.type !== 'lora' || wrapper.kind.disabled) return null;
  const [adapter = ''] = wrapper.kind.active;
  const ia3 = wrapper.kind.adapters.get(adapter)?.ia3;
  const vector = ia3 && wrapper.child('ia3_l').parameters.get(adapter);
  const place = vector && recording.layout.byParameter.get(vector);
  if (!place) return null;
  const value = recording.adapterParameter(vector);
  return { adapter, value, offset: place.offset, feedforward: ia3.feedforward };
}

/** The linear at `path`, unwrapped, with its active adapter if any. */
function memberOf(recording: Recording, path: string): Member {
  const module = recording.module(path);
  const base = module.kind.type === 'lora' ? module.child('base_layer') : module;
  invariant(base.kind.type === 'linear', `'${path}' is not a linear module`);
  return {
    base,
    k: base.kind.inFeatures,
    out: base.kind.outFeatures,
    lora: loraOf(recording, module),
    ia3: ia3Of(recording, module),
  };
}

/** Whether dropout acts at a module. */
export const dropsOut = (recording: Recording, path: string): boolean =>
  recording.module(path).training && !recording.model.dropoutDisabled;

/** Members of a group with their adapters; `path` names the group and its packed weights, `weights/<path>`. */
export function groupOf(
  recording: Recording,
  args: { readonly members: readonly string[]; readonly path: string },
): { readonly group: GroupAttributes; readonly members: readonly Member[] } {
  const members = args.members.map((path) => memberOf(recording, path));
  const blocks = firstBlocks(members.map((member) => member.k * member.out));
  const scales = new Map<Value, number>();
  let [start, uColumn] = [0, 0];
  const segments = members.map(({ lora, ia3, out }, index) => {
    const vector = ia3 && !ia3.feedforward ? ia3 : null;
    if (lora) scales.set(lora.a, lora.scale).set(lora.b, lora.scale);
    const segment = {
      start,
      end: start + out,
      rank: lora?.rank ?? 0,
      u_column: uColumn,
      // With IA3 the vector stands at A's place, and the scale says that there is one.
      a_offset: vector?.offset ?? lora?.aOffset ?? 0,
      b_offset: lora?.bOffset ?? 0,
      first_block: blocks[index] ?? 0,
      scale: vector ? 1 : (lora?.scale ?? 0),
    };
    if (lora?.m) invariant(lora.mOffset === magnitudeOffset(segment), 'dora: m does not stand behind B');
    start += out;
    uColumn += segment.rank;
    return segment;
  });
  const [first] = members;
  invariant(first, 'linear: an empty group');
  const dropout = Math.max(0, ...members.map((member) => member.lora?.dropout ?? 0));
  const scaled = members.some(({ ia3 }) => ia3 && !ia3.feedforward);
  const group: GroupAttributes = {
    k: first.k,
    out: start,
    ru: uColumn,
    segments,
    weights: `weights/${args.path}`,
    format: recording.weightFormat(args.path),
    adapterTotal: recording.layout.total,
    dropoutRate: dropsOut(recording, args.members[0] ?? '') ? dropout : 0,
    dropoutStream: members.find((member) => member.lora)?.lora?.stream ?? 0,
    dora: scaled || members.some(({ lora }) => lora?.m) ? `dora/${args.path}` : null,
    ia3: scaled,
    scaleOf: (parameter) => scales.get(parameter) ?? 0,
  };
  return { group, members };
}

/** The input of a feedforward module of IA3 as a group of its own, whose columns are the module's inputs. */
export function inputGroup(group: GroupAttributes, { offset }: Ia3Vector, path: string): GroupAttributes {
  const { k } = group;
  const nothing = { rank: 0, u_column: 0, b_offset: 0, first_block: 0 };
  const segments = [{ ...nothing, start: 0, end: k, a_offset: offset, scale: 1 }];
  return { ...group, out: k, ru: 0, segments, dora: `dora/${path}.in`, ia3: true };
}
