// What a norm multiplies by and adds: its own frozen numbers, or their trainable copies in the adapter buffer.

import { invariant } from '../../ground/errors.ts';
import type { Value } from '../autograd/value.ts';
import type { Recording } from '../recording.ts';
import { adapterInUse } from './linearGroup.ts';

export interface NormWeights {
  readonly weight: Value;
  /** null where the norm has none. */
  readonly bias: Value | null;
  readonly eps: number;
  /** Added to the weight. */
  readonly offset: number;
  /** Path of the copy that runs in its place, or null. */
  readonly copy: string | null;
}

/** Of the norm at `path`. */
export function normWeights(recording: Recording, path: string): NormWeights {
  const module = recording.module(path);
  const full = recording.path(path);
  const instead = adapterInUse(module)?.instead ?? null;
  const inside = module.kind.type === 'adapted' ? (instead ?? 'base_layer') : null;
  const norm = inside === null ? module : module.at(inside);
  const [weight, bias] = [norm?.parameters.get('weight'), norm?.parameters.get('bias')];
  invariant(norm?.kind.type === 'norm' && weight, `'${path}' is not a norm with a weight`);
  const { eps, offset = 0 } = norm.kind;
  const own = { eps, offset };
  if (instead !== null)
    return {
      ...own,
      weight: recording.adapterParameter(weight),
      bias: bias ? recording.adapterParameter(bias) : null,
      copy: `${full}.${instead}`,
    };
  const at = inside === null ? full : `${full}.${inside}`;
  const stored = (buffer: string) => ({ kind: 'persistent', buffer, offset: 0 }) as const;
  return {
    ...own,
    weight: recording.parameter(weight, `${at}.weight`, stored(`weights/${path}`)),
    bias: bias ? recording.parameter(bias, `${at}.bias`, stored(`weights/${path}.bias`)) : null,
    copy: null,
  };
}

/** Whether the norm at `path` takes the mean off first. */
export function isCentred(recording: Recording, path: string): boolean {
  const module = recording.module(path);
  const norm = module.kind.type === 'adapted' ? module.child('base_layer') : module;
  return norm.kind.type === 'norm' && norm.kind.centred === true;
}
