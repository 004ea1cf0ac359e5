// What the page is told of a model, an adapter, a saved run, an advice and an error: the parts of events that stand for themselves.
import type { ErrorCode } from './errorCodes.ts';
import type { Text } from './ground/text.ts';
import type { Advice } from './laboratory/doctor/guide.ts';
import type { SurveyRow } from './laboratory/inspect/survey.ts';
import type { ModelInfo } from './models/modelFiles.ts';
import type { Recipe, RecipePatch } from './recipe/recipe.ts';

/** A base model as the page shows it. */
export interface ModelSummary extends ModelInfo {
  readonly parameters: number;
  readonly layers: number;
  readonly hiddenSize: number;
  readonly vocabSize: number;
  /** Tensors that stand in blocks of fewer bits, by their PyTorch name: `q4_1`, `nf4` … */
  readonly packed: readonly { readonly name: string; readonly format: string }[];
}

/** An opened adapter as the page shows it. */
export interface AdapterSummary {
  readonly name: string;
  readonly digest: string;
  /** base_model_name_or_path. */
  readonly base: string;
  readonly modules: number;
  readonly parameters: number;
  /** The settings that it stands for. */
  readonly patch: RecipePatch;
}

/** One piece of advice with what it does under each stack. */
export interface GuideEntry extends Advice {
  readonly rows: readonly SurveyRow[];
}

/** A run that was saved and did not end. */
export interface SavedRun {
  readonly recipe: Recipe;
  readonly step: number;
  readonly totalSteps: number;
  readonly device: string;
}

export interface EngineErrorData {
  readonly code: ErrorCode;
  /** What was expected and what was found. */
  readonly message: Text;
  /** What to do about it. */
  readonly remedy: Text;
  readonly data: Readonly<Record<string, unknown>>;
}
