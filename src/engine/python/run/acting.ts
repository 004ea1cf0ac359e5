// What the table of callees and the machine say to one another: a call with its arguments, what it may ask of the machine, what it gives.
import type { DefaultTargets } from '../../adapters/method.ts';
import type { Text } from '../../ground/text.ts';
import type { BehaviourKey, Behaviours } from '../../libraries/rules/rule.ts';
import type { Stack } from '../../libraries/stacks.ts';
import type { KnownForward } from '../../models/known/forward.ts';
import type { ModelConfig } from '../../models/modelConfig.ts';
import type { PythonError } from '../../torch/autograd/pythonError.ts';
import type { DType } from '../../torch/autograd/value.ts';
import type { Module } from '../../torch/nn/module.ts';
import type { Note } from '../program/bridge.ts';
import type { ProgramValue } from '../program/program.ts';
import type { GradMode, LossTreatment, ModelObject, ProgramObject } from './objects.ts';
import type { Quantisation } from './scriptModel.ts';

/** A model that a script asks for. */
export interface ModelRequest {
  /** Id, folder or whatever stands there. */
  readonly name: string;
  /** The class that loads it: `transformers.AutoModelForSequenceClassification`. */
  readonly loader: string;
  readonly dtype: DType | 'auto';
  readonly quantisation: Quantisation | null;
  readonly doubleQuant: boolean;
  readonly stack: Stack;
  /** num_labels and whatever else was passed. */
  readonly given: ReadonlyMap<string, ProgramValue>;
}

export interface BuiltModel {
  readonly root: Module;
  /** config.model_type */
  readonly modelType: string;
  /** What else its configuration says that scripts read; absent: nothing is known of it. */
  readonly config?: ReadonlyMap<string, number | null>;
  readonly architecture: ModelConfig | KnownForward;
  readonly quantisation: Quantisation | null;
  /** Input embedding and head, where they aren't a llama's. */
  readonly places?: { readonly embedding: string; readonly head: string };
  /** Whether it takes gradient checkpointing; absent: it does. */
  readonly checkpoints?: boolean;
  /** PEFT's own targets in this version, where its type is no family's of ours. */
  readonly defaultTargets?: DefaultTargets;
  /** What was assumed about it. */
  readonly assumed: readonly Text[];
}

/** Builds a model as its loader leaves it. */
export type ModelSource = (request: ModelRequest) => BuiltModel;

/** One training of a model, from its forward pass on. */
export interface TrainingEvent extends LossTreatment {
  readonly model: ModelObject;
  /** `loop`, or the class of the trainer. */
  readonly trainer: string;
  readonly line: number;
  /** Index of the call that runs it. */
  readonly index: number;
  readonly fp16: boolean;
  readonly allMasked: boolean;
  /** The trainer switches every dropout off. */
  readonly dropoutDisabled: boolean;
  /** What `loss.backward()` is called by. */
  readonly backwardCall: string;
  /** What makes it impossible to tell. */
  readonly unknown: Note | null;
}

/** Runs forward and backward of a training, and says what it raises. */
export type TrainingJudge = (event: TrainingEvent) => PythonError | null;

export interface Acting {
  readonly callee: string;
  readonly index: number;
  readonly stack: Stack;
  readonly line: number;
  readonly gradMode: GradMode;
  /** The object that the method is called on, and the path below it. */
  readonly self: ProgramObject | null;
  readonly path: string;
  readonly receiver: { readonly ref: number; readonly path?: string } | null;
  readonly rest: readonly ProgramValue[];
  readonly given: ReadonlyMap<string, ProgramValue>;
  behaves<K extends BehaviourKey>(key: K): Behaviours[K];
  /** As given, else what the version has; undefined where neither is known. */
  value(name: string): ProgramValue | undefined;
  /** Python's truth of it; for a placeholder true, and noted as an assumption. */
  truth(name: string, otherwise: boolean): boolean;
  /** The default of another callee's parameter in this version. */
  fallback(callee: string, name: string): ProgramValue | undefined;
  object(value: ProgramValue | undefined): ProgramObject | null;
  /** Builds a model and gives it a state of its own. */
  load(request: Omit<ModelRequest, 'stack'>): ModelObject;
  judge(event: TrainingEvent): PythonError | null;
  note(kind: Note['kind'], text: Text): Note;
  /** Every model of the program so far, the newest last. */
  models(): readonly ModelObject[];
  /** Whether backward ran on it. */
  trained(model: ModelObject): boolean;
  /** Prints a warning where no model is concerned. */
  warn(text: string): void;
  raise(type: string, message: string, call?: string): never;
  setGradMode(mode: GradMode): GradMode;
  /** What a script wrote with save_pretrained, by its path. */
  readonly disk: Map<string, ProgramObject>;
}

export interface Acted {
  readonly object?: ProgramObject;
  readonly value?: ProgramValue;
  /** Python class of a value that is a reference. */
  readonly class?: string;
  readonly printed?: string;
  readonly effects?: readonly Text[];
}

export interface Callee {
  /** Names of positions, where the version's signature isn't known. */
  readonly positions: readonly string[];
  readonly act: (call: Acting) => Acted;
}

export const callee = (positions: string, act: Callee['act']): Callee => ({
  positions: positions.split(' ').filter((name) => name !== ''),
  act,
});

export type CalleeTable = Readonly<Record<string, Callee>>;
