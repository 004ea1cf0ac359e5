// What the page shows about a recipe before and during a run, read off the recorded tape: plain data that crosses
// the worker boundary. Nothing here computes.

import type { DataSummary } from '../../data/summary.ts';
import type { Text } from '../../ground/text.ts';
import type { RecipeProgram } from '../../recipe/program/program.ts';
import type { RecipePatch } from '../../recipe/recipe.ts';
import type { PythonWarning } from '../../torch/autograd/pythonError.ts';
import type { Parameter } from '../../torch/nn/module.ts';
import type { CostEstimate } from '../../training/cost.ts';

export type GradientState = 'frozen' | 'none' | 'zero' | 'nonzero' | 'pending';

export interface ParameterInfo {
  /** PyTorch name, e.g. `base_model.model.model.layers.0.self_attn.q_proj.lora_A.default.weight`. */
  readonly name: string;
  readonly shape: readonly number[];
  /** torch dtype name as the library would print it: float32, bfloat16, uint8 … */
  readonly dtype: string;
  /** 4-bit type, or null. */
  readonly quantised: Parameter['quantised'];
  readonly requiresGrad: boolean;
  /** After the first backward, predicted from the tape: `none`: no gradient reaches it; `zero`: exactly zero at step 1. */
  readonly gradient: GradientState;
  readonly bytes: number;
  /** Index into the `tensorNorms` of step events; null when it has no gradient buffer. */
  readonly normIndex: number | null;
}

export interface ModuleInfo {
  /** Full PyTorch path; '' for the root. */
  readonly path: string;
  readonly name: string;
  readonly className: string;
  readonly children: readonly ModuleInfo[];
  readonly parameters: readonly ParameterInfo[];
  /** Of the module's output in the recorded forward; null when it was not run as a step of its own. */
  readonly output: { readonly requiresGrad: boolean; readonly gradFn: string | null } | null;
}

export interface StripCell {
  /** 'embed' | '0'… | 'norm' | 'head' | 'loss' */
  readonly id: string;
  /** Path of the module whose rows a click selects; '' for the loss. */
  readonly path: string;
  /** Whether the hidden state that leaves this cell requires grad. */
  readonly requiresGrad: boolean;
  readonly gradFn: string | null;
  readonly trainable: number;
  /** Of the trainable parameters inside, after backward. */
  readonly received: 'nothing-trainable' | 'all' | 'some' | 'none' | 'zero';
  readonly checkpoint: 'off' | 'reentrant' | 'non-reentrant';
  readonly underNoGrad: boolean;
  /** The first cell at which the graph is cut. */
  readonly cut: boolean;
}

/** How a first step ends. */
export interface StepOutcome {
  readonly kind: 'trains' | 'silent' | 'raises';
  readonly error: { readonly type: string; readonly message: string; readonly call: string } | null;
  readonly warnings: readonly PythonWarning[];
  readonly trainableTensors: number;
  readonly allTensors: number;
  readonly noneGradients: number;
  readonly zeroGradients: number;
  readonly nonzeroGradients: number;
}

/** How a recipe stands. */
export interface Outcome extends Omit<StepOutcome, 'kind'> {
  /** `cannot-tell`: a line of its script decides and isn't modelled; `nothing`: the script trains nothing. */
  readonly kind: StepOutcome['kind'] | 'cannot-tell' | 'nothing';
}

/** Cause and fixes in words of both languages; a fix is a recipe patch. */
export interface Diagnosis {
  readonly id: string;
  readonly cause: { readonly en: string; readonly zh: string };
  readonly evidence: readonly { readonly en: string; readonly zh: string }[];
  readonly notTheCause: readonly { readonly en: string; readonly zh: string }[];
  readonly fixes: readonly {
    readonly code: string;
    readonly why: { readonly en: string; readonly zh: string };
    readonly patch: Readonly<Record<string, unknown>>;
    /** Of a recipe that carries a script: its program after the fix, in the place of a patch. */
    readonly program?: RecipeProgram;
  }[];
}

/** Of a recipe that carries a script's program. */
export interface ProgramReport {
  /** The verdict in one sentence, and the line that decides. */
  readonly says: Text;
  readonly line: number | null;
  /** What of it no setting says; `line`: of the script, null: of the whole. */
  readonly unsaid: readonly { readonly line: number | null; readonly text: Text }[];
  /** What the script calls its model. */
  readonly model: string;
  /** Whether tree and strip are of the page's model in that one's place. */
  readonly onOurs: boolean;
  /** Why it can't be trained here; null: nothing stands in its way. */
  readonly unfit: { readonly message: Text; readonly remedy: Text } | null;
  /** The settings that it decides, as it has them. */
  readonly decided: RecipePatch;
}

export interface Inspection {
  /** null: the settings are all there is. */
  readonly program: ProgramReport | null;
  readonly strip: readonly StripCell[];
  readonly tree: ModuleInfo;
  /** PEFT's line: `trainable params: … || all params: … || trainable%: …` */
  readonly trainableLine: string;
  readonly trainableParams: number;
  readonly allParams: number;
  readonly outcome: Outcome;
  readonly diagnosis: Diagnosis | null;
  readonly estimate: CostEstimate | null;
  readonly data: DataSummary | null;
  readonly prompts: readonly string[];
  /** The equivalent Python script. */
  readonly script: string;
}
