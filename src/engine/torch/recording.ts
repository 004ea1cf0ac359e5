// What recording a model's forward pass needs beside the tape: parameter values by identity, module paths, the shape of
// the batch, and where the adapter tensors stand.

import type { WeightFormat } from '../../shaders/quant/weightFormat.ts';
import { invariant } from '../ground/errors.ts';
import type { Tape } from './autograd/tape.ts';
import type { Storage, Value } from './autograd/value.ts';
import type { Module, Parameter } from './nn/module.ts';
import { runningPart, SAVED_WRAPPER } from './nn/savedWrapper.ts';
import type { AdapterLayout } from './trainedLayout.ts';

/** How the weights of a group or a module are stored, by its path in the causal LM. */
export type WeightFormats = (path: string) => WeightFormat;

/** A model after the script's calls: what the libraries left behind. */
export interface WiredModel {
  /** PeftModelForCausalLM, or the bare model when nothing was attached. */
  readonly root: Module;
  /** Dotted path from root to the causal LM (`base_model.model`), '' for a bare model. */
  readonly causalPath: string;
  /** Where the input embedding and the head stand in the causal LM. */
  readonly tables: { readonly embedding: string; readonly head: string };
  /** Mode of gradient checkpointing, null when off. Layers in eval mode ignore it. */
  readonly checkpointing: { readonly useReentrant: boolean } | null;
  /** Forward hooks on the input embedding that make its output require grad. */
  readonly inputGradHooks: number;
  readonly weightFormat: WeightFormats;
  /** The trainer switches every dropout off, as DPOTrainer and ORPOTrainer do. */
  readonly dropoutDisabled?: boolean;
}

export interface BatchShape {
  /** B rows of T tokens each. */
  readonly rows: number;
  readonly tokens: number;
  /** A row holds many documents: buffer `documents` [B·T] says at which token of its row each token's begins. */
  readonly packed?: boolean;
  /** NEFTune: in train mode the embeddings get noise of up to step.noise. */
  readonly noisy?: boolean;
}

/** More than an adapter has tensors. */
const FIRST_DROPOUT = 2 ** 24;

export class Recording {
  readonly tape: Tape;
  readonly model: WiredModel;
  readonly layout: AdapterLayout;
  readonly #values = new Map<Parameter, Value>();
  readonly #dropouts = new Map<string, number>();

  constructor(tape: Tape, model: WiredModel, layout: AdapterLayout) {
    this.tape = tape;
    this.model = model;
    this.layout = layout;
  }

  weightFormat(path: string): WeightFormat {
    return this.model.weightFormat(path);
  }

  /**
   * Full path of a module of the causal LM, as named_modules() of the root prints it. Inside a module of modules_to_save it is that of
   * the copy, which runs in the original's place unless adapters are disabled.
   */
  path(relative: string): string {
    const { causalPath, root } = this.model;
    const path = causalPath === '' ? relative : `${causalPath}.${relative}`;
    let module: Module | undefined = root;
    const parts: string[] = [];
    for (const part of path.split('.')) {
      if (module?.className === SAVED_WRAPPER) {
        const running = runningPart(module);
        parts.push(...running);
        module = module.at(running.join('.')) ?? undefined;
      }
      parts.push(part);
      module = module?.children.get(part);
    }
    return parts.join('.');
  }

  /** Children of a container, or of what runs in its place (its copy in modules_to_save). */
  childrenOf(relative: string): ReadonlyMap<string, Module> {
    const module = this.module(relative);
    if (module.className !== SAVED_WRAPPER) return module.children;
    return module.at(runningPart(module).join('.'))?.children ?? new Map();
  }

  module(relative: string): Module {
    const found = this.model.root.at(this.path(relative));
    invariant(found, `model: no module at '${relative}'`);
    return found;
  }

  /** Which of the random numbers a dropout of the model draws from: behind those of adapters, which count from 0. */
  dropoutStream(path: string): number {
    const known = this.#dropouts.get(path) ?? FIRST_DROPOUT + this.#dropouts.size;
    this.#dropouts.set(path, known);
    return known;
  }

  /** The tape's value of a parameter; the same parameter (tied weights) is the same value. */
  parameter(parameter: Parameter, name: string, storage: Storage): Value {
    const known = this.#values.get(parameter);
    if (known) return known;
    const value = this.tape.leaf(name, parameter.shape, storage, {
      requiresGrad: parameter.requiresGrad,
      dtype: parameter.dtype,
      zero: parameter.zeroAtStart,
    });
    this.#values.set(parameter, value);
    return value;
  }

  adapterParameter(parameter: Parameter): Value {
    const tensor = this.layout.byParameter.get(parameter);
    invariant(tensor, `adapter: parameter '${parameter.name}' has no place in the layout`);
    return this.parameter(parameter, tensor.name, {
      kind: 'persistent',
      buffer: 'adapter',
      offset: tensor.offset,
    });
  }

  /** Whether backward reached a parameter, and whether its first gradient is exactly zero; null: it is `None`. */
  gradientOf(parameter: Parameter): { readonly zero: boolean } | null {
    const value = this.#values.get(parameter);
    return (value && this.tape.parameterGradients.get(value)) ?? null;
  }
}
