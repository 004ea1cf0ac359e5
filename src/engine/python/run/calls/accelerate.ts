// accelerate: prepare() hands back what it was given, backward() is loss.backward().
// Under mixed_precision="fp16" its scaler unscales the gradients where they are clipped, or where a prepared optimiser steps.
// Source: accelerate 0.34.2 accelerator.py unscale_gradients, optimizer.py AcceleratedOptimizer.step.
import { textOf } from '../../program/values.ts';
import type { CalleeTable } from '../acting.ts';
import { callee } from '../acting.ts';
import type { PlainObject, ProgramObject } from '../objects.ts';
import { backward, unscale } from './torch.ts';

/** Optimisers whose steps go through a scaler. */
const scaled = new WeakSet<PlainObject>();

const scales = (object: ProgramObject | null): boolean =>
  object?.kind === 'plain' && textOf(object.values.get('mixed_precision')) === 'fp16';

const unscaling = callee('', (call) => (scales(call.self) ? unscale.act(call) : { value: null }));

export const accelerateCallees: CalleeTable = {
  'accelerate.Accelerator': callee('', (call) => ({
    object: { kind: 'plain', callee: 'accelerate.Accelerator', values: call.given },
  })),
  'accelerate.Accelerator.prepare': callee('', (call) => {
    for (const value of scales(call.self) ? call.rest : []) {
      const prepared = call.object(value);
      if (prepared?.kind === 'plain' && prepared.callee.startsWith('torch.optim.')) scaled.add(prepared);
    }
    return { value: call.rest.length === 1 ? (call.rest[0] ?? null) : { tuple: call.rest } };
  }),
  'accelerate.Accelerator.prepare_model': callee('model', (call) => ({ value: call.value('model') ?? null })),
  'accelerate.Accelerator.unwrap_model': callee('model', (call) => ({ value: call.value('model') ?? null })),
  'accelerate.Accelerator.backward': callee('loss', (call) => {
    const self = call.object(call.value('loss'));
    return backward.act({ ...call, self });
  }),
  'accelerate.Accelerator.clip_grad_norm_': unscaling,
  'accelerate.Accelerator.clip_grad_value_': unscaling,
  'accelerate.Accelerator.unscale_gradients': unscaling,
  'torch.optim.Optimizer.step': callee('closure', (call) =>
    call.self?.kind === 'plain' && scaled.has(call.self) ? unscale.act(call) : { value: null },
  ),
};
