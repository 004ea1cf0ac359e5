// What a recipe asks of the trainer and of answers, part by part: the one place of this room that knows a recipe's keys.
import { runLength } from '../data/options.ts';
import { jsonObject } from '../ground/settings/jsonObject.ts';
import type { RecipeValues } from '../recipe/recipe.ts';
import { WORTHWHILE_BYTES } from '../torch/autograd/halved.ts';
import type { Preference } from '../torch/ops/preferenceLoss.ts';
import type { GenerationOptions } from './generate/generator.ts';
import type { LearnerOptions } from './learner.ts';
import type { TrainerOptions } from './trainer.ts';

/** What the objective asks of pairs; null for single rows. */
function preferenceOf(values: RecipeValues): Preference | null {
  const objective = values['train.objective'];
  if (objective === 'sft') return null;
  return {
    objective: objective === 'orpo' ? objective : values['train.dpo_loss_type'],
    beta: values['train.beta'],
  };
}

/** Throws UserError 'settings' for arguments of the schedule that are no JSON object. */
export const learnerOptions = (values: RecipeValues): LearnerOptions => ({
  optimizer: values['train.optim'],
  numbers: {
    beta1: values['train.adam_beta1'],
    beta2: values['train.adam_beta2'],
    eps: values['train.adam_epsilon'],
  },
  schedule: {
    type: values['train.lr_scheduler_type'],
    learningRate: values['train.learning_rate'],
    kwargs: jsonObject(values['train.lr_scheduler_kwargs']),
  },
  warmup: values['train.warmup_steps'],
  weightDecay: values['train.weight_decay'],
  loraPlusRatio: values['train.loraplus_lr_ratio'],
  maxGradNorm: values['train.max_grad_norm'],
});

/** Where the script's own weights are half precision, much that rests until the backward pass may be so too. */
const halvesOf = (values: RecipeValues): Pick<TrainerOptions, 'halvesFrom'> =>
  values['model.dtype'] === 'float32' ? {} : { halvesFrom: WORTHWHILE_BYTES };

/** Throws UserError 'settings' for arguments of the schedule that are no JSON object. */
export const trainerOptions = (values: RecipeValues): TrainerOptions => ({
  length: runLength(values),
  learner: learnerOptions(values),
  loss: { smoothing: values['train.label_smoothing_factor'], preference: preferenceOf(values) },
  ...halvesOf(values),
  noiseAlpha: values['train.neftune_noise_alpha'],
  evalSteps: values['train.eval_steps'],
  best: {
    keepsAdapter: values['train.load_best_model_at_end'],
    patience: values['train.early_stopping_patience'],
    threshold: values['train.early_stopping_threshold'],
  },
});

export const generationOptions = (values: RecipeValues): GenerationOptions => ({
  seed: values['train.seed'],
  maxNewTokens: values['generate.max_new_tokens'],
  doSample: values['generate.do_sample'],
  temperature: values['generate.temperature'],
  topP: values['generate.top_p'],
});
