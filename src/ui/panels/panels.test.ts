// Pure parts of the panels: diff of scripts, slider scales, chart series, Markdown, error help.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ModuleInfo } from '../../engine/index.ts';
import { settingKeys, settingOf } from '../../engine/index.ts';
import { presetRecipe } from '../state/recipeEdits.ts';
import { newRun } from '../state/reduce.ts';
import type { StepPoint } from '../state/state.ts';
import { inspectionOf } from '../testing/fixture.ts';
import { presetEntries } from '../testing/presetEntries.ts';
import { figureText } from '../texts/numbers.ts';
import { loggingOf } from './charts/curveSteps.ts';
import { isolated, markTexts, shownOn, threeMarks, valueRange } from './charts/plot.ts';
import { precisionOf } from './charts/precision.ts';
import { gradNormSeries, lossSeries, stepsCsv } from './charts/series.ts';
import { diffLines, nearChanges } from './failure/lineDiff.ts';
import { fromPosition, sliderSpan, toPosition } from './recipe/sliderScale.ts';
import { curveText, recipeMarkdown } from './share/shareText.ts';

const point = (step: number, loss: number, evalLoss: number | null = null): StepPoint => ({
  step,
  loss,
  gradNorm: 1,
  learningRate: 1e-3,
  epoch: 0,
  tokens: 1,
  paddedTokens: 128,
  tokensPerSecond: 1,
  meanTokenAccuracy: 0,
  entropy: 0.5,
  evalLoss,
  stepMs: 1,
  etaMs: 1,
});
const recipe = presetRecipe(presetEntries, 'ships-log');

describe('diffLines', () => {
  it('gives both texts back whatever they are', () => {
    const text = fc
      .array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 12 })
      .map((lines) => lines.join('\n'));
    fc.assert(
      fc.property(text, text, (before, after) => {
        const lines = diffLines(before, after);
        const side = (drop: string): string =>
          lines
            .filter((line) => line.kind !== drop)
            .map((line) => line.text)
            .join('\n');
        expect(side('add')).toBe(before);
        expect(side('remove')).toBe(after);
      }),
    );
  });
  it('shows an inserted line as one addition, with its surroundings', () => {
    const before = 'a\nb\nc\nd\ne\nf';
    const near = nearChanges(diffLines(before, before.replace('c', 'c\nnew')), 1);
    expect(near).toEqual([
      { kind: 'same', text: 'c' },
      { kind: 'add', text: 'new' },
      { kind: 'same', text: 'd' },
    ]);
    expect(nearChanges(diffLines(before, before), 2)).toEqual([]);
  });
});

describe('sliderSpan', () => {
  it('reaches every default and only values that hold', () => {
    for (const key of settingKeys) {
      const { type, default: standard } = settingOf(key);
      if (type.kind !== 'number' || typeof standard !== 'number') continue;
      const span = sliderSpan(type, standard);
      if (span === null) continue;
      for (let position = 0; position <= span.positions; position++) {
        const value = fromPosition(span, position);
        expect(value, key).toBeGreaterThanOrEqual(type.min);
        expect(value, key).toBeLessThanOrEqual(type.max);
        if (type.integer) expect(Number.isInteger(value), key).toBe(true);
      }
    }
  });
  it('comes back to the same place', () => {
    const span = sliderSpan({ kind: 'number', min: 0, max: 1, scale: 'log' }, 2e-3);
    if (span === null) throw new Error('a learning rate has a slider');
    for (let position = 0; position <= span.positions; position++) {
      expect(toPosition(span, fromPosition(span, position))).toBe(position);
    }
  });
  it('offers no slider for a seed', () => {
    expect(sliderSpan({ kind: 'number', min: 0, max: 2 ** 32 - 1, integer: true }, 42)).toBeNull();
  });
});

describe('chart series', () => {
  it('draws gaps where a loss is not a number', () => {
    const run = { ...newRun(recipe), steps: [point(1, 2), point(2, Number.NaN)] };
    expect(lossSeries(run, true)[1]).toEqual([2, null]);
  });
  it('adds eval losses only when there are some', () => {
    const plain = { ...newRun(recipe), steps: [point(1, 2)] };
    expect(lossSeries(plain, true)).toHaveLength(3);
    expect(lossSeries({ ...plain, steps: [point(1, 2, 1.5)] }, true)[3]).toEqual([1.5]);
  });
  it('has a point every logging_steps steps, the mean since the last, and every eval loss', () => {
    const rare = { ...recipe, values: { ...recipe.values, 'train.logging_steps': 2 } };
    const run = {
      ...newRun(rare),
      steps: [point(1, 4), point(2, 2), point(3, 9, 1.5), point(4, 1), point(5, 7)],
    };
    expect(lossSeries(run, true)).toMatchObject([
      [2, 3, 4],
      [3, undefined, 5],
      [3, undefined, expect.closeTo((0.2 * 5 + 0.16 * 3) / 0.36)],
      [null, 1.5, null],
    ]);
    expect(isolated([3, undefined, 5])).toEqual([]);
    expect(curveText(run)).toBe('loss 3.00 ▁█ 5.00  (2–4)');
    expect(loggingOf(run)).toEqual({ every: 2, first: 2 });
    const late = { ...rare, values: { ...rare.values, 'train.logging_steps': 6 } };
    expect(loggingOf({ ...run, recipe: late })).toEqual({ every: 6, first: null });
    expect(lossSeries({ ...run, recipe: late }, false)).toEqual([[3], [undefined]]);
  });
  it('spans what it draws, also when flat, empty or logarithmic', () => {
    expect(valueRange([[]], false, false)).toEqual([0, 1]);
    const [min, max] = valueRange(
      [
        [1, 2],
        [3, 5],
      ],
      false,
      false,
    );
    expect(min).toBeLessThan(3);
    expect(max).toBeGreaterThan(5);
    expect(valueRange([[1], [2]], true, false)).toEqual([1, 4]);
    const [low, high] = valueRange([[1], [2]], false, false);
    expect(high).toBeGreaterThan(low);
    expect(threeMarks(1, 100, true)).toEqual([1, 10, 100]);
  });
  it('marks what max_grad_norm clipped, and nothing where it is off', () => {
    const steps = [0.5, 1, 3].map((gradNorm, at) => ({ ...point(at + 1, 2), gradNorm }));
    const run = { ...newRun(recipe), steps };
    const off = { ...recipe, values: { ...recipe.values, 'train.max_grad_norm': 0 } };
    const one = { ...recipe, values: { ...recipe.values, 'train.max_grad_norm': 1 } };
    expect(gradNormSeries({ ...run, recipe: one })[3]).toEqual([null, null, 3]);
    expect(gradNormSeries({ ...run, recipe: off })[3]).toBeUndefined();
  });
  it('shows a value that no line goes through, and leaves out what a logarithm has not', () => {
    expect(isolated([2])).toEqual([0]);
    expect(isolated([2, 3, null, 4, null, null, 1])).toEqual([3, 6]);
    expect(
      shownOn(true, [
        [1, 2, 3],
        [0, 1, -1],
      ]),
    ).toEqual([
      [1, 2, 3],
      [null, 1, null],
    ]);
    expect(shownOn(false, [[1], [0]])).toEqual([[1], [0]]);
  });
  it('labels marks so that they differ', () => {
    expect(markTexts([3.612, 3.613, 3.614], figureText)).toEqual(['3.612', '3.613', '3.614']);
    expect(markTexts([1, 2, 3], figureText)).toEqual(['1.0', '2.0', '3.0']);
    expect(new Set(markTexts([1, 1, 1], figureText)).size).toBe(1);
  });
  it('writes CSV with the Trainer’s names and empty fields', () => {
    expect(
      stepsCsv([point(1, 2)])
        .split('\n')
        .slice(0, 2),
    ).toEqual([
      'step,loss,eval_loss,grad_norm,learning_rate,epoch,tokens,tokens_per_second,entropy,mean_token_accuracy,step_ms',
      '1,2,,1,0.001,0,1,1,0.5,0,1',
    ]);
  });
});

describe('precisionOf', () => {
  const plain = { 'train.fp16': false };
  const { tree } = inspectionOf('trains');
  const of = (dtype: string, requiresGrad: boolean): ModuleInfo => ({
    ...tree,
    parameters: [
      {
        name: 'w',
        shape: [1],
        dtype,
        quantised: null,
        requiresGrad,
        gradient: 'frozen',
        bytes: 2,
        normIndex: null,
      },
    ],
  });
  it('says nothing where everything is float32 or quantised', () => {
    expect(precisionOf({ tree }, plain)).toBeNull();
  });
  it('tells trained from frozen, and the scaler', () => {
    expect(precisionOf({ tree: of('bfloat16', true) }, plain)).toEqual({
      adapter: 'bfloat16',
      base: null,
      fp16: false,
    });
    expect(precisionOf({ tree: of('float16', false) }, plain)).toEqual({
      adapter: null,
      base: 'float16',
      fp16: false,
    });
    expect(precisionOf({ tree }, { 'train.fp16': true })).toEqual({ adapter: null, base: null, fp16: true });
  });
});

describe('sharing and help', () => {
  it('writes a table of what differs and the link', () => {
    const text = recipeMarkdown(recipe, ['lora.r'], 'https://host/#v=1', {
      changes: ['after step 5: learning_rate from 0.005 to 0.001'],
      setting: 'setting',
      value: 'value',
      result: null,
      curve: 'loss 2 █▁ 1  (1–2)',
    });
    expect(text).toContain('\n- after step 5: learning_rate from 0.005 to 0.001\n');
    expect(text).toContain('```\nloss 2 █▁ 1  (1–2)\n```');
    expect(text).toContain('| `LoraConfig(r=…)` | `8` |');
    expect(curveText({ recipe, steps: [point(1, 3), point(2, Number.NaN), point(3, 1)] })).toBe(
      'loss 3.00 █×▁ 1.00  (1–3)',
    );
    expect(curveText({ recipe, steps: Array.from({ length: 600 }, (_, at) => point(at + 1, 2)) })).toContain(
      ` ${'▁'.repeat(60)} `,
    );
    expect(curveText({ recipe, steps: [] })).toBeNull();
    expect(text).toContain('(https://host/#v=1)');
  });
});
