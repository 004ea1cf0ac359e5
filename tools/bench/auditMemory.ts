// What a step of 512 tokens holds at its peak over the packed weights, with and without gradient checkpointing: the estimate that a run is planned by,
// under the kernels of a GPU. A figure of the plan, without a device.
import type { ModelConfig } from '../../src/engine/models/modelConfig.ts';
import type { Wired } from '../../src/engine/python/run/wire.ts';
import { defaultValues } from '../../src/engine/recipe/recipe.ts';
import type { MemoryPlan } from '../../src/engine/training/cost.ts';
import { estimateCost } from '../../src/engine/training/estimate.ts';
import { trainerOptions } from '../../src/engine/training/options.ts';
import { invariant } from '../../src/shaders/invariant.ts';
import { auditModels, auditProfile, wiredFor } from './auditModels.ts';

const TOKENS = 512;

export interface MemoryRow {
  readonly model: string;
  readonly checkpointed: boolean;
  readonly memory: MemoryPlan;
  /** Peak over the weights, packed in 4 bits. */
  readonly ratio: number;
}

function memoryOf(config: ModelConfig, wired: Wired): MemoryPlan {
  const cost = estimateCost({
    ...{ config, wired, options: trainerOptions(defaultValues), steps: 1, profile: auditProfile },
    largest: { train: { rows: 1, tokens: TOKENS }, test: null, microBatches: 1 },
  });
  invariant(cost, 'audit: a recipe that nothing trains');
  return cost.memory;
}

export function auditMemory(): MemoryRow[] {
  return auditModels.flatMap(([model, config]) =>
    [false, true].map((checkpointed) => {
      const checkpointing = checkpointed ? { useReentrant: false } : null;
      const memory = memoryOf(config, { ...wiredFor(config), checkpointing });
      return { model, checkpointed, memory, ratio: memory.peakBytes / memory.weightsBytes };
    }),
  );
}
