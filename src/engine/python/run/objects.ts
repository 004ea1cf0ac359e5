// The objects that a program makes, by the call that made them: models, configurations, trainers, outputs of a forward pass. Two models
// may share one tree, as `base` and get_peft_model(base) do: each has its root, and the flags of the tree are one ScriptModel's.

import type { KnownForward } from '../../models/known/forward.ts';
import type { ModelConfig } from '../../models/modelConfig.ts';
import type { WeightOptions } from '../../models/weightSource.ts';
import type { PythonError } from '../../torch/autograd/pythonError.ts';
import type { DType } from '../../torch/autograd/value.ts';
import type { Module } from '../../torch/nn/module.ts';
import type { Note } from '../program/bridge.ts';
import type { ProgramValue } from '../program/program.ts';
import type { ScriptModel } from './scriptModel.ts';
import type { TrainerArguments } from './transformersCalls.ts';

export interface ModelObject {
  readonly kind: 'model';
  readonly script: ScriptModel;
  readonly root: Module;
  /** Path from root to the causal LM. */
  readonly causalPath: string;
  readonly architecture: ModelConfig | KnownForward;
  /** How the engine would store its projections. */
  readonly stored: WeightOptions;
  /** dtype of what isn't quantised, as it was loaded. */
  readonly dtype: DType;
  /** What was asked for: `meta-llama/Llama-2-7b-hf`. */
  readonly name: string;
  /** Configurations of its adapters, in the order they were attached. */
  readonly configs: ConfigObject[];
  /** What happened to it that isn't modelled: nothing can be told of it any more. */
  unknown: Note | null;
}

/** A configuration: only what was given, as it stands after the attributes that were set. */
export interface ConfigObject {
  readonly kind: 'config';
  /** As the library has it: `peft.LoraConfig`. */
  readonly callee: string;
  readonly values: Map<string, ProgramValue>;
  /** What its constructor finds out too late: raised where it is used. */
  readonly later: PythonError | null;
  /** From a folder that this program didn't write: only its kind is assumed. */
  readonly assumed?: boolean;
}

export interface TrainerObject {
  readonly kind: 'trainer';
  /** `trl.SFTTrainer` */
  readonly callee: string;
  readonly model: ModelObject;
  readonly args: ConfigObject;
  readonly state: TrainerArguments;
  /** As the arguments asked for it, before the trainer changed anything. */
  readonly asked: TrainerArguments;
  /** Every label is -100: found by whoever ran the collator. */
  allMasked: boolean;
  /** Its first step finds no columns in its rows. */
  readonly withoutRows: boolean;
  /** What an own compute_loss does to the loss. */
  loss: LossTreatment;
  unknown: Note | null;
}

/** What happens around a forward pass and to its loss. */
export interface LossTreatment {
  readonly gradMode: GradMode;
  readonly loss: 'plain' | 'detach' | 'item' | 'requires_grad_';
  /** Of `requires_grad_`: set on a tensor that had been taken off the graph before; it is a leaf, whatever the model does. */
  readonly severed?: boolean;
  readonly twice: boolean;
  /** Line that took the loss off its graph, where one is known. */
  readonly cutAt: number | null;
  /** Tensors of the script's own layers that the loss came through: they get a gradient whatever becomes of the model's. */
  readonly own?: number;
}

/** What a model returned, with the modes that it ran in. */
export interface OutputObject {
  readonly kind: 'output';
  readonly model: ModelObject;
  readonly gradMode: GradMode;
  readonly line: number;
  /** How often backward ran from it. */
  backwards: number;
}

export type GradMode = 'grad' | 'no_grad' | 'inference_mode';

/** Anything else that has a name: a tokenizer, an optimiser, a scaler. */
export interface PlainObject {
  readonly kind: 'plain';
  readonly callee: string;
  readonly values: ReadonlyMap<string, ProgramValue>;
  /** The model that it is of, where it is of one. */
  readonly model?: ModelObject;
}

export type ProgramObject = ModelObject | ConfigObject | TrainerObject | OutputObject | PlainObject;

/** `peft.LoraConfig` → `LoraConfig` */
export const shortName = (callee: string): string => callee.split('.').at(-1) ?? callee;

/** What Python prints as the type of an object. */
export function classOf(object: ProgramObject): string {
  switch (object.kind) {
    case 'model':
      return object.root.className;
    case 'output':
      return object.model.script.outputClass;
    default:
      return shortName(object.callee);
  }
}

/** The model of a trainer, or the model itself. */
export const modelOf = (object: ProgramObject | null): ModelObject | null =>
  object?.kind === 'model' ? object : object?.kind === 'trainer' ? object.model : null;

/** The script's state with its root where this object has it. */
export function focus({ script, root, causalPath }: ModelObject): ScriptModel {
  script.root = root;
  script.causalPath = causalPath;
  return script;
}

/** The model as the script's state has it after a call. */
export const refocused = (model: ModelObject): ModelObject => ({
  ...model,
  root: model.script.root,
  causalPath: model.script.causalPath,
});
