// accelerate: prepare() hands back what it was given, backward() is loss.backward().
import type { CalleeTable } from '../acting.ts';
import { callee } from '../acting.ts';
import { backward } from './torch.ts';

export const accelerateCallees: CalleeTable = {
  'accelerate.Accelerator': callee('', (call) => ({
    object: { kind: 'plain', callee: 'accelerate.Accelerator', values: call.given },
  })),
  'accelerate.Accelerator.prepare': callee('', (call) => ({
    value: call.rest.length === 1 ? (call.rest[0] ?? null) : { tuple: call.rest },
  })),
  'accelerate.Accelerator.prepare_model': callee('model', (call) => ({ value: call.value('model') ?? null })),
  'accelerate.Accelerator.unwrap_model': callee('model', (call) => ({ value: call.value('model') ?? null })),
  'accelerate.Accelerator.backward': callee('loss', (call) => {
    const self = call.object(call.value('loss'));
    return backward.act({ ...call, self });
  }),
};
