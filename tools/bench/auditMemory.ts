// What a step of 512 tokens holds at its peak over the packed weights, with and without gradient checkpointing: the estimate that a run is planned by,
// under the kernels of a GPU. A figure of the plan, without a device.
import type { ModelConfig } from '../../src/engine/models/modelConfig.ts';
import type { Wired } from '../../src/engine/python/run/wire.ts';
import type { RecipeValues } from '../../src/engine/recipe/recipe.ts';
import { defaultValues, withPatch } from '../../src/engine/recipe/recipe.ts';
import type { MemoryPlan } from '../../src/engine/training/cost.ts';
import { estimateCost } from '../../src/engine/training/estimate.ts';
import { trainerOptions } from '../../src/engine/training/options.ts';
import { invariant } from '../../src/shaders/invariant.ts';
import { auditModels, auditProfile, wiredFor } from './auditModels.ts';

const TOKENS = 512;

export interface MemoryRow {
  readonly model: string;
  readonly how: 'whole' | 'halved' | 'checkpointed';
  readonly memory: MemoryPlan;
  /** Peak over the weights, packed in 4 bits. */
  readonly ratio: number;
}

function memoryOf(config: ModelConfig, wired: Wired, values: RecipeValues): MemoryPlan {
  const cost = estimateCost({
    ...{ config, wired, options: trainerOptions(values), steps: 1, profile: auditProfile },
    largest: { train: { rows: 1, tokens: TOKENS }, test: null, microBatches: 1 },
  });
  invariant(cost, 'audit: a recipe that nothing trains');
  return cost.memory;
}

export function auditMemory(): MemoryRow[] {
  return auditModels.flatMap(([model, config]) =>
    (['whole', 'halved', 'checkpointed'] as const).map((how) => {
      const checkpointing = how === 'checkpointed' ? { useReentrant: false } : null;
      // What a script of half-precision weights gets.
      const values = withPatch(defaultValues, how === 'halved' ? { 'model.dtype': 'bfloat16' } : {});
      const memory = memoryOf(config, { ...wiredFor(config), checkpointing }, values);
      return { model, how, memory, ratio: memory.peakBytes / memory.weightsBytes };
    }),
  );
}
