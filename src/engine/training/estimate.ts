// Memory and work of a run before anything runs, from the planner: no device is touched.
import { packedBytes } from '../../shaders/quant/packing.ts';
import { methods } from '../adapters/methods.ts';
import type { LlamaConfig } from '../models/llamaConfig.ts';
import { layerGroups, projectionShape } from '../models/weightSource.ts';
import type { Wired } from '../python/run/wire.ts';
import type { RecipeValues } from '../recipe/recipe.ts';
import type { KernelProfile } from '../torch/autograd/operation.ts';
import type { Plan } from '../torch/autograd/plan.ts';
import { makePlan } from '../torch/autograd/plan.ts';
import { PythonError } from '../torch/autograd/pythonError.ts';
import { gradientSplits } from '../torch/ops/loraOperations.ts';
import type { WeightFormats } from '../torch/recording.ts';
import { layoutAdapters } from '../torch/trainedLayout.ts';
import type { CostEstimate } from './cost.ts';
import { generationBytes } from './generate/generator.ts';
import { optimizerStateFloats } from './learner.ts';
import { recordTraining } from './recordTraining.ts';

const portable: KernelProfile = { linear: 'narrow', maxBindingBytes: 2 ** 27 };
const UPDATE_DISPATCHES = 3;

/** Buffers that loadWeights makes. */
function weightsBytes(config: LlamaConfig, formats: WeightFormats): number {
  const { hiddenSize: c, vocabSize: v, layers } = config;
  const table = (path: string): number => packedBytes(formats(path), [v * c]);
  let bytes = table('model.embed_tokens') + (config.tied ? 0 : table('lm_head'));
  bytes += ((2 * layers + 1) * c + config.maxPositions * config.headDim) * 4;
  for (let layer = 0; layer < layers; layer++)
    for (const [group, members] of layerGroups) {
      const counts = members.map((member) => {
        const [out, k] = projectionShape(config, member);
        return out * k;
      });
      bytes += packedBytes(formats(`model.layers.${layer}.${group}`), counts);
    }
  return bytes;
}

export interface EstimateInputs {
  readonly config: LlamaConfig;
  readonly wired: Wired;
  readonly values: RecipeValues;
  /** Padded tokens of the longest row. */
  readonly longestTokens: number;
  readonly steps: number;
  /** Of the backend that will run; without one, the portable kernels. */
  readonly profile?: KernelProfile;
}

const sum = (sizes: readonly number[]): number => sizes.reduce((total, size) => total + size, 0);

/** Of the longest batch; null when the recorded loss has no grad_fn, for then nothing runs. */
export function estimateCost(inputs: EstimateInputs): CostEstimate | null {
  const { config, wired, values, longestTokens, steps, profile = portable } = inputs;
  const layout = layoutAdapters(wired.root);
  const batch = { rows: values['train.per_device_train_batch_size'], tokens: longestTokens };
  const planOf = (model: Wired): Plan =>
    makePlan(recordTraining(model, config, layout, batch, model.backwardCall).tape, profile);
  try {
    const plan = planOf(wired);
    const floats = 4 * layout.total;
    const derived = methods.flatMap((method) => method.derived?.cost(layout) ?? []);
    const memory = {
      weightsBytes: weightsBytes(config, wired.weightFormat),
      adapterBytes: floats * (1 + gradientSplits(layout.total)) + sum(derived.map(({ bytes }) => bytes)),
      optimizerBytes: 4 * optimizerStateFloats(layout, values),
      activationBytes: sum(plan.slotBytes),
      scratchBytes: sum(plan.scratchBytes),
      generationBytes: generationBytes(config),
    };
    const peakBytes = sum(Object.values(memory));
    const less =
      wired.checkpointing === null ? planOf({ ...wired, checkpointing: { useReentrant: false } }) : null;
    const accumulation = values['train.gradient_accumulation_steps'];
    return {
      memory: { ...memory, peakBytes },
      lessBytes: less && peakBytes - memory.activationBytes + sum(less.slotBytes),
      flopsPerStep: plan.flops * accumulation,
      dispatchesPerStep:
        plan.dispatches * accumulation + UPDATE_DISPATCHES + sum(derived.map(({ dispatches }) => dispatches)),
      steps,
    };
  } catch (error) {
    if (error instanceof PythonError) return null;
    throw error;
  }
}
