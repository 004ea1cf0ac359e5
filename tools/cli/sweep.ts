// A sweep on the command line: the runs of a grid one after another, each as it would be alone, and a table of where they ended. How one run is
// trained is train.ts's; which runs there are, and which is given up, the engine's (recipe/sweep.ts, recipe/medianRule.ts).
import { mkdir, writeFile } from 'node:fs/promises';
import { isBehind } from '../../src/engine/recipe/medianRule.ts';
import type { Recipe, RecipePatch } from '../../src/engine/recipe/recipe.ts';
import { sweepRuns } from '../../src/engine/recipe/sweep.ts';
import type { StepMetrics } from '../../src/engine/training/metrics.ts';
import { cliError } from './cliErrors.ts';
import type { CliOptions } from './options.ts';

export interface SweptRun {
  readonly name: string;
  readonly settings: RecipePatch;
  /** Mean loss of the last tenth of the steps; null: it did not come to a step. */
  readonly loss: number | null;
  readonly evalLoss: number | null;
  readonly steps: number;
  readonly totalSteps: number;
  readonly seconds: number;
  readonly how: 'ended' | 'stopped' | 'failed';
  /** Why it failed. */
  readonly why: string;
}

/** A run of a recipe; the steps so far go to `goesOn`, which says whether it does. */
export type TrainOne = (
  recipe: Recipe,
  folder: string | null,
  goesOn: (steps: readonly StepMetrics[], totalSteps: number) => boolean,
) => Promise<void>;

const reported = (steps: readonly StepMetrics[]) =>
  steps.map(({ step, loss, evalLoss }) => [step, loss, evalLoss] as const);

/** As the page's table of runs has it. */
function endLoss(steps: readonly StepMetrics[]): number | null {
  const last = steps.slice(-Math.max(1, Math.floor(steps.length / 10)));
  return last.length === 0 ? null : last.reduce((sum, { loss }) => sum + loss, 0) / last.length;
}

const lastEval = (steps: readonly StepMetrics[]): number | null =>
  steps.findLast(({ evalLoss }) => evalLoss !== null)?.evalLoss ?? null;

/** What runs are ranked by: eval loss where all of those that came to a step have one, else the loss. No number comes last. */
export function ranked(runs: readonly SweptRun[]): readonly SweptRun[] {
  const evaluated = runs.every(({ loss, evalLoss }) => loss === null || evalLoss !== null);
  const placeOf = ({ loss, evalLoss }: SweptRun): number => {
    const by = evaluated ? evalLoss : loss;
    return by === null || Number.isNaN(by) ? Number.POSITIVE_INFINITY : by;
  };
  return runs.toSorted((a, b) => {
    const [x, y] = [placeOf(a), placeOf(b)];
    return x === y ? 0 : x - y;
  });
}

/** Trains the runs, and gives them back in their order. A run that fails costs the others nothing. `told`: before each. */
export async function sweep(
  options: Pick<CliOptions, 'sweep' | 'atMost' | 'stopEarly' | 'export'>,
  base: Recipe,
  train: TrainOne,
  told: (name: string, place: number, count: number) => void,
): Promise<readonly SweptRun[]> {
  const runs = sweepRuns(base, options.sweep, options.atMost);
  const done: SweptRun[] = [];
  const ended: ReturnType<typeof reported>[] = [];
  for (const [i, { name, recipe, patch }] of runs.entries()) {
    told(name, i + 1, runs.length);
    let steps: readonly StepMetrics[] = [];
    let total = 0;
    let how: SweptRun['how'] = 'ended';
    let why = '';
    const goesOn = (soFar: readonly StepMetrics[], totalSteps: number): boolean => {
      [steps, total] = [[...soFar], totalSteps];
      const behind = options.stopEarly && isBehind(reported(steps), ended, total);
      if (behind) how = 'stopped';
      return !behind;
    };
    const folder = options.export === null ? null : `${options.export}/run-${i + 1}`;
    try {
      await train(recipe, folder, goesOn);
    } catch (error) {
      how = 'failed';
      why = cliError(error).message;
    }
    if (how === 'ended') ended.push(reported(steps));
    const seconds = steps.reduce((sum, { stepMs }) => sum + stepMs, 0) / 1000;
    done.push({
      ...{ name, settings: patch, loss: endLoss(steps), evalLoss: lastEval(steps) },
      ...{ steps: steps.length, totalSteps: total, seconds, how, why },
    });
  }
  return done;
}

const number = (value: number | null): string => (value === null ? '–' : value.toFixed(4));

/** The table, the lowest loss first, in Markdown, which a terminal shows as well. */
export function sweepTable(runs: readonly SweptRun[]): readonly string[] {
  const cells = ranked(runs).map(({ name, loss, evalLoss, steps, totalSteps, seconds, how, why }) => [
    name.replaceAll('|', '\\|'),
    number(loss),
    number(evalLoss),
    `${steps}/${totalSteps}`,
    seconds.toFixed(1),
    why === '' ? how : `${how}: ${why.replaceAll('|', '\\|').replaceAll('\n', ' ')}`,
  ]);
  const head = ['run', 'loss', 'eval_loss', 'steps', 'seconds', 'how it ended'];
  const widths = head.map((title, i) => Math.max(title.length, ...cells.map((row) => row[i]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...cells.map(line)];
}

export const sweepObject = (runs: readonly SweptRun[]) =>
  ranked(runs).map(({ evalLoss, totalSteps, ...run }) => ({
    ...run,
    eval_loss: evalLoss,
    total_steps: totalSteps,
  }));

/** The table and the same for programs, beside the folders of the runs. */
export async function writeSweep(folder: string, runs: readonly SweptRun[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(`${folder}/sweep.md`, `${sweepTable(runs).join('\n')}\n`);
  await writeFile(`${folder}/sweep.json`, `${JSON.stringify(sweepObject(runs), null, 2)}\n`);
}
