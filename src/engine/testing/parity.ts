// Test-only: one recipe here against the same recipe under torch, transformers, PEFT and TRL (tests/golden/parity.json).
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { textOfRows } from '../recipe/rows/ownRows.ts';
import { withoutEmbeddings } from '../torch/nn/counts.ts';
import type { Backend } from '../training/backends/backend.ts';
import type { TrainedStep } from '../training/metrics.ts';
import { BOUNDS } from './agreement.ts';
import type { ParityRecipe } from './parityRecipes.ts';
import { filesFor } from './parityRecipes.ts';
import { trainerOf } from './trainerOf.ts';

interface Golden {
  /** Of what was drawn. */
  readonly initial: string;
  /** Of all that is trained, at the start. */
  readonly initial_norm?: number;
  /** Row numbers of every micro-batch. */
  readonly order: readonly (readonly number[])[];
  readonly columns: readonly string[];
  /** One row an optimiser step. */
  readonly steps: readonly (readonly number[])[];
  /** Of what is trained, when the run has ended: of the best state where that was loaded. */
  readonly norm: number;
  readonly total_flos?: number;
  readonly evaluations?: readonly (readonly [step: number, loss: number])[];
}

const golden: Readonly<Record<string, Golden>> = JSON.parse(readFileSync('tests/golden/parity.json', 'utf8'));

/** What a recipe showed; differences are the largest of all steps, relative to the library's number. */
export interface Parity {
  readonly steps: number;
  readonly sameInitial: boolean;
  /** Relative difference of the norm of all that is trained, at the start: of what is computed, not drawn. */
  readonly initialNorm: number;
  readonly sameOrder: boolean;
  readonly loss: number;
  readonly gradNorm: number;
  readonly learningRate: number;
  /** null where the library logged none. */
  readonly entropy: number | null;
  /** Largest difference of the margins of pairs, relative to the largest margin; null without pairs. */
  readonly margins: number | null;
  /** null when the recipe evaluates nothing. */
  readonly evalLoss: number | null;
  /** null unless every step was run. */
  readonly end: { readonly sameStep: boolean; readonly sameFlos: boolean; readonly norm: number } | null;
}

/** What does not hold, in words; empty when all does. */
export function parityProblems(parity: Parity): string[] {
  const problems: string[] = [];
  if (!parity.sameInitial) problems.push('initial weights differ');
  if (!(parity.initialNorm <= BOUNDS.norm))
    problems.push(`the initial norm differs by ${parity.initialNorm.toExponential(1)}`);
  if (!parity.sameOrder) problems.push('order of rows differs');
  for (const key of ['loss', 'gradNorm', 'learningRate', 'entropy', 'margins', 'evalLoss'] as const) {
    const found = parity[key];
    if (found !== null && !(found <= BOUNDS[key]))
      problems.push(`${key} differs by ${found.toExponential(1)}`);
  }
  if (parity.end && !parity.end.sameStep) problems.push('the run ends at another step');
  if (parity.end && !parity.end.sameFlos) problems.push('total_flos differs');
  if (parity.end && !(parity.end.norm <= BOUNDS.norm))
    problems.push(`the norm of what was learnt differs by ${parity.end.norm.toExponential(1)}`);
  return problems;
}

const sha16 = (bytes: Uint8Array | string): string =>
  createHash('sha256').update(bytes).digest('hex').slice(0, 16);

const relative = (got: number, want: number): number =>
  Math.abs(got - want) / Math.max(Math.abs(want), 1e-12);

function marginsOf({ columns, steps }: Golden, got: readonly TrainedStep[]): number | null {
  const at = columns.indexOf('rewards/margins');
  if (at < 0) return null;
  const wanted = got.map((_, i) => steps[i]?.[at] ?? Number.NaN);
  const largest = Math.max(...wanted.map(Math.abs));
  const margin = ({ rewards }: TrainedStep): number =>
    rewards ? rewards.chosen - rewards.rejected : Number.NaN;
  return (
    Math.max(...got.map((metrics, i) => Math.abs(margin(metrics) - (wanted[i] ?? Number.NaN)))) / largest
  );
}

/**
 * Runs a recipe on a backend and compares. `limit`: steps at most. null without the model's file. Throws Error for a recipe without
 * golden values.
 */
export async function compareWithLibraries(
  { name, recipe, ...base }: ParityRecipe,
  backend: Backend,
  limit = Number.POSITIVE_INFINITY,
): Promise<Parity | null> {
  const want = golden[name];
  if (!want)
    throw new Error(`parity: no golden values for '${name}'; run npm run golden -- parity "${name}"`);
  const files = await filesFor(base);
  if (!files) return null;
  const opened = await trainerOf(backend, files, textOfRows(recipe.data), recipe.values);
  const { trainer } = opened;
  // Of equal rows the first stands for all, as in run_parity.py.
  const texts = opened.train.map(({ ids }) => ids.join(' '));
  const { adapter } = await trainer.state();
  const tensors = trainer.layout.tensors.filter(({ parameter }) => parameter.requiresGrad);
  // What is computed is each side's own sum.
  const drawn = tensors.filter(({ parameter: { init } }) => init !== 'row_norm' && init !== 'decomposed');
  const initial = drawn.map(({ offset, length }) => {
    const part = adapter.subarray(offset, offset + length);
    return sha16(new Uint8Array(part.buffer, part.byteOffset, part.byteLength));
  });
  const norm = async (): Promise<number> => {
    const { adapter: end } = await trainer.state();
    let sum = 0;
    for (const { offset, length } of tensors)
      for (let i = offset; i < offset + length; i++) sum += (end[i] ?? 0) ** 2;
    return Math.sqrt(sum);
  };
  const initialNorm = want.initial_norm === undefined ? 0 : relative(await norm(), want.initial_norm);
  const steps = Math.min(limit, want.steps.length);
  const got: TrainedStep[] = [];
  while (got.length < steps) got.push(await trainer.next());
  const order = got
    .flatMap((_, step) => trainer.rowsOf(step))
    .map((rows) => rows.map((row) => texts.indexOf(texts[row] ?? '')));
  // ORPOTrainer's batches have no input_ids, so Trainer counts nothing.
  const counts = recipe.values['train.objective'] === 'orpo' ? 0 : 6;
  const flos =
    counts *
    got.reduce((sum, { paddedTokens }) => sum + paddedTokens, 0) *
    withoutEmbeddings(opened.wired.root);
  const worst = (column: string, read: (metrics: TrainedStep) => number): number => {
    const at = want.columns.indexOf(column);
    return Math.max(...got.map((metrics, i) => relative(read(metrics), want.steps[i]?.[at] ?? Number.NaN)));
  };
  const evaluations = (want.evaluations ?? []).filter(([step]) => step <= steps);
  return {
    steps,
    initialNorm,
    sameInitial: sha16(initial.join('')) === want.initial,
    sameOrder: JSON.stringify(order) === JSON.stringify(want.order.slice(0, order.length)),
    loss: worst('loss', ({ loss }) => loss),
    gradNorm: worst('grad_norm', ({ gradNorm }) => gradNorm),
    entropy: want.columns.includes('entropy') ? worst('entropy', ({ entropy }) => entropy) : null,
    margins: marginsOf(want, got),
    learningRate: worst('learning_rate', ({ learningRate }) => learningRate),
    end:
      steps < want.steps.length
        ? null
        : {
            sameStep: trainer.finished,
            sameFlos: flos === (want.total_flos ?? flos),
            norm: relative(await norm(), want.norm),
          },
    evalLoss:
      evaluations.length === 0
        ? null
        : Math.max(
            ...evaluations.map(([step, loss]) => relative(got[step - 1]?.evalLoss ?? Number.NaN, loss)),
          ),
  };
}
