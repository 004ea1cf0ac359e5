// How far the last AdamW step moved each tensor, from what the step left behind: p' = p − lr·wd·p − lr·m̂ / (√v̂ + ε).
import type { AdapterLayout } from '../torch/trainedLayout.ts';
import type { TrainerState } from './trainerState.ts';

export interface LastStep {
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly eps: number;
  readonly weightDecay: number;
}

/** ‖p' − p‖ of every tensor of the layout; zeros before the first step. Of AdamW: other optimisers leave too little behind. */
export function updateNorms(layout: AdapterLayout, state: TrainerState, last: LastStep): number[] {
  const [first, second] = state.optimizer;
  const { learningRate: lr, beta1, beta2, eps, weightDecay } = last;
  const [c1, c2] = [1 - beta1 ** state.step, 1 - beta2 ** state.step];
  return layout.tensors.map(({ offset, length }) => {
    if (state.step === 0) return 0;
    let sum = 0;
    for (let i = offset; i < offset + length; i++) {
      const m = (first?.[i] ?? 0) / c1;
      const v = (second?.[i] ?? 0) / c2;
      const move = lr * (m / (Math.sqrt(v) + eps));
      const before = ((state.adapter[i] ?? 0) + move) / (1 - lr * weightDecay);
      sum += (move + lr * weightDecay * before) ** 2;
    }
    return Math.sqrt(sum);
  });
}
