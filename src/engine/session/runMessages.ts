// What is asked of the kept runs, and what is told of them: a part of the messages of the worker (protocol.ts), each with the check of its fields.
import type { ExportFile } from '../exchange/export/adapterTensors.ts';
import type { Checks, Of } from '../ground/messages.ts';
import type { Check } from '../ground/shapes.ts';
import { blob, boolean, bytes, list, nullable, number, shape, string, triple } from '../ground/shapes.ts';
import type { Recipe } from '../recipe/recipe.ts';
import { besideSettings, recipe, recipeValues } from '../recipe/recipeShapes.ts';
import type { CurvePoint, KeptRun } from './keptRun.ts';
import { answerAfter, runId } from './runNote.ts';

export type RunsCommand =
  /** Which runs are kept. Answers `runs-listed` or `runs-failed` with the same id, as the next four do. */
  | { readonly type: 'runs-list'; readonly id: number }
  | { readonly type: 'runs-name'; readonly id: number; readonly run: string; readonly name: string }
  | { readonly type: 'runs-remove'; readonly id: number; readonly runs: readonly string[] }
  /** Keeps the runs of a file: one, or an archive of several. */
  | { readonly type: 'runs-bring'; readonly id: number; readonly file: Blob }
  /** Runs as files that hold all of them. Answers `runs-taken` or `runs-failed` with the same id. */
  | { readonly type: 'runs-take'; readonly id: number; readonly runs: readonly string[] }
  /** A run's adapter as PEFT's files, and its recipe. Answers `runs-adapter` or `runs-failed` with the same id. */
  | { readonly type: 'runs-adapter'; readonly id: number; readonly run: string }
  /** The recipe of a run, with its rows. Answers `runs-recipe` or `runs-failed` with the same id. */
  | { readonly type: 'runs-recipe'; readonly id: number; readonly run: string };

export type RunsEvent =
  | {
      readonly type: 'runs-listed';
      readonly id: number;
      readonly runs: readonly KeptRun[];
      /** Whether they are there at the next visit. */
      readonly lasts: boolean;
      /** Bytes that may still be kept; null: nobody knows. */
      readonly roomBytes: number | null;
    }
  | { readonly type: 'runs-taken'; readonly id: number; readonly files: readonly ExportFile[] }
  | {
      readonly type: 'runs-adapter';
      readonly id: number;
      readonly name: string;
      readonly recipe: Recipe;
      readonly files: readonly ExportFile[];
    }
  | { readonly type: 'runs-recipe'; readonly id: number; readonly recipe: Recipe };

const id = number;
const point: Check<CurvePoint> = triple(number, number, nullable(number));
const { data: _, ...besideRows } = besideSettings;

export const runsCommands: Checks<RunsCommand> = {
  'runs-list': shape<Of<RunsCommand, 'runs-list'>>({ id }),
  'runs-name': shape<Of<RunsCommand, 'runs-name'>>({ id, run: runId, name: string }),
  'runs-remove': shape<Of<RunsCommand, 'runs-remove'>>({ id, runs: list(runId) }),
  'runs-bring': shape<Of<RunsCommand, 'runs-bring'>>({ id, file: blob }),
  'runs-take': shape<Of<RunsCommand, 'runs-take'>>({ id, runs: list(runId) }),
  'runs-adapter': shape<Of<RunsCommand, 'runs-adapter'>>({ id, run: runId }),
  'runs-recipe': shape<Of<RunsCommand, 'runs-recipe'>>({ id, run: runId }),
};

export const runsEvents: Checks<RunsEvent> = {
  'runs-listed': shape<Of<RunsEvent, 'runs-listed'>>({
    id,
    runs: list(
      shape<KeptRun>({
        id: runId,
        name: string,
        at: number,
        bytes: number,
        recipe: shape<KeptRun['recipe']>({ ...besideRows, values: recipeValues }),
        rowsName: nullable(string),
        rowsDigest: string,
        device: string,
        step: number,
        totalSteps: number,
        trainedMs: number,
        curve: list(point),
        before: list(shape({ prompt: string, text: string })),
        after: list(answerAfter),
        said: list(answerAfter),
      }),
    ),
    lasts: boolean,
    roomBytes: nullable(number),
  }),
  'runs-taken': shape<Of<RunsEvent, 'runs-taken'>>({ id, files: list(shape({ name: string, bytes })) }),
  'runs-adapter': shape<Of<RunsEvent, 'runs-adapter'>>({
    id,
    name: string,
    recipe,
    files: list(shape({ name: string, bytes })),
  }),
  'runs-recipe': shape<Of<RunsEvent, 'runs-recipe'>>({ id, recipe }),
};
