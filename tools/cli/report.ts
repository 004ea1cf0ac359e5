// Prints what happens: JSON lines for programs, short lines for people.
import { counted } from '../../src/engine/ground/counted.ts';
import type { Diagnosis } from '../../src/engine/laboratory/inspect/inspection.ts';
import type { BackendKind } from '../../src/engine/training/backends/deviceInfo.ts';
import type { StepMetrics } from '../../src/engine/training/metrics.ts';
import type { Opinion } from '../../src/engine/training/opinion/opinionShapes.ts';
import type { CliError } from './cliErrors.ts';
import { opinionLines } from './opinion.ts';
import type { RowLosses } from './rowLosses.ts';
import { rowLines, rowObject } from './rowLosses.ts';
import type { SweptRun } from './sweep.ts';
import { sweepObject, sweepTable } from './sweep.ts';

export interface StartFacts {
  readonly trainable: number;
  readonly all: number;
  readonly peakBytes: number;
  readonly backend: BackendKind;
  readonly device: string;
}

export interface ProfileFacts {
  readonly dispatchesPerStep: number;
  readonly dispatchesPerLayer: number;
  readonly submitsPerStep: number;
  readonly readbacksPerStep: number;
  readonly allocatedBytes: number;
  readonly kernels: readonly { readonly name: string; readonly ms: number }[];
}

export interface Report {
  /** Kernels of the first step, before it. */
  compiling(done: number, total: number): void;
  start(facts: StartFacts): void;
  warning(category: string, message: string): void;
  /** The run goes on behind its first steps. */
  restored(steps: number): void;
  /** What is logged behind a step. */
  step(metrics: StepMetrics, total: number): void;
  /** An evaluation behind a step that is not logged. */
  evaluated(step: number, total: number, evalLoss: number): void;
  /** What the doctor finds in the steps so far; null: it has passed. */
  diagnosed(diagnosis: Diagnosis | null): void;
  sample(prompt: string, before: string, after: string): void;
  profile(facts: ProfileFacts): void;
  rows(losses: RowLosses): void;
  opinion(opinion: Opinion): void;
  /** A run of a sweep begins. */
  sweepRun(name: string, place: number, count: number): void;
  sweep(runs: readonly SweptRun[]): void;
  /** Its files are on the hub: the page that people see, and the commit. */
  pushed(page: string, commit: string): void;
  done(link: string): void;
  error(error: CliError): void;
}

const line = (value: object): void => {
  process.stdout.write(`${JSON.stringify(value)}\n`);
};
const say = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

export const jsonReport: Report = {
  compiling: (done, total) => line({ event: 'compiling', done, total }),
  start: ({ trainable, all, peakBytes, backend, device }) =>
    line({ event: 'start', trainable, all, peak_bytes: peakBytes, backend, device }),
  warning: (category, message) => line({ event: 'warning', category, message }),
  restored: (steps) => line({ event: 'restored', steps }),
  step: ({ step, loss, gradNorm, learningRate, tokens, meanTokenAccuracy, evalLoss }) =>
    line({
      event: 'step',
      step,
      loss,
      grad_norm: gradNorm,
      learning_rate: learningRate,
      tokens,
      mean_token_accuracy: meanTokenAccuracy,
      ...(evalLoss === null ? {} : { eval_loss: evalLoss }),
    }),
  evaluated: (step, _, evalLoss) => line({ event: 'evaluated', step, eval_loss: evalLoss }),
  diagnosed: (diagnosis) =>
    line({
      event: 'diagnosis',
      id: diagnosis?.id ?? null,
      cause: diagnosis?.cause.en ?? null,
      evidence: diagnosis?.evidence.map(({ en }) => en) ?? [],
      fixes: diagnosis?.fixes.map(({ code, why, patch }) => ({ code, why: why.en, patch })) ?? [],
    }),
  sample: (prompt, before, after) => line({ event: 'sample', prompt, before, after }),
  rows: ({ part, worst, best }) =>
    line({ event: 'rows', part, worst: worst.map(rowObject), best: best.map(rowObject) }),
  sweepRun: (name, place, count) => line({ event: 'sweep_run', name, place, count }),
  sweep: (runs) => line({ event: 'sweep', runs: sweepObject(runs) }),
  profile: (facts) =>
    line({
      event: 'profile',
      dispatches_per_step: facts.dispatchesPerStep,
      dispatches_per_layer: facts.dispatchesPerLayer,
      submits_per_step: facts.submitsPerStep,
      readbacks_per_step: facts.readbacksPerStep,
      allocated_bytes: facts.allocatedBytes,
      kernels: facts.kernels,
    }),
  opinion: (opinion) => line({ event: 'opinion', ...opinion }),
  pushed: (page, commit) => line({ event: 'pushed', page, commit }),
  done: (link) => line({ event: 'done', link }),
  error: ({ code, message }) => line({ event: 'error', code, message }),
};

export const textReport: Report = {
  // Only the first and the last: a line each of sixty would hide what follows.
  compiling: (done, total) => {
    if (done === 0) say(`compiling ${counted(total, 'kernel')} for this device`);
    else if (done === total) say(`${counted(total, 'kernel is', 'kernels are')} compiled`);
  },
  start: ({ trainable, all, peakBytes, device }) =>
    say(
      `trainable params: ${trainable.toLocaleString('en-US')} || all params: ${all.toLocaleString('en-US')} || trainable%: ${((100 * trainable) / all).toFixed(4)}\n${device}, ${(peakBytes / 2 ** 20).toFixed(1)} MiB planned`,
    ),
  warning: (category, message) => say(`${category}: ${message}`),
  restored: (steps) => say(`goes on after step ${steps}`),
  step: ({ step, loss, gradNorm, learningRate, tokensPerSecond, evalLoss }, total) =>
    say(
      `step ${step}/${total}  loss ${loss.toFixed(4)}  grad_norm ${gradNorm.toFixed(3)}  lr ${learningRate.toExponential(2)}  ${tokensPerSecond.toFixed(0)} tokens/s${evalLoss === null ? '' : `  eval_loss ${evalLoss.toFixed(4)}`}`,
    ),
  evaluated: (step, total, evalLoss) => say(`step ${step}/${total}  eval_loss ${evalLoss.toFixed(4)}`),
  diagnosed: (diagnosis) => {
    if (!diagnosis) return say('doctor: what was found has passed');
    say(`doctor: ${diagnosis.cause.en}`);
    for (const { en } of diagnosis.evidence) say(`  ${en}`);
    for (const { code, why } of diagnosis.fixes) say(`  try ${code}: ${why.en}`);
  },
  sample: (prompt, before, after) => say(`\n? ${prompt}\n  before: ${before}\n  after:  ${after}`),
  rows: (losses) => say(rowLines(losses).join('\n')),
  sweepRun: (name, place, count) => say(`\nrun ${place} of ${count}: ${name}`),
  sweep: (runs) => say(`\n${sweepTable(runs).join('\n')}`),
  profile: (facts) => {
    say(
      `\n${counted(facts.dispatchesPerStep, 'dispatch', 'dispatches')} a step (${facts.dispatchesPerLayer.toFixed(1)} a layer), ${counted(facts.submitsPerStep, 'submit')}, ${counted(facts.readbacksPerStep, 'readback')}, ${(facts.allocatedBytes / 2 ** 20).toFixed(1)} MiB allocated`,
    );
    for (const { name, ms } of facts.kernels) say(`  ${name.padEnd(24)} ${ms.toFixed(2)} ms a step`);
  },
  opinion: (opinion) => say(`\n${opinionLines(opinion).join('\n')}`),
  pushed: (page, commit) => say(`\npushed to ${page} (commit ${commit})`),
  done: (link) => say(`\n#${link}`),
  error: ({ code, message }) => process.stderr.write(`${code}: ${message}\n`),
};
