// A norm or a gate and the narrow product of an adapter behind it, and their gradients, as one dispatch: which neighbours can be, and its call.
// The operations that come first ask here; what they compute alone is theirs.

import type { KernelCall } from '../../../shaders/kernel.ts';
import { call } from '../../../shaders/kernel.ts';
import {
  loraDownGated,
  loraDownGatedParts,
  loraDownNormed,
  loraUpBackwardGated,
  loraUpBackwardNormed,
} from '../../../shaders/lora/lora_fused.ts';
import { loraUpBackwardTurned, turnsInFours } from '../../../shaders/lora/lora_turned.ts';
import { ranksOf4 } from '../../../shaders/lora/lora_workgroup.ts';
import type { KernelProfile, Ref, SplitSum, TapeNode } from '../autograd/operation.ts';
import type { Value } from '../autograd/value.ts';
import type { GroupAttributes } from './linearGroup.ts';
import { hasDropout, inFours, isLoraDown, isLoraUpBackward, loraNumbers } from './loraOperations.ts';
import { rowsAndColumns, valueAt } from './nodeValues.ts';

const ADAPTER: Ref = { buffer: 'adapter' };
const STEP: Ref = { buffer: 'step' };

/** Every block of four ranks takes what comes first for itself: more blocks than these do it too often. */
const MOST_RANKS = 16;

const isNarrow = (group: GroupAttributes, profile: KernelProfile): boolean =>
  inFours(group, profile) && group.segments.every(({ rank }) => rank <= MOST_RANKS);

interface Narrow {
  readonly group: GroupAttributes;
  readonly made: Value;
  readonly n: number;
}

/** The product u = drop(x) Aᵀ of what `from` is, if that is the next thing. */
export function downOf(from: Value, next: TapeNode | undefined, profile: KernelProfile): Narrow | null {
  if (!next || !isLoraDown(next) || next.inputs[0] !== from || !isNarrow(next.attributes, profile))
    return null;
  const [made] = valueAt(next.outputs, 0);
  return { group: next.attributes, made, n: rowsAndColumns(from).n };
}

/** The product du = s dy B of what `from` is, of a group whose members all have an adapter, if that is the next thing. */
function upBackwardOf(
  from: Value,
  next: TapeNode | undefined,
  profile: KernelProfile,
  members: number,
): Narrow | null {
  if (!next || !isLoraUpBackward(next) || next.inputs[0] !== from || !isNarrow(next.attributes, profile))
    return null;
  const { segments } = next.attributes;
  if (segments.length !== members || segments.some(({ rank }) => rank === 0)) return null;
  const [made] = valueAt(next.outputs, 0);
  return { group: next.attributes, made, n: rowsAndColumns(from).n };
}

type Refs<Name extends string> = Readonly<Record<Name, Ref>>;

interface NormNumbers {
  readonly eps: number;
  readonly offset: number;
}

export function downNormedCall(
  { group, made, n }: Narrow,
  refs: Refs<'x' | 'w' | 'y' | 'rstd'>,
  numbers: NormNumbers,
): KernelCall<Ref> {
  const buffers = { ...refs, adapter: ADAPTER, step: STEP, u: { value: made } };
  const params = { ...loraNumbers(group, n), ...numbers };
  return call(loraDownNormed, { buffers, params, constants: hasDropout(group) });
}

/** What each block of four ranks adds up for itself: of more parts all of them together read too much. */
const MOST_TERMS = 4;

/** `sum`: gate | up in parts. null where there are too many. */
export function downGatedPartsCall(
  { group, made, n }: Narrow,
  { refs: { parts }, hasResidual, terms }: SplitSum,
  refs: Refs<'gu' | 'h'>,
): KernelCall<Ref> | null {
  if (hasResidual || terms > MOST_TERMS) return null;
  const buffers = { ...refs, parts, adapter: ADAPTER, step: STEP, u: { value: made } };
  const params = { ...loraNumbers(group, n), terms };
  return call(loraDownGatedParts, { buffers, params, constants: hasDropout(group) });
}

export function downGatedCall({ group, made, n }: Narrow, refs: Refs<'gu' | 'h'>): KernelCall<Ref> {
  const buffers = { ...refs, adapter: ADAPTER, step: STEP, u: { value: made } };
  return call(loraDownGated, { buffers, params: loraNumbers(group, n), constants: hasDropout(group) });
}

/** null where the next thing is another. */
export function upBackwardNormedCall(
  from: Value,
  next: TapeNode | undefined,
  profile: KernelProfile,
  refs: Refs<'dy' | 'x' | 'w' | 'rstd' | 'residual' | 'dx'>,
  { offset, hasResidual }: { readonly offset: number; readonly hasResidual: boolean },
): KernelCall<Ref> | null {
  const found = upBackwardOf(from, next, profile, 1);
  if (!found) return null;
  const { group, made, n } = found;
  const { out, ru, segments } = group;
  return call(loraUpBackwardNormed, {
    buffers: { ...refs, adapter: ADAPTER, du: { value: made } },
    params: { n, out, ru, count: 1, segments, offset },
    constants: { RANKS_OF_4: ranksOf4(segments), HAS_RESIDUAL: hasResidual ? 1 : 0 },
  });
}

/** null where the next thing is another. */
export function upBackwardGatedCall(
  from: Value,
  next: TapeNode | undefined,
  profile: KernelProfile,
  refs: Refs<'dh' | 'gu' | 'dgu'>,
): KernelCall<Ref> | null {
  const found = upBackwardOf(from, next, profile, 2);
  if (!found) return null;
  const { group, made, n } = found;
  const { out, ru, segments } = group;
  // Gate and up, halves of the group.
  if (segments[0]?.end !== out / 2) return null;
  return call(loraUpBackwardGated, {
    buffers: { ...refs, adapter: ADAPTER, du: { value: made } },
    params: { n, out, ru, count: 2, segments },
    constants: { RANKS_OF_4: ranksOf4(segments) },
  });
}

interface TurnNumbers {
  readonly t: number;
  readonly heads: number;
  readonly kv_heads: number;
  readonly d: number;
  readonly dims: number;
  /** Parts of dk and dv; 0: they are whole. */
  readonly terms: number;
  readonly HAS_DOCUMENTS: number;
}

/** `to`: the gradient of q|k|v. null where the next thing is another. */
export function upBackwardTurnedCall(
  to: Value,
  next: TapeNode | undefined,
  profile: KernelProfile,
  refs: Refs<'turned' | 'parts_kv' | 'cos_table' | 'sin_table' | 'documents' | 'step'>,
  { HAS_DOCUMENTS, ...numbers }: TurnNumbers,
): KernelCall<Ref> | null {
  const found = upBackwardOf(to, next, profile, 3);
  if (!found || !turnsInFours(numbers.d, numbers.dims)) return null;
  const { group, made, n } = found;
  const { out, ru, segments } = group;
  return call(loraUpBackwardTurned, {
    buffers: { ...refs, adapter: ADAPTER, dqkv: { value: to }, du: { value: made } },
    params: { n, out, ru, count: segments.length, segments, ...numbers },
    constants: { RANKS_OF_4: ranksOf4(segments), HAS_DOCUMENTS, PARTS: numbers.terms > 0 ? 1 : 0 },
  });
}
