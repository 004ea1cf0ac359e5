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
/** A rise of the loss that means over the window show is no noise; below the least loss a share says nothing. */
const [RISE, LEAST_LOSS] = [1.3, 0.1];
/** A line is flat when over so many steps its trend moves it by less than its noise would, or than the first share, and by no more than the second;
 * what is learnt already is not meant. */
const [FLAT_STEPS, FLAT_STEPS_SLOW, FLAT, FLAT_MOST, LEARNT] = [100, 20, 0.02, 0.05, 0.9];
/** Rates below this move an adapter too little to see; the one that examples of PEFT and TRL use. */
const [SLOW_RATE, USUAL_RATE] = [1e-5, 2e-4];
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

const usualRate: Diagnosis['fixes'][number] = {
  code: `learning_rate=${USUAL_RATE}`,
  why: text('what adapters are usually trained with', '训练适配器的常用值'),
  patch: { 'train.learning_rate': USUAL_RATE } satisfies RecipePatch,
};

function fixesFor(values: RecipeValues): Diagnosis['fixes'] {
  return [lowerRate(values), ...(values['train.max_grad_norm'] === 0 ? [clipping] : [])];
}

/** transformers replaces a NaN or infinite loss in its log (logging_nan_inf_filter), so a broken run prints 0.0. */
const logHides = text(
  'transformers would log this loss as 0.0: logging_nan_inf_filter is on by default',
  'transformers 的日志会把它显示为 0.0：logging_nan_inf_filter 默认开启',
);

const mean = (numbers: readonly number[]): number =>
  numbers.reduce((sum, one) => sum + one, 0) / numbers.length;

/** By which share of their mean a straight line through the losses moves from the first to the last, and by which it would by noise alone
 * (two standard errors). */
function trendOf(losses: readonly number[]): { readonly share: number; readonly noise: number } {
  const [middle, level] = [(losses.length - 1) / 2, mean(losses)];
  let [up, across] = [0, 0];
  losses.forEach((loss, i) => {
    up += (i - middle) * (loss - level);
    across += (i - middle) ** 2;
  });
  const slope = up / across;
  const rest = losses.reduce((sum, loss, i) => sum + (loss - level - slope * (i - middle)) ** 2, 0);
  const error = Math.sqrt(rest / (losses.length - 2) / across);
  const length = losses.length - 1;
  return { share: (slope * length) / level, noise: (2 * error * length) / level };
}

const settingsOf = (values: RecipeValues): Diagnosis['evidence'][number] =>
  same(`learning_rate=${values['train.learning_rate']}, max_grad_norm=${values['train.max_grad_norm']}`);

/** Gradients that were there and are exactly 0 since some steps: the weights were thrown where nothing answers. */
function vanished(values: RecipeValues, steps: readonly RunStep[]): Diagnosis | null {
  const last = steps.findLast((step) => step.gradNorm !== 0);
  const end = steps.at(-1);
  if (!last || !end || end.step - last.step < WINDOW) return null;
  return {
    id: 'gradient-vanishes',
    cause: text(
      `Since step ${last.step + 1} the gradient is exactly 0: the steps before it threw the weights where nothing moves them any more.`,
      `从第 ${last.step + 1} 步起梯度恰为 0：之前的更新把权重推到了再也动不了的地方。`,
    ),
    evidence: [settingsOf(values), same(`step ${last.step}: grad_norm=${number(last.gradNorm)}`)],
    notTheCause: [text('the wiring: gradients did arrive', '接线：梯度曾经到达')],
    fixes: fixesFor(values),
  };
}

/** Gradients arrive and the loss stays where it was. */
function flat(values: RecipeValues, steps: readonly RunStep[]): Diagnosis | null {
  const [before, last] = steps.slice(-2);
  // While the rate still rises nothing can be said.
  if (!before || !last || last.learningRate > before.learningRate) return null;
  const slow = values['train.learning_rate'] < SLOW_RATE;
  const losses = steps.map((step) => step.loss);
  if (steps.length < (slow ? FLAT_STEPS_SLOW : FLAT_STEPS) || mean(losses.slice(-WINDOW)) < LEAST_LOSS)
    return null;
  if (mean(steps.slice(-WINDOW).map((step) => step.meanTokenAccuracy)) > LEARNT) return null;
  const { share, noise } = trendOf(losses);
  if (Math.abs(share) > Math.min(FLAT_MOST, Math.max(FLAT, noise))) return null;
  return {
    id: 'loss-flat',
    cause: slow
      ? text(
          `Over ${steps.length} steps the loss has not moved: learning_rate=${values['train.learning_rate']} is too small to be seen.`,
          `${steps.length} 步里损失没有变化：learning_rate=${values['train.learning_rate']} 小到看不出效果。`,
        )
      : text(
          `Over ${steps.length} steps the loss has not moved, although gradients arrive.`,
          `${steps.length} 步里损失没有变化，尽管梯度到达了。`,
        ),
    evidence: [
      same(`learning_rate=${values['train.learning_rate']}`),
      text(
        `loss: ${(100 * share).toFixed(1)} % over ${steps.length} steps`,
        `损失：${steps.length} 步共变化 ${(100 * share).toFixed(1)} %`,
      ),
    ],
    notTheCause: [text('the wiring: gradients do arrive', '接线：梯度确实到达了')],
    fixes: values['train.learning_rate'] < USUAL_RATE ? [usualRate] : [],
  };
}

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
  const [began, ends] = [
    mean(steps.slice(0, WINDOW).map((step) => step.loss)),
    mean(steps.slice(-WINDOW).map((step) => step.loss)),
  ];
  const rose = steps.length >= 2 * WINDOW && ends > RISE * Math.max(began, LEAST_LOSS);
  if (rose || (last.loss > 2 * first.loss && last.loss > 3 * lowest)) {
    return {
      id: 'loss-explodes',
      cause: text(
        `The loss rises from ${number(lowest)} to ${number(last.loss)}: the steps are too long.`,
        `损失从 ${number(lowest)} 升到 ${number(last.loss)}：步子太大。`,
      ),
      evidence: [
        settingsOf(values),
        same(`grad_norm=${number(Math.max(...steps.map((step) => step.gradNorm)))}`),
      ],
      notTheCause: [text('the wiring', '接线')],
      fixes: fixesFor(values),
    };
  }
  const accuracy = (part: readonly RunStep[]): number => mean(part.map((step) => step.meanTokenAccuracy));
  const [untouched, now] = [first.meanTokenAccuracy, accuracy(steps.slice(-WINDOW))];
  if (untouched >= LEAST_ACCURACY && now < COLLAPSE * untouched) {
    const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;
    return {
      id: 'model-collapses',
      cause: text(
        `The model forgets what it could: before training it guessed ${percent(untouched)} of the tokens, over the last ${WINDOW} steps ${percent(now)}. The steps are too long.`,
        `模型正在忘记它原本会的：训练前能猜对 ${percent(untouched)} 的词元，最近 ${WINDOW} 步只有 ${percent(now)}。步子太大。`,
      ),
      evidence: [settingsOf(values), same(`loss=${number(first.loss)} … ${number(last.loss)}`)],
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
  return vanished(values, steps) ?? flat(values, steps);
}
