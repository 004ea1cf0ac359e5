// The gradient of an adapter tensor: a part of the `grads` buffer, at the tensor's own offset.
import { invariant } from '../../ground/errors.ts';
import type { Value } from '../autograd/value.ts';

/** What a rule needs of its context to name such a part. */
interface MakesLeaves {
  leaf(name: string, shape: readonly number[], storage: Value['storage'], zero: boolean): Value;
}

export function gradientLeaf(context: MakesLeaves, parameter: Value, zero: boolean): Value {
  invariant(parameter.storage.kind === 'persistent', 'adapter parameters live in the adapter buffer');
  const storage = { kind: 'persistent', buffer: 'grads', offset: parameter.storage.offset } as const;
  return context.leaf(`${parameter.name}.grad`, parameter.shape, storage, zero);
}
