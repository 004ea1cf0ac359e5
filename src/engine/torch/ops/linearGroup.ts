// What a group of frozen projections is, as plain numbers: widths, adapters, where the packed weights stand. Reads the
// module tree (bare linear or wrapper); knows nothing of how a format packs its bytes.

import { firstBlocks } from '../../../shaders/quant/packing.ts';
import { magnitudeOffset } from '../../../shaders/scale_columns/scale_columns.ref.ts';
import { invariant } from '../../ground/errors.ts';
import type { Value } from '../autograd/value.ts';
import type { Adapter, LowRank, Module, OutputScale, Parameter } from '../nn/module.ts';
import type { Recording } from '../recording.ts';
import type { FrozenGroup } from './frozenProduct.ts';

export interface GroupAttributes extends FrozenGroup {
  /** Sum of ranks: columns of u. */
  readonly ru: number;
  /** Floats of the whole adapter: the row length of `grads`. */
  readonly adapterTotal: number;
  readonly dropoutRate: number;
  readonly dropoutStream: number;
  /** Buffer of the members' frozen biases [OUT]; null where none has one. */
  readonly bias: string | null;
  /** Buffer of the group's column scales [2, OUT], scales and what divides them; null where no output is scaled. */
  readonly table: string | null;
  /** Whether the scales are trained numbers over the norms of the adapted rows, which stand behind B; else where A would. */
  readonly overRowNorms: boolean;
  scaleOf(parameter: Value): number;
}

export interface LinearAttributes {
  readonly group: GroupAttributes;
  readonly hasResidual: boolean;
}

/** A trained vector on the tape, and its place in the adapter buffer. */
export interface PlacedVector {
  readonly value: Value;
  readonly offset: number;
}

/** Two factors on the tape. */
export interface PlacedLowRank {
  /** What trains: the factors, or the vectors that they are made of. */
  readonly a: Value;
  readonly b: Value;
  readonly rank: number;
  readonly scale: number;
  /** Of the factors in the adapter buffer. */
  readonly aOffset: number;
  readonly bOffset: number;
  readonly dropout: number;
  /** Of the dropout's random numbers. */
  readonly stream: number;
  readonly modules: LowRank['modules'];
}

/** The three hooks of a linear. */
export interface Hooks {
  readonly lowRank: PlacedLowRank | null;
  readonly inputScale: PlacedVector | null;
  readonly outputScale: (PlacedVector & Pick<OutputScale, 'overRowNorms' | 'module'>) | null;
}

export interface Member extends Hooks {
  readonly base: Module;
  /** Whether an adapter is in use. */
  readonly adapted: boolean;
  readonly k: number;
  readonly out: number;
}

const NO_HOOKS: Hooks = { lowRank: null, inputScale: null, outputScale: null };

/** The adapter in use of a wrapper, or null. */
export function adapterInUse({ kind }: Module): Adapter | null {
  if (kind.type !== 'adapted' || kind.disabled) return null;
  const [name] = kind.active;
  return (name !== undefined && kind.adapters.get(name)) || null;
}

function placed(recording: Recording, parameter: Parameter): PlacedVector {
  const place = recording.layout.byParameter.get(parameter);
  invariant(place, `adapter: parameter '${parameter.name}' has no place in the layout`);
  return { value: recording.adapterParameter(parameter), offset: place.offset };
}

function placedLowRank(recording: Recording, { trained }: Adapter, lowRank: LowRank): PlacedLowRank {
  const { layout } = recording;
  const { a, b, rank, scale, dropout, modules } = lowRank;
  const factors = layout.factors.get(lowRank);
  invariant(factors, 'adapter: factors without a place in the layout');
  return {
    a: recording.adapterParameter(a),
    b: recording.adapterParameter(b),
    rank,
    scale,
    ...factors,
    dropout,
    stream: layout.tensors.findIndex(({ parameter }) => parameter === trained[0]),
    modules,
  };
}

/** What the adapter in use adds to a wrapped linear or embedding. */
export function hooksOf(recording: Recording, wrapper: Module): Hooks {
  const adapter = adapterInUse(wrapper);
  if (!adapter) return NO_HOOKS;
  const { lowRank, inputScale, outputScale } = adapter;
  return {
    lowRank: lowRank && placedLowRank(recording, adapter, lowRank),
    inputScale: inputScale && placed(recording, inputScale),
    outputScale: outputScale && { ...outputScale, ...placed(recording, outputScale.vector) },
  };
}

/** The linear at `path`, unwrapped, with its active adapter if any. */
function memberOf(recording: Recording, path: string): Member {
  const module = recording.module(path);
  const base = module.kind.type === 'adapted' ? module.child('base_layer') : module;
  invariant(base.kind.type === 'linear', `'${path}' is not a linear module`);
  return {
    base,
    adapted: adapterInUse(module) !== null,
    k: base.kind.inFeatures,
    out: base.kind.outFeatures,
    ...hooksOf(recording, module),
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
  const segments = members.map(({ lowRank, outputScale, out }, index) => {
    const vector = outputScale && !outputScale.overRowNorms ? outputScale : null;
    if (lowRank) scales.set(lowRank.a, lowRank.scale).set(lowRank.b, lowRank.scale);
    const segment = {
      start,
      end: start + out,
      rank: lowRank?.rank ?? 0,
      u_column: uColumn,
      // A vector that is the scale itself stands at A's place, and the scale says that there is one.
      a_offset: vector?.offset ?? lowRank?.aOffset ?? 0,
      b_offset: lowRank?.bOffset ?? 0,
      first_block: blocks[index] ?? 0,
      scale: vector ? 1 : (lowRank?.scale ?? 0),
    };
    if (outputScale?.overRowNorms)
      invariant(outputScale.offset === magnitudeOffset(segment), 'column scales: they do not stand behind B');
    start += out;
    uColumn += segment.rank;
    return segment;
  });
  const [first] = members;
  invariant(first, 'linear: an empty group');
  const dropout = Math.max(0, ...members.map(({ lowRank }) => lowRank?.dropout ?? 0));
  const outputScales = members.flatMap(({ outputScale }) => outputScale ?? []);
  const group: GroupAttributes = {
    k: first.k,
    out: start,
    ru: uColumn,
    segments,
    weights: `weights/${args.path}`,
    format: recording.weightFormat(args.path),
    adapterTotal: recording.layout.total,
    dropoutRate: dropsOut(recording, args.members[0] ?? '') ? dropout : 0,
    dropoutStream: members.find(({ lowRank }) => lowRank)?.lowRank?.stream ?? 0,
    bias: members.some(({ base }) => base.parameters.has('bias')) ? `weights/${args.path}.bias` : null,
    table: outputScales.length > 0 ? `scales/${args.path}` : null,
    overRowNorms: outputScales.some(({ overRowNorms }) => overRowNorms),
    scaleOf: (parameter) => scales.get(parameter) ?? 0,
  };
  return { group, members };
}

/** The input of a linear that is scaled, as a group of its own, whose columns are the linear's inputs. */
export function inputGroup(group: GroupAttributes, { offset }: PlacedVector, path: string): GroupAttributes {
  const { k } = group;
  const nothing = { rank: 0, u_column: 0, b_offset: 0, first_block: 0 };
  const segments = [{ ...nothing, start: 0, end: k, a_offset: offset, scale: 1 }];
  return { ...group, out: k, ru: 0, segments, bias: null, table: `scales/${path}.in`, overRowNorms: false };
}
