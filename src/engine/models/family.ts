// What a model family is to everyone else: how its configuration is read and written, its modules with PyTorch's names, what happens
// in one of its layers, and what GGUF files call its parts. families.ts lists them.

import type { FourBitType } from '../../shaders/quant/blockwise4.ts';
import type { DType } from '../torch/autograd/value.ts';
import type { Module } from '../torch/nn/module.ts';
import type { DecoderPaths, FamilyDecoder, ProjectionGroup } from './decoder.ts';
import type { ModelConfig } from './modelConfig.ts';

export interface LoadOptions {
  /** dtype of the weights that are not quantised. */
  readonly dtype: DType;
  readonly quantType: FourBitType | null;
  readonly doubleQuant: boolean;
}

/** What a file says of a rotation; null where it says nothing. */
export interface RopeFields {
  /** 'default', 'linear', 'llama3' … */
  readonly type: string;
  readonly theta: number | null;
  /** Dimensions of a head that are turned. */
  readonly dims: number | null;
  /** A number of the scaling, by its name in config.json. */
  number(name: string): number | null;
  flag(name: string): boolean | null;
  /** A list of numbers: GGUF's divisors. */
  readonly divisors: readonly number[] | null;
}

/** The fields of a configuration by their names in config.json, wherever they stand. Reading throws UserError naming field and file. */
export interface ConfigReader {
  readonly file: string;
  /** GGUF files leave out what llama.cpp takes for granted. */
  readonly form: 'config.json' | 'gguf';
  has(field: string): boolean;
  /** A whole number from 1 to `most`. */
  size(field: string, most: number, fallback?: number): number;
  /** A finite number above 0. */
  positive(field: string, fallback?: number): number;
  flag(field: string, fallback: boolean): boolean;
  /** A finite number from 0 on. */
  amount(field: string, fallback: number): number;
  /** GGUF files say words of their own for what they say at all. */
  word(field: string, fallback: string): string;
  /** Numbers or words, or null where there is no such list. */
  list(field: string): readonly (string | number)[] | null;
  /** The rotation, or the one of a kind of layers where the file keeps several. */
  rope(kind?: string): RopeFields;
  /** Refuses what this engine can't do: `found` names it. */
  refuse(field: string, found: unknown): never;
}

/** Where GGUF files keep a field of config.json: `key` stands behind the architecture. */
export interface GgufField {
  readonly field: string;
  readonly key: string;
  readonly type: 'u32' | 'f32';
}

export interface GgufNames {
  /** `general.architecture`; two families may share one. */
  readonly architecture: string;
  /** Beside those that all families share. */
  readonly fields: readonly GgufField[];
  /** Module of a layer → its name behind `blk.N.`. */
  readonly inLayer: Readonly<Record<string, string>>;
  /** Heads of a projection whose rows the file keeps as neighbouring pairs, or null for one that it keeps as PyTorch does. */
  pairedHeads(config: ModelConfig, module: string): number | null;
}

/** PEFT's targets for a family, from a release of PEFT on. */
export interface FamilyTargets {
  readonly since: string;
  readonly names: readonly string[];
}

/** What a family calls fields that all families have; null: it has no such field. transformers says attribute_map. */
export type FieldNames = Readonly<Record<string, string | null>>;

export interface Family {
  /** model_type in config.json. */
  readonly type: string;
  /** Models that people know it by. */
  readonly models: string;
  readonly paths: DecoderPaths;
  readonly gguf: GgufNames;
  /** Projections of a layer, those together that share their input. */
  readonly groups: readonly ProjectionGroup[];
  /** What PEFT targets by itself, by peft_type. Source: peft utils/constants.py of each release. */
  readonly defaultTargets: Readonly<Record<string, FamilyTargets>>;
  /** Of config.json, where they are not those of most families. */
  readonly names?: FieldNames;
  /** Tensors of its files that nobody reads any more. */
  readonly leftOver?: RegExp;
  config(read: ConfigReader): ModelConfig;
  /** config.json but for what every family says. */
  configJson(config: ModelConfig): Readonly<Record<string, unknown>>;
  /** The causal LM as from_pretrained leaves it. */
  tree(config: ModelConfig, load: LoadOptions): Module;
  decoder(config: ModelConfig): FamilyDecoder;
}
