// Symptoms that only a run shows: a loss that is no number, one that explodes, a model that forgets what it could, a flat line.
// Reads the metrics; proposes settings. Its repairs are advice, not tried: trying them would mean running again.

import type { RecipePatch, RecipeValues } from '../../recipe/recipe.ts';
import type { Diagnosis } from '../inspect/inspection.ts';
import { same, text } from './entry.ts';

export interface RunStep {
  readonly step: number;
  readonly loss: number;
  readonly gradNorm: number;
  readonly learningRate: number;
  /** Share of the trained tokens that the model would have said itself. */
  readonly meanTokenAccuracy: number;
}

/** Steps whose mean tells a collapse from one hard batch; no symptom but NaN shows in fewer. */
const WINDOW = 5;
/** A collapse halves what the untouched model could; below this it could too little to say. */
const [COLLAPSE, LEAST_ACCURACY] = [0.5, 0.1];

const number = (value: number): string => (Number.isFinite(value) ? value.toPrecision(4) : String(value));

function lowerRate(values: RecipeValues): Diagnosis['fixes'][number] {
  const rate = Number((values['train.learning_rate'] / 10).toPrecision(3));
  return {
    code: `learning_rate=${rate}`,
    why: text('a tenth of it', '降到十分之一'),
    patch: { 'train.learning_rate': rate } satisfies RecipePatch,
  };
}

const clipping: Diagnosis['fixes'][number] = {
  code: 'max_grad_norm=1.0',
  why: text('long gradients are shortened before the step', '过长的梯度在更新前被缩短'),
  patch: { 'train.max_grad_norm': 1 } satisfies RecipePatch,
};

function fixesFor(values: RecipeValues): Diagnosis['fixes'] {
  return [lowerRate(values), ...(values['train.max_grad_norm'] === 0 ? [clipping] : [])];
}

/** transformers replaces a NaN or infinite loss in its log (logging_nan_inf_filter), so a broken run prints 0.0. */
const logHides = text(
  'transformers would log this loss as 0.0: logging_nan_inf_filter is on by default',
  'transformers 的日志会把它显示为 0.0：logging_nan_inf_filter 默认开启',
);

/** The first thing wrong with a run so far, or null. Steps in order. */
export function diagnoseRun(values: RecipeValues, steps: readonly RunStep[]): Diagnosis | null {
  const broken = steps.find((step) => !Number.isFinite(step.loss) || !Number.isFinite(step.gradNorm));
  if (broken) {
    const before = steps.filter((step) => step.step < broken.step).at(-1);
    return {
      id: 'loss-not-a-number',
      cause: before
        ? text(
            `At step ${broken.step} the loss stopped being a number; the step before left weights that overflow.`,
            `第 ${broken.step} 步损失不再是数字；前一步留下的权重溢出了。`,
          )
        : text(
            'The loss is no number from the first step on: no label is trained, or the base itself overflows.',
            '从第一步起损失就不是数字：没有被训练的标签，或底座本身溢出。',
          ),
      evidence: [
        same(`loss=${number(broken.loss)}, grad_norm=${number(broken.gradNorm)}`),
        ...(before
          ? [
              same(
                `step ${before.step}: loss=${number(before.loss)}, grad_norm=${number(before.gradNorm)}, learning_rate=${before.learningRate}`,
              ),
            ]
          : []),
        logHides,
      ],
      notTheCause: [
        text('requires_grad: gradients do arrive', 'requires_grad：梯度确实到达了'),
        text(
          'a loss of 0.0 in a log: it is not learnt, it is hidden',
          '日志里的 0.0：不是学好了，而是被隐藏了',
        ),
      ],
      // Before the first update no setting of it can have done this.
      fixes: before ? fixesFor(values) : [],
    };
  }
  const first = steps[0];
  const last = steps.at(-1);
  if (!first || !last || steps.length < WINDOW) return null;
  const lowest = Math.min(...steps.map((step) => step.loss));
  if (last.loss > 2 * first.loss && last.loss > 3 * lowest) {
    return {
      id: 'loss-explodes',
      cause: text(
        `The loss rises from ${number(lowest)} to ${number(last.loss)}: the steps are too long.`,
        `损失从 ${number(lowest)} 升到 ${number(last.loss)}：步子太大。`,
      ),
      evidence: [
        same(
          `learning_rate=${values['train.learning_rate']}, max_grad_norm=${values['train.max_grad_norm']}`,
        ),
        same(`grad_norm=${number(Math.max(...steps.map((step) => step.gradNorm)))}`),
      ],
      notTheCause: [text('the wiring', '接线')],
      fixes: fixesFor(values),
    };
  }
  const accuracy = (part: readonly RunStep[]): number =>
    part.reduce((sum, step) => sum + step.meanTokenAccuracy, 0) / part.length;
  const [untouched, now] = [first.meanTokenAccuracy, accuracy(steps.slice(-WINDOW))];
  if (untouched >= LEAST_ACCURACY && now < COLLAPSE * untouched) {
    const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;
    return {
      id: 'model-collapses',
      cause: text(
        `The model forgets what it could: before training it guessed ${percent(untouched)} of the tokens, over the last ${WINDOW} steps ${percent(now)}. The steps are too long.`,
        `模型正在忘记它原本会的：训练前能猜对 ${percent(untouched)} 的词元，最近 ${WINDOW} 步只有 ${percent(now)}。步子太大。`,
      ),
      evidence: [
        same(
          `learning_rate=${values['train.learning_rate']}, max_grad_norm=${values['train.max_grad_norm']}`,
        ),
        same(`loss=${number(first.loss)} … ${number(last.loss)}`),
      ],
      notTheCause: [text('the wiring: gradients do arrive', '接线：梯度确实到达了')],
      fixes: fixesFor(values),
    };
  }
  if (steps.every((step) => step.gradNorm === 0)) {
    return {
      id: 'grad-norm-zero',
      cause: text(
        `grad_norm is exactly 0 in all ${steps.length} steps: nothing that is trainable reaches the loss.`,
        `全部 ${steps.length} 步的 grad_norm 恰为 0：没有任何可训练的东西连到损失。`,
      ),
      evidence: [same(`loss=${number(first.loss)} … ${number(last.loss)}`)],
      notTheCause: [text('the learning rate', '学习率')],
      fixes: [],
    };
  }
  return null;
}
