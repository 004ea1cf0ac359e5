// Reference of `kv_append`: also the CPU backend's own code.
import type { FloatArray } from '../declaration.ts';
import type { StepNumbers } from '../lib/step.ts';

export interface KvAppendArguments {
  readonly qkv: FloatArray;
  readonly cache: FloatArray;
  readonly step: Pick<StepNumbers, 'position'>;
  readonly t: number;
  readonly width: number;
  readonly stride: number;
  readonly k_offset: number;
  readonly v_offset: number;
  readonly max_t: number;
}

export function kvAppendReference(args: KvAppendArguments): void {
  const { qkv, cache, step, t, width, stride, k_offset, v_offset, max_t } = args;
  const { position } = step;
  for (let row = 0; row < t; row++) {
    if (position + row >= max_t) return;
    const to = (position + row) * width;
    for (let i = 0; i < width; i++) {
      cache[to + i] = qkv[row * stride + k_offset + i] ?? 0;
      cache[max_t * width + to + i] = qkv[row * stride + v_offset + i] ?? 0;
    }
  }
}
