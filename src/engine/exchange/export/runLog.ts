// A run's numbers under the names that TRL logs, for trainer_state.json, CSV and TensorBoard. One entry a step,
// or after every logging_steps of them.
// Source: transformers 5.24 trainer_callback.py TrainerState; numerics reference 6.

import type { Recipe } from '../../recipe/recipe.ts';
import type { Best } from '../../training/bestState.ts';
import { loggedWindows, meanOf } from '../../training/logged.ts';
import type { StepMetrics } from '../../training/metrics.ts';
import type { ExportFile } from './adapterTensors.ts';
import { jsonFile, textFile } from './adapterTensors.ts';
import { eventFile } from './tensorboard.ts';

/** Unrounded, by name; a step that was evaluated has an entry of its own with eval_loss. */
type LogEntry = Readonly<Record<string, number>>;

export interface LoggedOptions {
  readonly batchSize: number;
  readonly accumulation: number;
  /** Steps between evaluations, and between saves; 0: none. */
  readonly evalSteps: number;
  readonly saveSteps: number;
}

export interface RunLog {
  /** Of every step. */
  readonly metrics: readonly StepMetrics[];
  /** Which of them are logged. */
  readonly recipe: Pick<Recipe, 'values' | 'changes'>;
  readonly asked: LoggedOptions;
  readonly totalSteps: number;
  /** Whether no step follows. */
  readonly finished: boolean;
  /** Parameters that are no embedding, base and adapter. */
  readonly parameters: number;
  readonly best: Pick<Best, 'step' | 'evalLoss'> | null;
  /** Seconds since 1970 at which the log is written. */
  readonly writtenAt: number;
}

/** What is told of pairs, the means of the steps since the last log. */
function rewardsOf(since: readonly StepMetrics[]): LogEntry {
  const rewards = since.flatMap((step) => step.rewards ?? []);
  if (rewards.length === 0) return {};
  const chosen = meanOf(rewards, (one) => one.chosen);
  const rejected = meanOf(rewards, (one) => one.rejected);
  return {
    'rewards/chosen': chosen,
    'rewards/rejected': rejected,
    'rewards/accuracies': meanOf(rewards, (one) => one.accuracy),
    'rewards/margins': chosen - rejected,
  };
}

/** TrainerState.log_history as TRL writes it: means since the last log, but norm and learning rate of the logged step. */
function logHistory({ metrics, recipe }: Pick<RunLog, 'metrics' | 'recipe'>): LogEntry[] {
  const windows = loggedWindows(metrics, recipe);
  let seen = 0;
  return metrics.flatMap((step) => {
    seen += step.tokens;
    const at = { epoch: step.epoch, step: step.step };
    const since = windows.get(step.step);
    const trained = since && {
      loss: meanOf(since, ({ loss }) => loss),
      grad_norm: step.gradNorm,
      learning_rate: step.learningRate,
      entropy: meanOf(since, ({ entropy }) => entropy),
      ...rewardsOf(since),
      mean_token_accuracy: meanOf(since, ({ meanTokenAccuracy }) => meanTokenAccuracy),
      num_tokens: seen,
      ...at,
    };
    return [
      ...(trained ? [trained] : []),
      ...(step.evalLoss === null ? [] : [{ eval_loss: step.evalLoss, ...at }]),
    ];
  });
}

function trainerState(log: RunLog): object {
  const { metrics, asked, totalSteps, finished, best, parameters, recipe } = log;
  const last = metrics.at(-1);
  const seconds = metrics.reduce((sum, { stepMs }) => sum + stepMs, 0) / 1000;
  const tokens = metrics.reduce((sum, step) => sum + step.tokens, 0);
  const rows = asked.batchSize * asked.accumulation * metrics.length;
  const flos = 6 * parameters * metrics.reduce((sum, { paddedTokens }) => sum + paddedTokens, 0);
  const summary = {
    train_runtime: seconds,
    train_samples_per_second: rows / Math.max(seconds, 1e-9),
    train_steps_per_second: metrics.length / Math.max(seconds, 1e-9),
    total_flos: flos,
    train_loss: metrics.reduce((sum, { loss }) => sum + loss, 0) / Math.max(1, metrics.length),
    epoch: last?.epoch ?? 0,
    step: last?.step ?? 0,
  };
  return {
    best_global_step: best?.step ?? null,
    best_metric: best?.evalLoss ?? null,
    best_model_checkpoint: null,
    epoch: last?.epoch ?? 0,
    eval_steps: asked.evalSteps,
    global_step: last?.step ?? 0,
    is_hyper_param_search: false,
    is_local_process_zero: true,
    is_world_process_zero: true,
    log_history: [...logHistory(log), ...(finished ? [summary] : [])],
    logging_steps: recipe.values['train.logging_steps'],
    max_steps: totalSteps,
    num_input_tokens_seen: tokens,
    num_train_epochs: Math.ceil(last?.epoch ?? 0),
    save_steps: asked.saveSteps,
    stateful_callbacks: {},
    total_flos: flos,
    train_batch_size: asked.batchSize,
    trial_name: null,
    trial_params: null,
  };
}

const columns = [
  'step',
  'epoch',
  'loss',
  'grad_norm',
  'learning_rate',
  'entropy',
  'mean_token_accuracy',
  'num_tokens',
  'eval_loss',
] as const;

/** One row a step that was logged or evaluated. */
function csv(log: RunLog): string {
  const byStep = new Map<number, LogEntry>();
  for (const entry of logHistory(log)) {
    const step = entry.step ?? 0;
    byStep.set(step, { ...byStep.get(step), ...entry });
  }
  const rows = [...byStep.values()].map((entry) => columns.map((name) => entry[name] ?? '').join(','));
  return `${[columns.join(','), ...rows].join('\n')}\n`;
}

/** trainer_state.json, log.csv, and an event file that TensorBoard opens. */
export function logFiles(log: RunLog): ExportFile[] {
  return [jsonFile('trainer_state.json', trainerState(log)), textFile('log.csv', csv(log)), eventFile(log)];
}
