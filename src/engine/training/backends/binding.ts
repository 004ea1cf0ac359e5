// Where a binding of a kernel stands: which buffer, from which element on, how many. Both backends ask here, so that an offset
// is the same on either and the oracle sees a wrong one. Knows no buffer itself.
import { invariant } from '../../ground/errors.ts';
import type { Ref } from '../../torch/autograd/operation.ts';
import type { Plan } from '../../torch/autograd/plan.ts';
import { elementCount, resolveAlias } from '../../torch/autograd/value.ts';

export type Place =
  | { readonly kind: 'named'; readonly name: string }
  /** Of the plan. */
  | { readonly kind: 'slot'; readonly index: number }
  | { readonly kind: 'scratch'; readonly index: number };

export interface Binding {
  readonly place: Place;
  /** In elements of 4 bytes, a multiple of 64: WebGPU binds at multiples of 256 bytes. */
  readonly offset: number;
  /** Elements; undefined: all that follow. */
  readonly length: number | undefined;
  /** What a message calls it. */
  readonly label: string;
}

function whereIs(ref: Ref, plan: Plan): Binding {
  if ('scratch' in ref) {
    const label = `scratch ${ref.scratch}`;
    return { place: { kind: 'scratch', index: ref.scratch }, offset: 0, length: undefined, label };
  }
  if ('buffer' in ref) {
    const place = { kind: 'named', name: ref.buffer } as const;
    return { place, offset: ref.offset ?? 0, length: ref.size, label: ref.buffer };
  }
  const { owner, offset } = resolveAlias(ref.value);
  const at = offset + (ref.offset ?? 0);
  const length = ref.size ?? elementCount(ref.value.shape);
  const label = ref.value.name;
  if (owner.storage.kind === 'persistent') {
    const start = owner.storage.offset + at;
    const whole = start === 0 && ref.size === undefined;
    const place = { kind: 'named', name: owner.storage.buffer } as const;
    return { place, offset: start, length: whole ? undefined : length, label };
  }
  const index = plan.slotOf.get(owner);
  invariant(index !== undefined, `binding: '${label}' has no slot`);
  return { place: { kind: 'slot', index }, offset: at, length, label };
}

export function bindingOf(ref: Ref, plan: Plan): Binding {
  const binding = whereIs(ref, plan);
  invariant(binding.offset % 64 === 0, `binding: '${binding.label}' begins at element ${binding.offset}`);
  return binding;
}
