// The model and knobs of the golden wiring values, in this project's words. Only tests import it.
// Source: tools/golden/bench_model.py, tools/golden/observe.py.
import { invariant } from '../ground/errors.ts';
import { joined } from '../ground/text.ts';
import type { Examination } from '../laboratory/inspect/examine.ts';
import type { ModelConfig } from '../models/modelConfig.ts';
import { oneRotation } from '../models/modelConfig.ts';
import type { RecipePatch, RecipeValues } from '../recipe/recipe.ts';
import { defaultValues, readSettings, withPatch } from '../recipe/recipe.ts';

export const benchConfig: ModelConfig = {
  hiddenSize: 64,
  intermediateSize: 128,
  layers: 2,
  heads: 4,
  kvHeads: 2,
  headDim: 16,
  vocabSize: 64,
  family: 'llama',
  normEps: 1e-6,
  ...oneRotation(10_000, 16),
  own: {},
  maxPositions: 64,
  tied: false,
};

/** r=4, alpha 8, the seven projections by name, a bf16 or NF4 base with bf16 for the rest. */
export const benchPatch: RecipePatch = {
  'model.dtype': 'bfloat16',
  'bnb.bnb_4bit_quant_type': 'none',
  'lora.target_modules': '["q_proj","k_proj","v_proj","o_proj","gate_proj","up_proj","down_proj"]',
  'lora.r': 4,
  'lora.lora_alpha': 8,
};

/** What an examination found, under the golden files' names. Counts are null where they were not reached. */
export function observed({ outcome, step }: Examination): Record<string, unknown> {
  const { error } = outcome;
  const [stage = null, inner = null] = error ? error.call.split(' → ') : [];
  const isBackward = error?.call.endsWith('loss.backward()') ?? false;
  const counted = step !== null && (error === null || outcome.noneGradients < outcome.trainableTensors);
  return {
    outcome: outcome.kind,
    error: error ? `${error.type}: ${error.message}` : null,
    stage,
    inner: isBackward ? 'backward' : inner,
    warnings: outcome.warnings.map((warning) => `${warning.category}: ${warning.message}`),
    trainable: step ? outcome.trainableTensors : null,
    none: counted ? outcome.noneGradients : null,
    zero: counted ? outcome.zeroGradients : null,
    nonzero: counted ? outcome.nonzeroGradients : null,
    lossRequiresGrad: step ? step.loss.requiresGrad : null,
  };
}

export interface Product {
  readonly columns: readonly string[];
  readonly texts: readonly string[];
  readonly warningLists: readonly (readonly number[])[];
  readonly rows: readonly (readonly (string | number | boolean | null)[])[];
}

export type Cell = string | number | boolean | null | undefined;

/** The recipe of one row of the product. */
export function recipeOf(stack: string, knob: (name: string) => Cell): RecipeValues {
  const prepare = String(knob('prepare'));
  const reentrant = String(knob('reentrant'));
  const { patch, problems } = readSettings({
    'wiring.stack': stack,
    'wiring.trainer': knob('trainer') === 'plain' ? 'loop' : knob('trainer'),
    'wiring.attach': knob('attach'),
    'wiring.prepare_model_for_kbit_training': prepare.split('-')[0],
    'wiring.prepare.use_gradient_checkpointing': !prepare.endsWith('no-gc'),
    'wiring.prepare.use_reentrant': prepare.endsWith('reentrant-false') ? 'false' : 'default',
    'train.gradient_checkpointing': knob('checkpointing') === true,
    'train.use_reentrant': reentrant === 'unset' ? 'default' : reentrant,
    'wiring.enable_input_require_grads': knob('hook') === true,
    'bnb.bnb_4bit_quant_type': knob('base') === '4-bit' ? 'nf4' : 'none',
  });
  invariant(problems.length === 0, joined(problems).en);
  return withPatch(withPatch(defaultValues, benchPatch), patch);
}
