// Everything the laboratory knows of a recipe, without a device: how the script ends, what every trainable tensor gets, and all
// that the doctor has to say. For the command line; the page shows the same in parts.

import { diagnose } from '../laboratory/doctor/diagnose.ts';
import { examineRecipe } from '../laboratory/examineRecipe.ts';
import type { Diagnosis, Outcome } from '../laboratory/inspect/inspection.ts';
import { stripOf } from '../laboratory/inspect/strip.ts';
import type { JudgedProgram } from '../laboratory/script/judgeProgram.ts';
import { trainableLine } from '../python/run/trainableLine.ts';
import type { Recipe } from '../recipe/recipe.ts';
import { countParameters } from '../torch/nn/counts.ts';
import type { Assets } from './assets.ts';
import { firstRows } from './preparedRows.ts';

export interface LaboratoryReport {
  readonly outcome: Outcome;
  /** PEFT's line for the chosen version. */
  readonly trainableLine: string;
  readonly trainableParams: number;
  readonly allParams: number;
  /** First place where the graph is cut, as a module's path; '' at the loss, null when it is whole. */
  readonly cutAt: string | null;
  /** Faults first, then advice. */
  readonly diagnoses: readonly Diagnosis[];
  /** The script's program that decides; null: the settings do. */
  readonly program: JudgedProgram | null;
}

/** Throws UserError when rows or model can't be read. */
export async function laboratory(assets: Assets, recipe: Recipe): Promise<LaboratoryReport> {
  const [files, source] = await Promise.all([assets.model(recipe), assets.rows(recipe)]);
  const { facts, largest } = await firstRows(source, files.tokenizer, recipe.values, async () => {});
  const options = { batch: largest.train, allMasked: facts.allMasked };
  const { examination, outcome, values, program } = await examineRecipe(files.config, recipe, options);
  const { script } = examination;
  const counts = countParameters(script.root);
  return {
    outcome,
    trainableLine: trainableLine(counts, script.behaves('trainableLine')),
    trainableParams: counts.trainable,
    allParams: counts.all,
    cutAt: stripOf(examination).find((cell) => cell.cut)?.path ?? null,
    program,
    diagnoses: program
      ? withFixes(program)
      : diagnose({ config: files.config, values, options, rows: facts }),
  };
}

/** The first is what stops it: the repairs are its. */
const withFixes = ({ diagnoses, fixes }: JudgedProgram): readonly Diagnosis[] =>
  diagnoses.map((one, i) => (i === 0 ? { ...one, fixes: fixes() } : one));
