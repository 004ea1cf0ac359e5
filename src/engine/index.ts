// The engine's only door for the page: settings, recipes, what an inspection holds, and the client of the worker.
// Nothing heavy passes here: tokenizer, tape and kernels stay in the worker's own bundle; long texts are fetched when wanted.

import type { RecipeValues } from './recipe/recipe.ts';

export type { Pace } from './answerMessages.ts';
export type { EngineClient } from './client.ts';
export { deaths, inspectionHung, startEngine } from './client.ts';
export type { RowStatistics } from './data/rowStatistics.ts';
export type { RowPreview } from './data/summary.ts';
export { errorHelp } from './errorHelp.ts';
export type { ExportFile } from './exchange/export/adapterTensors.ts';
export type { WebDevice } from './exchange/export/web/webSession.ts';
export { decimal } from './ground/decimal.ts';
export { invariant } from './ground/errors.ts';
export { pythonLabel } from './ground/settings/pythonPlace.ts';
export type {
  NumberKind,
  Section,
  Setting,
  TextKind,
} from './ground/settings/setting.ts';
export type { Text } from './ground/text.ts';
export { joined, same } from './ground/text.ts';
export type { CuratedModel } from './hub/curated.ts';
export { curatedModels } from './hub/curated.ts';
export type {
  Diagnosis,
  GradientState,
  Inspection,
  ModuleInfo,
  Outcome,
  ParameterInfo,
  ProgramReport,
  StripCell,
} from './laboratory/inspect/inspection.ts';
export type { Why } from './laboratory/inspect/why.ts';
export type {
  Assumption,
  LineNote,
  ScriptFix,
  ScriptReading,
  VerdictKind,
  VersionUsed,
} from './laboratory/script/scriptReading.ts';
export { stacks } from './libraries/stacks.ts';
export type { ChangePatch } from './recipe/changes.ts';
export { isChangeable } from './recipe/changes.ts';
export { formatLink, parseLink, recipeJson } from './recipe/link.ts';
export type { ModelSource } from './recipe/modelSource.ts';
export { namedSource } from './recipe/modelSource.ts';
export { readRecipe } from './recipe/openRecipe.ts';
export { fitsEveryLink, MOST_TEMPLATE } from './recipe/ownTemplate.ts';
export type { RecipeProgram } from './recipe/program/program.ts';
export type { ModelRef, Recipe, RecipePatch, RecipeValues, SettingKey } from './recipe/recipe.ts';
export {
  changedKeys,
  defaultValues,
  readSettings,
  settingKeys,
  settingOf,
  withPatch,
} from './recipe/recipe.ts';
export type { ComparedRecipe, RecipePart } from './recipe/recipeDiff.ts';
export { comparedOf, differencesOf } from './recipe/recipeDiff.ts';
export { recipeOfReading } from './recipe/recipeOfReading.ts';
export type { DataSource } from './recipe/rows/dataSource.ts';
export type { ColumnMapping, ColumnRole, CustomData, DataFormat, RowKind } from './recipe/rows/ownRows.ts';
export { isInFile, rolesOf, rowKinds, textOfRows } from './recipe/rows/ownRows.ts';
export { sameModel, sameRun, sameTensors } from './recipe/sameRun.ts';
export { errorData } from './session/errorData.ts';
export type { StoredHere } from './session/storedHere.ts';
export { isBackendChoice, isOnOrt } from './training/backends/deviceInfo.ts';
export type { CostEstimate, MemoryPlan } from './training/cost.ts';
export type { Watch } from './training/generate/watch.ts';
export { loggedWindows, meanOf } from './training/logged.ts';
export { gradientGroups, layerPairs } from './training/opinion/groups.ts';
export type { Judged, Opinion, Place, Region } from './training/opinion/opinionShapes.ts';
export { generationOptions } from './training/options.ts';

/** The presets, by the address of the page's folder. */
export const pagePresets = async (folder: string) => (await import('./pagePresets.ts')).pagePresets(folder);

/** A preset's file of rows: its name and text. */
export const presetRows = async (folder: string, id: string) =>
  (await import('./pagePresets.ts')).presetRows(folder, id);

/** The guide's text, fetched when it is opened. */
export const guideChapters = async () => (await import('./laboratory/doctor/guide.ts')).chapters;

/** What the browser keeps of this page, and the letting go of it. */
export const storage = async () => import('./session/storedHere.ts');

/** A thread in which an export for the web answers. */
export const webChat = async () => (await import('./webChatClient.ts')).startWebChat;
export type { WebChatThread, WebChatTold } from './webChatClient.ts';

/** Rows of a hub over a reload. */
export const rowsStore = async () => import('./session/keptRows.ts');

export type { Kept } from './session/keptModel.ts';
/** Files of this machine that were opened as a model, over a reload. */
export const ownModels = async () => (await import('./session/keptModel.ts')).keptModels();

/** The files that run a script on several processes. */
export const accelerateFiles = async (values: RecipeValues) =>
  (await import('./python/write/accelerateFiles.ts')).accelerateFiles(values);

/** The learning rate of every step of a run of so many. Rejects with UserError for arguments that the schedule does not take. */
export const learningRates = async (values: RecipeValues, totalSteps: number) =>
  (await import('./training/learningRates.ts')).learningRates(values, totalSteps);

/** The grid of a sweep, and which of its runs is given up. */
export const sweepTools = async () => {
  const [sweep, rule] = await Promise.all([import('./recipe/sweep.ts'), import('./recipe/medianRule.ts')]);
  const { sweptKeys } = sweep;
  return { ...sweep, ...rule, sweptKeys };
};
export type { SweepAxis } from './recipe/sweep.ts';
