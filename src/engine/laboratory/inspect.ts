// inspect(): everything the page shows about a recipe before anything runs: strip, tree, outcome, counts, diagnosis,
// script. Reads the tape; the estimate, the rows and the questions come from the caller.

import type { RowFacts } from '../data/rowFacts.ts';
import type { DataSummary } from '../data/summary.ts';
import type { ModelConfig } from '../models/modelConfig.ts';
import { trainableLine } from '../python/run/trainableLine.ts';
import type { Wired } from '../python/run/wire.ts';
import { keptScript } from '../python/write/keptScript.ts';
import type { ScriptContext } from '../python/write/pythonScript.ts';
import { pythonScript } from '../python/write/pythonScript.ts';
import type { Recipe, RecipeValues } from '../recipe/recipe.ts';
import { countParameters } from '../torch/nn/counts.ts';
import type { BatchShape } from '../torch/recording.ts';
import { layoutAdapters } from '../torch/trainedLayout.ts';
import type { CostEstimate } from '../training/cost.ts';
import { diagnose } from './doctor/diagnose.ts';
import type { ExaminedRecipe } from './examineRecipe.ts';
import { examineRecipe, examineSettings, judgedBefore } from './examineRecipe.ts';
import type { ExamineOptions } from './inspect/examineTraining.ts';
import type { Diagnosis, Inspection, ProgramReport } from './inspect/inspection.ts';
import { stripOf } from './inspect/strip.ts';
import { moduleTree } from './inspect/tree.ts';
import type { JudgedProgram } from './script/judgeProgram.ts';

export interface InspectionExtras {
  /** Shape of the longest batch; only the estimate depends on it. */
  readonly batch?: BatchShape;
  /** Memory and cost of the wired model; not asked when the script raises. */
  readonly estimate?: (wired: Wired, values: RecipeValues) => CostEstimate | null;
  /** Facts of the rows for the doctor; without them it judges the wiring alone. */
  readonly rows?: RowFacts;
  readonly data?: DataSummary | null;
  /** Names for the Python script; without them it reads `model` and `rows.jsonl`. */
  readonly script?: ScriptContext;
  readonly prompts?: readonly string[];
}

const settingsOptions = ({ batch, rows }: InspectionExtras): ExamineOptions => ({
  batch: batch ?? { rows: 1, tokens: 8 },
  allMasked: rows?.allMasked ?? false,
});

/** Describes settings on a model of this architecture, without a device and without numbers. */
export function inspect(
  config: ModelConfig,
  values: RecipeValues,
  extras: InspectionExtras = {},
): Inspection {
  return inspected(config, examineSettings(config, values, settingsOptions(extras)), extras);
}

/** Describes a recipe, whatever it runs. */
export async function inspectRecipe(
  config: ModelConfig,
  recipe: Pick<Recipe, 'values' | 'program'>,
  extras: InspectionExtras,
): Promise<Inspection> {
  const examined = await examineRecipe(config, recipe, settingsOptions(extras), judgedBefore);
  return inspected(config, examined, extras);
}

function inspected(
  config: ModelConfig,
  { examination, outcome, values, program }: ExaminedRecipe,
  extras: InspectionExtras,
): Inspection {
  const options = settingsOptions(extras);
  const { script, wired, step, gradientOf } = examination;
  const counts = countParameters(script.root);
  const facts = {
    tape: step?.tape ?? null,
    layout: layoutAdapters({ root: script.root, tables: script.places }),
    gradientOf,
    hasBaseLayer: script.behaves('baseLayer'),
  };
  const trained = program ? program.wired : wired;
  const doctor = () => diagnose({ config, values, options, rows: extras.rows ?? null }, 1)[0] ?? null;
  return {
    program: program && reportOf(program),
    strip: stripOf(examination),
    tree: moduleTree(facts, script.root),
    trainableLine: trainableLine(counts, script.behaves('trainableLine')),
    trainableParams: counts.trainable,
    allParams: counts.all,
    outcome,
    diagnosis: outcome.kind === 'trains' ? null : program ? firstCause(program) : doctor(),
    estimate: trained && (extras.estimate?.(trained, values) ?? null),
    data: extras.data ?? null,
    prompts: extras.prompts ?? [],
    script: program
      ? keptScript(program.program, values, program.said, extras.script?.chatTemplate)
      : pythonScript(values, extras.script),
  };
}

/** What stops the script, with the repairs of its calls. */
function firstCause({ diagnoses, fixes }: JudgedProgram): Diagnosis | null {
  const [first] = diagnoses;
  if (!first) return null;
  const { id, cause, evidence, notTheCause } = first;
  return { id, cause, evidence, notTheCause, fixes: fixes() };
}

const reportOf = ({ verdict, unsaid, model, onOurs, unfit, decided }: JudgedProgram): ProgramReport => ({
  says: verdict.text,
  line: verdict.line,
  unsaid,
  model,
  onOurs,
  unfit: unfit && { message: unfit.problem, remedy: unfit.remedy },
  decided,
});
