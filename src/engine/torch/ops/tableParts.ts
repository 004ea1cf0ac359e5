// What stands at the embedding and at the output head: the frozen table, its trainable copy (modules_to_save) or an adapter on it.

import { invariant } from '../../ground/errors.ts';
import type { Value } from '../autograd/value.ts';
import type { Module, Parameter } from '../nn/module.ts';
import { runningPart, SAVED_WRAPPER } from '../nn/savedWrapper.ts';
import type { Recording } from '../recording.ts';
import type { PlacedLowRank } from './linearGroup.ts';
import { hooksOf } from './linearGroup.ts';

export interface TableParts {
  /** nn.Embedding or nn.Linear, unwrapped. */
  readonly base: Module;
  /** The copy in use, in the adapter buffer. */
  readonly copy: { readonly value: Value; readonly offset: number } | null;
  /** A and B of the adapter in use: [r, in], [out, r]; of an embedding [r, V], [C, r]. */
  readonly lowRank: PlacedLowRank | null;
}

function copyOf(recording: Recording, wrapper: Module): TableParts['copy'] {
  const [part, name = ''] = runningPart(wrapper);
  if (part === 'original_module') return null;
  const copy = wrapper.child('modules_to_save').children.get(name);
  const weight = copy?.parameters.get('weight');
  const place = weight && recording.layout.byParameter.get(weight);
  invariant(weight && place, 'modules_to_save: the copy has no place in the layout');
  return { value: recording.adapterParameter(weight), offset: place.offset };
}

export function tableParts(recording: Recording, path: string): TableParts {
  const module = recording.module(path);
  if (module.className === SAVED_WRAPPER)
    return { base: module.child('original_module'), copy: copyOf(recording, module), lowRank: null };
  if (module.kind.type === 'adapted')
    return { base: module.child('base_layer'), copy: null, lowRank: hooksOf(recording, module).lowRank };
  return { base: module, copy: null, lowRank: null };
}

/** The frozen weight of a module, whatever is around it. */
export function frozenWeight(module: Module): Parameter | undefined {
  if (module.className === SAVED_WRAPPER) return module.child('original_module').parameters.get('weight');
  if (module.kind.type === 'adapted') return module.child('base_layer').parameters.get('weight');
  return module.parameters.get('weight');
}
