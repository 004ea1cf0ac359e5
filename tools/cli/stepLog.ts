// Which steps of a run are printed: those that logging_steps says, as means since the last, and every evaluation.

import type { Logging } from '../../src/engine/training/logged.ts';
import { isLogged, meanOf } from '../../src/engine/training/logged.ts';
import type { StepMetrics } from '../../src/engine/training/metrics.ts';
import type { Report } from './report.ts';

/** What is told of each step; `before`: steps that were done already. */
export function stepLog(
  report: Pick<Report, 'step' | 'evaluated'>,
  recipe: Logging,
  before: readonly StepMetrics[],
): (metrics: StepMetrics, totalSteps: number) => void {
  let since = before.slice(before.findLastIndex(({ step }) => isLogged(recipe, step)) + 1);
  return (metrics, totalSteps) => {
    since = [...since, metrics];
    const { step, evalLoss } = metrics;
    if (isLogged(recipe, step)) {
      const loss = meanOf(since, (one) => one.loss);
      const meanTokenAccuracy = meanOf(since, (one) => one.meanTokenAccuracy);
      const tokens = since.reduce((sum, one) => sum + one.tokens, 0);
      report.step({ ...metrics, loss, meanTokenAccuracy, tokens }, totalSteps);
      since = [];
    } else if (evalLoss !== null) report.evaluated(step, totalSteps, evalLoss);
  };
}
