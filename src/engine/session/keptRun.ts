// A kept run as it is listed and compared: its recipe, curve and answers, without its numbers. Rows that travel with a recipe stay in the
// file and are named by their digest here, for a list holds many runs.
import type { Recipe } from '../recipe/recipe.ts';
import type { AnswerAfter, AnswerBefore } from './runNote.ts';
import type { SnapshotFacts } from './snapshotDecode.ts';

/** One step of the curve. */
export type CurvePoint = readonly [step: number, loss: number, evalLoss: number | null];

export interface KeptRun {
  readonly id: string;
  /** '' where nobody named it. */
  readonly name: string;
  /** When it began, in milliseconds since 1970; 0: nobody knows. */
  readonly at: number;
  readonly bytes: number;
  readonly recipe: Omit<Recipe, 'data'>;
  /** Of own rows their file's name; null: the preset's. */
  readonly rowsName: string | null;
  readonly rowsDigest: string;
  readonly device: string;
  readonly step: number;
  readonly totalSteps: number;
  /** Of all steps. */
  readonly trainedMs: number;
  readonly curve: readonly CurvePoint[];
  readonly before: readonly AnswerBefore[];
  readonly after: readonly AnswerAfter[];
  /** Of all askings, as many as were kept. */
  readonly said: readonly AnswerAfter[];
}

export function keptRunOf(id: string, bytes: number, name: string | null, facts: SnapshotFacts): KeptRun {
  const { metrics, note, device, step, totalSteps, before } = facts;
  const { data, ...recipe } = facts.recipe;
  return {
    id,
    name: name ?? note?.name ?? '',
    at: note?.at ?? 0,
    bytes,
    recipe,
    rowsName: data?.name ?? null,
    rowsDigest: note?.rowsDigest ?? '',
    device,
    step,
    totalSteps,
    trainedMs: metrics.reduce((sum, { stepMs }) => sum + stepMs, 0),
    curve: metrics.map((point) => [point.step, point.loss, point.evalLoss]),
    before,
    after: note?.after ?? [],
    said: note?.said ?? note?.after ?? [],
  };
}
