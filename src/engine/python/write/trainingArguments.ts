// Arguments of TrainingArguments and SFTConfig that a recipe stands for, in the version's spelling.

import { jsonObject } from '../../ground/settings/jsonObject.ts';
import type { Dialect } from '../../libraries/spelling.ts';
import type { RecipeValues } from '../../recipe/recipe.ts';
import { argumentOf, argumentsOf } from './argument.ts';
import type { Argument } from './python.ts';
import { call, expression, float } from './python.ts';

export type RowFormat = 'messages' | 'prompt-completion' | 'text' | 'preference';

/** Whether the script holds rows out and looks at them. */
const evaluates = (values: RecipeValues): boolean =>
  values['data.test_size'] > 0 && values['train.eval_steps'] > 0;

const stopsEarly = (values: RecipeValues): boolean =>
  evaluates(values) && values['train.early_stopping_patience'] > 0;

function* schedule(values: RecipeValues, dialect: Dialect): Generator<Argument> {
  yield argumentOf(values, 'train.lr_scheduler_type');
  const kwargs = jsonObject(values['train.lr_scheduler_kwargs']);
  if (Object.keys(kwargs).length > 0) yield argumentOf(values, 'train.lr_scheduler_kwargs');
  const warmup = values['train.warmup_steps'];
  yield warmup > 0 && warmup < 1
    ? [dialect.warmupShare, float(warmup)]
    : argumentOf(values, 'train.warmup_steps');
}

function* regularisation(values: RecipeValues, dialect: Dialect): Generator<Argument> {
  if (values['train.label_smoothing_factor'] > 0) {
    yield argumentOf(values, 'train.label_smoothing_factor');
    if (dialect.chunkedLoss && values['wiring.trainer'] === 'SFTTrainer') yield ['loss_type', 'nll'];
  }
  if (values['train.neftune_noise_alpha'] > 0) yield argumentOf(values, 'train.neftune_noise_alpha');
}

/** As the recipe says, also where the version does not know the argument: the page then shows what Python says to it. */
function* checkpointing(values: RecipeValues): Generator<Argument> {
  yield argumentOf(values, 'train.gradient_checkpointing');
  if (values['train.gradient_checkpointing'] && values['train.use_reentrant'] !== 'default')
    yield argumentOf(values, 'train.use_reentrant');
}

function* evaluation(values: RecipeValues, dialect: Dialect): Generator<Argument> {
  const best = evaluates(values) && values['train.load_best_model_at_end'];
  if (evaluates(values)) {
    yield [dialect.evalStrategy, 'steps'];
    yield argumentOf(values, 'train.eval_steps');
    yield ['per_device_eval_batch_size', values['train.per_device_train_batch_size']];
  }
  yield argumentOf(values, 'train.logging_steps');
  // What is to be loaded must have been saved: at every evaluation.
  const [saveSteps] = argumentOf(values, 'train.save_steps');
  const saves = best ? values['train.eval_steps'] : values['train.save_steps'];
  yield ['save_strategy', saves > 0 ? 'steps' : 'no'];
  if (saves > 0) yield [saveSteps, saves];
  if (best) yield argumentOf(values, 'train.load_best_model_at_end');
  if (best || stopsEarly(values)) {
    yield ['metric_for_best_model', 'eval_loss'];
    yield ['greater_is_better', false];
  }
}

/** TrainingArguments of the recipe. */
export function trainingArguments(values: RecipeValues, dialect: Dialect): Argument[] {
  return [
    ['output_dir', 'out'],
    argumentOf(values, values['train.max_steps'] > 0 ? 'train.max_steps' : 'train.num_train_epochs'),
    ...argumentsOf(values, [
      'train.per_device_train_batch_size',
      'train.gradient_accumulation_steps',
      'train.learning_rate',
    ]),
    ...schedule(values, dialect),
    ...argumentsOf(values, [
      'train.weight_decay',
      'train.adam_beta1',
      'train.adam_beta2',
      'train.adam_epsilon',
      'train.max_grad_norm',
      'train.seed',
      'train.optim',
    ]),
    ['bf16', false],
    argumentOf(values, 'train.fp16'),
    ...regularisation(values, dialect),
    ...checkpointing(values),
    ...evaluation(values, dialect),
    ['report_to', 'none'],
  ];
}

/** Arguments that say which tokens are trained, for the row format and the version. */
function lossArguments(values: RecipeValues, dialect: Dialect, format: RowFormat): Argument[] {
  if (dialect.answersOnly !== 'arguments' || format === 'text' || format === 'preference') return [];
  return [
    argumentOf(values, format === 'messages' ? 'train.assistant_only_loss' : 'train.completion_only_loss'),
  ];
}

function packingArguments(values: RecipeValues, dialect: Dialect): Argument[] {
  const packing = values['train.packing'];
  if (packing === 'none') return [];
  const strategy = dialect.packingStrategies?.[packing];
  const [name] = argumentOf(values, 'train.packing');
  return [['packing', true], ...(strategy ? ([[name, strategy]] satisfies Argument[]) : [])];
}

/** What DPOConfig or ORPOConfig takes beyond TrainingArguments. */
const preferenceArguments = (values: RecipeValues): Argument[] =>
  argumentsOf(values, [
    'train.max_length',
    'train.beta',
    ...(values['train.objective'] === 'dpo' ? (['train.dpo_loss_type'] as const) : []),
  ]);

/** What TRL's configuration takes beyond TrainingArguments. */
export const trlArguments = (values: RecipeValues, dialect: Dialect, format: RowFormat): Argument[] =>
  values['train.objective'] === 'sft'
    ? [
        ...(dialect.textField ? ([['dataset_text_field', 'text']] satisfies Argument[]) : []),
        [dialect.maxLength, values['train.max_length']],
        ...packingArguments(values, dialect),
        ...lossArguments(values, dialect, format),
      ]
    : preferenceArguments(values);

/** `callbacks=[…]` of a trainer; nothing when there are none. */
export function callbackArguments(values: RecipeValues): Argument[] {
  if (!stopsEarly(values)) return [];
  const stopping = call(
    'EarlyStoppingCallback',
    [],
    argumentsOf(values, ['train.early_stopping_patience', 'train.early_stopping_threshold']),
  );
  return [['callbacks', expression(`[${stopping}]`)]];
}
