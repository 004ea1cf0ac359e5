// Arguments of TrainingArguments and SFTConfig that a recipe stands for, in the version's spelling.

import { jsonObject } from '../../ground/settings/jsonObject.ts';
import type { Dialect } from '../../libraries/spelling.ts';
import type { RecipeValues } from '../../recipe/recipe.ts';
import type { Argument } from './python.ts';
import { call, dictionary, expression, float } from './python.ts';

export type RowFormat = 'messages' | 'prompt-completion' | 'text' | 'preference';

/** Whether the script holds rows out and looks at them. */
const evaluates = (values: RecipeValues): boolean =>
  values['data.test_size'] > 0 && values['train.eval_steps'] > 0;

const stopsEarly = (values: RecipeValues): boolean =>
  evaluates(values) && values['train.early_stopping_patience'] > 0;

function* schedule(values: RecipeValues, dialect: Dialect): Generator<Argument> {
  yield ['lr_scheduler_type', values['train.lr_scheduler_type']];
  const kwargs = jsonObject(values['train.lr_scheduler_kwargs']);
  if (Object.keys(kwargs).length > 0) yield ['lr_scheduler_kwargs', dictionary(kwargs)];
  const warmup = values['train.warmup_steps'];
  const share = warmup > 0 && warmup < 1 && dialect.warmupRatio;
  yield share ? ['warmup_ratio', float(warmup)] : ['warmup_steps', warmup];
}

function* regularisation(values: RecipeValues, dialect: Dialect): Generator<Argument> {
  const smoothing = values['train.label_smoothing_factor'];
  if (smoothing > 0) {
    yield ['label_smoothing_factor', float(smoothing)];
    if (dialect.chunkedLoss && values['wiring.trainer'] === 'SFTTrainer') yield ['loss_type', 'nll'];
  }
  const noise = values['train.neftune_noise_alpha'];
  if (noise > 0) yield ['neftune_noise_alpha', float(noise)];
}

/** As the recipe says, also where the version does not know the argument: the page then shows what Python says to it. */
function* checkpointing(values: RecipeValues): Generator<Argument> {
  yield ['gradient_checkpointing', values['train.gradient_checkpointing']];
  const reentrant = values['train.use_reentrant'];
  if (values['train.gradient_checkpointing'] && reentrant !== 'default')
    yield [
      'gradient_checkpointing_kwargs',
      expression(`{"use_reentrant": ${reentrant === 'true' ? 'True' : 'False'}}`),
    ];
}

function* evaluation(values: RecipeValues, dialect: Dialect): Generator<Argument> {
  const every = values['train.eval_steps'];
  const best = evaluates(values) && values['train.load_best_model_at_end'];
  if (evaluates(values)) {
    yield [dialect.evalStrategy, 'steps'];
    yield ['eval_steps', every];
    yield ['per_device_eval_batch_size', values['train.per_device_train_batch_size']];
  }
  yield ['logging_steps', 1];
  // What is to be loaded must have been saved: at every evaluation.
  const saves = best ? every : values['train.save_steps'];
  yield ['save_strategy', saves > 0 ? 'steps' : 'no'];
  if (saves > 0) yield ['save_steps', saves];
  if (best) yield ['load_best_model_at_end', true];
  if (best || stopsEarly(values)) {
    yield ['metric_for_best_model', 'eval_loss'];
    yield ['greater_is_better', false];
  }
}

/** TrainingArguments of the recipe. */
export function trainingArguments(values: RecipeValues, dialect: Dialect): Argument[] {
  const steps = values['train.max_steps'];
  return [
    ['output_dir', 'out'],
    steps > 0 ? ['max_steps', steps] : ['num_train_epochs', float(values['train.num_train_epochs'])],
    ['per_device_train_batch_size', values['train.per_device_train_batch_size']],
    ['gradient_accumulation_steps', values['train.gradient_accumulation_steps']],
    ['learning_rate', float(values['train.learning_rate'])],
    ...schedule(values, dialect),
    ['weight_decay', float(values['train.weight_decay'])],
    ['adam_beta1', float(values['train.adam_beta1'])],
    ['adam_beta2', float(values['train.adam_beta2'])],
    ['adam_epsilon', float(values['train.adam_epsilon'])],
    ['max_grad_norm', float(values['train.max_grad_norm'])],
    ['seed', values['train.seed']],
    ['optim', values['train.optim']],
    ['bf16', false],
    ['fp16', values['train.fp16']],
    ...regularisation(values, dialect),
    ...checkpointing(values),
    ...evaluation(values, dialect),
    ['report_to', 'none'],
  ];
}

/** Arguments that say which tokens are trained, for the row format and the version. */
function lossArguments(values: RecipeValues, dialect: Dialect, format: RowFormat): Argument[] {
  if (dialect.answersOnly !== 'arguments' || format === 'text' || format === 'preference') return [];
  const completions: Argument = ['completion_only_loss', values['train.completion_only_loss']];
  const answers: Argument = ['assistant_only_loss', values['train.assistant_only_loss']];
  return format === 'messages' ? [answers] : [completions];
}

function packingArguments(values: RecipeValues, dialect: Dialect): Argument[] {
  const packing = values['train.packing'];
  if (packing === 'none') return [];
  const strategy = dialect.packingStrategy(packing);
  return [['packing', true], ...(strategy ? ([['packing_strategy', strategy]] satisfies Argument[]) : [])];
}

/** Names of TRL's trainer and its configuration for an objective. */
export function trlClasses(values: RecipeValues): { readonly trainer: string; readonly config: string } {
  const name = { sft: 'SFT', dpo: 'DPO', orpo: 'ORPO' }[values['train.objective']];
  return { trainer: `${name}Trainer`, config: `${name}Config` };
}

/** What DPOConfig or ORPOConfig takes beyond TrainingArguments. */
function* preferenceArguments(values: RecipeValues): Generator<Argument> {
  yield ['max_length', values['train.max_length']];
  yield ['beta', float(values['train.beta'])];
  if (values['train.objective'] === 'dpo') yield ['loss_type', values['train.dpo_loss_type']];
}

/** What TRL's configuration takes beyond TrainingArguments. */
export const trlArguments = (values: RecipeValues, dialect: Dialect, format: RowFormat): Argument[] =>
  values['train.objective'] === 'sft'
    ? [
        ['max_length', values['train.max_length']],
        ...packingArguments(values, dialect),
        ...lossArguments(values, dialect, format),
      ]
    : [...preferenceArguments(values)];

/** `callbacks=[…]` of a trainer; nothing when there are none. */
export function callbackArguments(values: RecipeValues): Argument[] {
  if (!stopsEarly(values)) return [];
  const stopping = call(
    'EarlyStoppingCallback',
    [],
    [
      ['early_stopping_patience', values['train.early_stopping_patience']],
      ['early_stopping_threshold', float(values['train.early_stopping_threshold'])],
    ],
  );
  return [['callbacks', expression(`[${stopping}]`)]];
}
