// The engine's only door for the page: settings, recipes, what an inspection holds, and the client of the worker.
// Nothing heavy passes here: tokenizer, tape and kernels stay in the worker's own bundle.

export { notFetched } from './boundaryErrors.ts';

export type { EngineClient } from './client.ts';
export { startEngine } from './client.ts';
export { decodeRows } from './data/rows.ts';
export type { RowPreview } from './data/summary.ts';
export { errorHelp } from './errorHelp.ts';
export type { ExportFile } from './exchange/export/adapterTensors.ts';
export { invariant, wordsOf } from './ground/errors.ts';
export { pythonLabel } from './ground/settings/pythonPlace.ts';
export type {
  NumberKind,
  Section,
  Setting,
  TextKind,
} from './ground/settings/setting.ts';
export type { Text } from './ground/text.ts';
export { joined, same } from './ground/text.ts';
export { chapters as guideChapters } from './laboratory/doctor/guide.ts';
export type {
  Diagnosis,
  GradientState,
  Inspection,
  ModuleInfo,
  Outcome,
  ParameterInfo,
  StripCell,
} from './laboratory/inspect/inspection.ts';
export type { Why } from './laboratory/inspect/why.ts';
export type { PythonReading } from './python/read/reading.ts';
export { accelerateFiles } from './python/write/accelerateFiles.ts';
export { formatLink, parseLink, recipeJson } from './recipe/link.ts';
export { loadPresets } from './recipe/presets.ts';
export type { CustomData, ModelRef, Recipe, RecipePatch, RecipeValues, SettingKey } from './recipe/recipe.ts';
export {
  changedKeys,
  defaultValues,
  readSettings,
  settingKeys,
  settingOf,
  withPatch,
} from './recipe/recipe.ts';
export { sameRun } from './recipe/sameRun.ts';
export type { CostEstimate, MemoryPlan } from './training/cost.ts';
