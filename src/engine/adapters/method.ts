// What an adapter method is: a folder here and a line in methods.ts. Everyone else loops over that list and names no method.
// The model is PEFT's registry: a type, a config class, a tuner with its prefix and its layers. Source: PEFT 0.21 mapping.py,
// tuners/tuners_utils.py.
import type { Setting, SettingValues, Text } from '../ground/settings/setting.ts';
import type { BehaviourKey, Behaviours } from '../libraries/rules/rule.ts';
import type { Stack } from '../libraries/stacks.ts';
import type { Tape } from '../torch/autograd/tape.ts';
import type { DType } from '../torch/autograd/value.ts';
import type { Adapter, Module, Parameter } from '../torch/nn/module.ts';
import type { TorchGenerator } from '../torch/random/mt19937.ts';
import type { AdapterLayout } from '../torch/trainedLayout.ts';
import type { Limit } from './adapterErrors.ts';

export type MethodSettings = Readonly<Record<string, Setting>>;

/** Settings that several methods read, whoever declares them. */
export interface SharedValues {
  readonly 'lora.r': number;
  readonly 'lora.lora_dropout': number;
  readonly 'lora.target_modules': string;
  readonly 'lora.exclude_modules': string;
  readonly 'lora.layers_to_transform': string;
  readonly 'lora.bias': string;
  readonly 'lora.modules_to_save': string;
  readonly 'lora.inference_mode': boolean;
}

export type MethodValues<S extends MethodSettings> = SharedValues & SettingValues<S>;

/** One argument of a config class, for the script that is written, the one that is read and adapter_config.json. */
export type ConfigArgument<V> =
  /** Says the same always. `read`: what it may say in a script that is read. */
  | {
      readonly name: string;
      readonly form: 'constant';
      readonly value: string | number | boolean;
      readonly written: boolean;
      readonly read: 'anything' | 'the same';
    }
  /**
   * A setting. `value` as it stands, `float` a number with its point, `word` a choice in which true and false are Python's; `targets` and
   * `excluded` a text or a list of names, `names` a list, `layers` a list of numbers, `pattern` a dictionary. Written where it
   * differs from the default, or always.
   */
  | {
      readonly name: string;
      readonly form: 'value' | 'float' | 'word' | 'targets' | 'excluded' | 'names' | 'layers' | 'pattern';
      readonly setting: keyof V & string;
      readonly always?: boolean;
    }
  /** A configuration of its own. */
  | {
      readonly name: string;
      readonly form: 'config';
      readonly className: string;
      readonly when: (values: V) => boolean;
      readonly arguments: readonly ConfigArgument<V>[];
    };

export type DefaultTargets = (peftType: string, modelType: string) => readonly string[] | null;

/** The script that attaches an adapter: its versions, the statement that is running, its warnings and errors. */
export interface AttachingScript {
  readonly stack: Stack;
  readonly modelType: string;
  /** PEFT's own targets of a peft_type for a model type; null: it has none. */
  readonly defaultTargets: DefaultTargets;
  /** Where the model's input embedding and head stand; '' for none. */
  readonly places?: { readonly embedding: string; readonly head: string };
  /** An argument of the configuration as it was given, where a setting can't hold it. */
  readonly given?: (name: string) => unknown;
  /** As the script writes it. */
  call: string;
  behaves<K extends BehaviourKey>(key: K): Behaviours[K];
  warn(text: string): void;
  /** Throws PythonError. */
  raise(type: string, message: string): never;
}

export type Target = readonly [path: string, module: Module];

export interface AttachOptions<V> {
  readonly values: V;
  readonly adapterName: string;
  /** Attached and active, but frozen. */
  readonly inferenceMode: boolean;
  /** fan_in_fan_out as the configuration has it. */
  readonly fanIn?: boolean;
  /** dtype of new adapter weights on a base weight of the given dtype. */
  readonly dtypeOn: (base: DType) => DType;
}

/** A trained tensor as it leaves the engine. */
export interface TrainedTensor {
  /** Path in the causal LM: `model.layers.0.self_attn.q_proj`, `lm_head` */
  readonly module: string;
  /** Behind the module, without the adapter's name: `lora_A.weight`, `ia3_l`. */
  readonly part: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
  /** null: a whole copy (modules_to_save). */
  readonly adapter: Adapter | null;
}

/** What adapter_config.json says whatever the method. */
export interface SharedFields {
  readonly auto_mapping: null;
  readonly base_model_name_or_path: string;
  /** Over a Conv1D, which keeps its weight as [in, out]: PEFT turns it. */
  readonly fan_in_fan_out?: true;
  readonly inference_mode: boolean;
  readonly modules_to_save: readonly string[] | null;
  /** From PEFT 0.18. */
  readonly peft_version?: string;
  /** Of a base that has revisions; null: it is not said. */
  readonly revision: string | null;
  readonly target_modules: readonly string[];
  readonly task_type: string;
}

/** A weight of the base while its file is read, with what it was taken for. */
export interface BaseWeight {
  readonly name: string;
  /** [out, in] */
  readonly shape: readonly number[];
  /** As the base is stored: with its 4-bit values where it is quantised on load. */
  readonly values: () => Float32Array;
  readonly quantised: boolean;
}

/** First values that come out of the base, and what stays frozen of it. */
export interface TakenOut {
  readonly values: ReadonlyMap<Parameter, Float32Array>;
  readonly rest: Float32Array<ArrayBuffer>;
}

/** What follows from the trained tensors and stands beside them. */
export interface Derived {
  /** Names of its buffers, with their lengths in floats; and what stands in them from the start. */
  readonly buffers: (layout: AdapterLayout) => ReadonlyMap<string, number>;
  readonly contents: (layout: AdapterLayout) => ReadonlyMap<string, Float32Array<ArrayBuffer>>;
  /** Before a step. */
  readonly recordValues: (tape: Tape, layout: AdapterLayout) => void;
  /** After backward, in each of the `splits` parts of `grads`. */
  readonly recordGradients: (tape: Tape, layout: AdapterLayout, splits: number) => void;
}

export interface AdapterMethod<T extends string, S extends MethodSettings> {
  /** peft_type. */
  readonly type: T;
  /** What the names of its parameters hold, and no other names. */
  readonly prefix: string;
  /** Name of the method for people. */
  readonly name: string;
  /** Its part of the help of peft_type. */
  readonly help: Text;
  /** Its own settings, by keys that links hold. */
  readonly settings: S;
  readonly config: {
    readonly className: string;
    readonly arguments: readonly ConfigArgument<MethodValues<S>>[];
    /** Packages that the script needs for it. */
    readonly packages?: (values: MethodValues<S>) => readonly string[];
  };
  /** Class that PEFT puts around the model. */
  readonly modelClass: string;
  /** Whether its targets must be linears or embeddings. */
  readonly supports: 'linears and embeddings' | 'any module';

  /** What importing and making its config raises. */
  readonly construct: (script: AttachingScript, values: MethodValues<S>) => void;
  /** Puts wrappers around the targets and an adapter into each. Throws PythonError. */
  readonly attach: (
    root: Module,
    targets: readonly Target[],
    options: AttachOptions<MethodValues<S>>,
    script: AttachingScript,
  ) => void;
  /** Thaws what its config trains beside the adapters, once everything else is frozen. */
  readonly thaw?: (root: Module, values: MethodValues<S>) => void;

  /** First values of an adapter's tensors; what comes out of the base is left zero. */
  readonly draw: (adapter: Adapter, tensorOf: TensorOf, generator: TorchGenerator) => void;
  /** Takes first values out of a weight of the base; null for an adapter that needs none. */
  readonly takeOut?: (adapter: Adapter, values: MethodValues<S>) => ((weight: BaseWeight) => TakenOut) | null;
  readonly derived?: Derived;
  /** Why this engine can't train an adapter that PEFT can, and what to do; null: it can. */
  readonly limit: (path: string, adapter: Adapter, base: Module) => Limit | null;

  /** Name in PEFT's file of a part. */
  readonly savedPart?: (part: string) => string;
  /** Tensors of PEFT's file that belong to no module. */
  readonly sharedTensors?: (
    adapters: readonly Adapter[],
  ) => readonly { readonly name: string; readonly shape: readonly number[]; readonly values: Float32Array }[];
  /** adapter_config.json. `tensors`: of the adapter, without copies. */
  readonly configJson: (shared: SharedFields, tensors: readonly TrainedTensor[]) => object;
  /** How an export calls what it holds of a module, and the adapter as a whole. */
  readonly nouns: { readonly part: Text; readonly whole: (tensors: readonly TrainedTensor[]) => string };
  /** Tensors for the untouched base from those of one that something was taken out of; `before`: as they began. Throws UserError. */
  readonly forUntouchedBase?: (
    tensors: readonly TrainedTensor[],
    before: readonly TrainedTensor[],
    quantised: boolean,
  ) => readonly TrainedTensor[];
  /** Lays the tensors of one module on its weight [out, in]; answers the weight. */
  readonly merge: (
    weight: Float32Array<ArrayBuffer>,
    tensors: readonly TrainedTensor[],
  ) => Float32Array<ArrayBuffer>;
  /** What the tensors of a file are called behind their module; empty: its files can't be opened here. */
  readonly opens: readonly string[];
}

/** Where a parameter's numbers stand, to be written. */
export type TensorOf = (parameter: Parameter) => Float32Array<ArrayBuffer>;
