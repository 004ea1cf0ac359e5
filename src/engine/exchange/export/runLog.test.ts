// The log files: TRL's names, unrounded numbers, and records of the event file taken apart by their lengths. TensorBoard itself reads
// one in tools/golden/check_export.py.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { defaultValues, withPatch } from '../../recipe/recipe.ts';
import type { StepMetrics } from '../../training/metrics.ts';
import { logFiles } from './runLog.ts';

const step = (index: number, evalLoss: number | null): StepMetrics => ({
  step: index,
  loss: 1 / index,
  gradNorm: 0.1 * index,
  learningRate: 1e-3 / 3,
  epoch: index / 9,
  tokens: 100 + index,
  paddedTokens: 128,
  tokensPerSecond: 50,
  meanTokenAccuracy: 0.5,
  entropy: 0.5,
  evalLoss,
  stepMs: 2000,
  etaMs: 0,
  tensorNorms: [],
});

const log = {
  metrics: [step(1, null), step(2, 0.75)],
  recipe: { values: defaultValues },
  asked: { batchSize: 4, accumulation: 1, evalSteps: 20, saveSteps: 0 },
  totalSteps: 2,
  finished: true,
  parameters: 1000,
  best: { step: 2, evalLoss: 0.75 },
  writtenAt: 1_800_000_000,
};
const files = logFiles(log);
const [state, csv, events] = files.map(({ bytes }) => bytes);
const text = (bytes: Uint8Array | undefined): string => new TextDecoder().decode(bytes);

it('writes trainer_state.json with TRL’s names', () => {
  const { log_history, global_step, num_input_tokens_seen, best_metric, best_global_step } = JSON.parse(
    text(state),
  );
  expect(log_history[0]).toEqual({
    entropy: 0.5,
    epoch: 1 / 9,
    grad_norm: 0.1,
    learning_rate: 1e-3 / 3,
    loss: 1,
    mean_token_accuracy: 0.5,
    num_tokens: 101,
    step: 1,
  });
  expect(log_history[2]).toEqual({ epoch: 2 / 9, eval_loss: 0.75, step: 2 });
  expect(log_history[3]).toMatchObject({
    total_flos: 6 * 1000 * 256,
    train_loss: 0.75,
    train_runtime: 4,
    step: 2,
  });
  expect([global_step, num_input_tokens_seen]).toEqual([2, 203]);
  expect([best_global_step, best_metric]).toEqual([2, 0.75]);
});

it('logs after every logging_steps steps, with the means since the last log, and every evaluation', () => {
  const [state, csv] = logFiles({
    ...log,
    metrics: [step(1, null), step(2, null), step(3, 0.75)],
    recipe: { values: withPatch(defaultValues, { 'train.logging_steps': 2 }) },
  });
  const { log_history, logging_steps } = JSON.parse(text(state?.bytes));
  expect(logging_steps).toBe(2);
  expect(log_history.slice(0, -1)).toMatchObject([
    { step: 2, loss: 0.75, grad_norm: 0.2, num_tokens: 203 },
    { step: 3, eval_loss: 0.75 },
  ]);
  expect(text(csv?.bytes).trimEnd().split('\n').slice(1)).toEqual([
    `2,${2 / 9},0.75,0.2,${1e-3 / 3},0.5,0.5,203,`,
    `3,${3 / 9},,,,,,,0.75`,
  ]);
});

interface Golden {
  readonly runs: readonly {
    readonly loggingSteps: number;
    readonly log: readonly Readonly<Record<string, number>>[];
  }[];
}
const golden: Golden = JSON.parse(
  readFileSync(new URL('../../../../tests/golden/logged.json', import.meta.url), 'utf8'),
);

/** Every step of the golden run that logs each, as the engine has it. */
function goldenSteps(): StepMetrics[] {
  const log = golden.runs.find(({ loggingSteps }) => loggingSteps === 1)?.log ?? [];
  const of = (name: string, at: number): number | undefined =>
    log.find((entry) => entry.step === at && name in entry)?.[name];
  return log
    .filter((entry) => 'loss' in entry)
    .map((entry) => {
      const at = entry.step ?? 0;
      return {
        ...step(at, of('eval_loss', at) ?? null),
        loss: entry.loss ?? 0,
        gradNorm: entry.grad_norm ?? 0,
        learningRate: entry.learning_rate ?? 0,
        entropy: entry.entropy ?? 0,
        meanTokenAccuracy: entry.mean_token_accuracy ?? 0,
        tokens: (entry.num_tokens ?? 0) - (of('num_tokens', at - 1) ?? 0),
      };
    });
}

it.each([1, 3, 4, 500])('logs what TRL logs with logging_steps=%i', (loggingSteps) => {
  const [state] = logFiles({
    ...log,
    metrics: goldenSteps(),
    recipe: { values: withPatch(defaultValues, { 'train.logging_steps': loggingSteps }) },
  });
  const made = JSON.parse(text(state?.bytes)).log_history.slice(0, -1);
  const wanted = golden.runs.find((run) => run.loggingSteps === loggingSteps)?.log ?? [];
  expect(
    made.map((entry: object) =>
      Object.keys(entry)
        .filter((key) => key !== 'epoch')
        .sort(),
    ),
  ).toEqual(wanted.map((entry) => Object.keys(entry).sort()));
  for (const [i, entry] of wanted.entries())
    for (const [name, value] of Object.entries(entry))
      expect(Math.abs(made[i][name] - value), `${name} after step ${entry.step}`).toBeLessThanOrEqual(
        2e-6 * Math.abs(value),
      );
});

it('writes one CSV row a step', () => {
  expect(text(csv).trimEnd().split('\n')).toEqual([
    'step,epoch,loss,grad_norm,learning_rate,entropy,mean_token_accuracy,num_tokens,eval_loss',
    `1,${1 / 9},1,0.1,${1e-3 / 3},0.5,0.5,101,`,
    `2,${2 / 9},0.5,0.2,${1e-3 / 3},0.5,0.5,203,0.75`,
  ]);
});

it('writes records that follow one another to the end', () => {
  if (!events) throw new Error('no event file');
  const view = new DataView(events.buffer, events.byteOffset, events.byteLength);
  const payloads: string[] = [];
  for (let at = 0; at < events.length; ) {
    const length = view.getUint32(at, true);
    payloads.push(new TextDecoder('latin1').decode(events.subarray(at + 12, at + 12 + length)));
    at += 16 + length;
  }
  expect(payloads[0]).toContain('brain.Event:2');
  expect(payloads).toHaveLength(1 + 5 + 6);
  expect(payloads.at(-1)).toContain('eval/loss');
  // tensorboard 2.21: masked_crc32c((24).to_bytes(8, 'little')).
  expect(payloads[0]?.length).toBe(24);
  expect(view.getUint32(8, true)).toBe(0x224b7fa3);
});
