// A run's numbers under the names that TRL logs, for trainer_state.json, CSV and TensorBoard. One entry a step.
// Source: transformers 5.24 trainer_callback.py TrainerState; numerics reference 6.

import type { Best } from '../../training/bestState.ts';
import type { StepMetrics } from '../../training/metrics.ts';
import type { ExportFile } from './adapterTensors.ts';
import { jsonFile, textFile } from './adapterTensors.ts';
import { eventFile } from './tensorboard.ts';

/** Unrounded, by name; a step that was evaluated has a second entry with eval_loss. */
type LogEntry = Readonly<Record<string, number>>;

export interface LoggedOptions {
  readonly batchSize: number;
  readonly accumulation: number;
  /** Steps between evaluations, and between saves; 0: none. */
  readonly evalSteps: number;
  readonly saveSteps: number;
}

export interface RunLog {
  readonly metrics: readonly StepMetrics[];
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

/** TrainerState.log_history as TRL writes it. */
function logHistory(metrics: readonly StepMetrics[]): LogEntry[] {
  let seen = 0;
  return metrics.flatMap((step) => {
    seen += step.tokens;
    const at = { epoch: step.epoch, step: step.step };
    const trained = {
      loss: step.loss,
      grad_norm: step.gradNorm,
      learning_rate: step.learningRate,
      entropy: step.entropy,
      ...(step.rewards
        ? {
            'rewards/chosen': step.rewards.chosen,
            'rewards/rejected': step.rewards.rejected,
            'rewards/accuracies': step.rewards.accuracy,
            'rewards/margins': step.rewards.chosen - step.rewards.rejected,
          }
        : {}),
      mean_token_accuracy: step.meanTokenAccuracy,
      num_tokens: seen,
      ...at,
    };
    return step.evalLoss === null ? [trained] : [trained, { eval_loss: step.evalLoss, ...at }];
  });
}

function trainerState({ metrics, asked, totalSteps, finished, best, parameters }: RunLog): object {
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
    log_history: [...logHistory(metrics), ...(finished ? [summary] : [])],
    logging_steps: 1,
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

/** One row a step; eval_loss stands in the row of the step after which it was measured. */
function csv(metrics: readonly StepMetrics[]): string {
  const evaluated = new Map(metrics.map(({ step, evalLoss }) => [step, evalLoss]));
  const rows = logHistory(metrics)
    .filter((entry) => entry.loss !== undefined)
    .map((entry) =>
      columns
        .map((name) => (name === 'eval_loss' ? evaluated.get(entry.step ?? 0) : entry[name]) ?? '')
        .join(','),
    );
  return `${[columns.join(','), ...rows].join('\n')}\n`;
}

/** trainer_state.json, log.csv, and an event file that TensorBoard opens. */
export function logFiles(log: RunLog): ExportFile[] {
  return [
    jsonFile('trainer_state.json', trainerState(log)),
    textFile('log.csv', csv(log.metrics)),
    eventFile(log),
  ];
}
