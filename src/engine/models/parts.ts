// Modules that families are built of, freshly loaded as transformers does it: 4-bit linears are frozen uint8, everything else requires
// grad, the model is in eval mode. Source: transformers 4.57.

import { pythonFloat } from '../torch/nn/describe.ts';
import type { Parameter } from '../torch/nn/module.ts';
import { Module, parameter } from '../torch/nn/module.ts';
import type { LoadOptions } from './family.ts';
import type { ModelConfig } from './modelConfig.ts';

/** Packed bytes of a 4-bit weight with its block scales (block 64; double quantisation: 8-bit codes, blocks of 256). */
function quantisedBytes(count: number, doubleQuant: boolean): number {
  const blocks = Math.ceil(count / 64);
  return Math.ceil(count / 2) + (doubleQuant ? blocks + Math.ceil(blocks / 256) * 4 : blocks * 4);
}

export interface LinearOptions {
  readonly bias?: boolean;
  /** The head is never quantised. */
  readonly head?: boolean;
}

export function linear(
  inFeatures: number,
  outFeatures: number,
  load: LoadOptions,
  { bias = false, head = false }: LinearOptions = {},
): Module {
  const shape = [outFeatures, inFeatures];
  const quantType = head ? null : load.quantType;
  const module = new Module(quantType ? 'Linear4bit' : 'Linear', { type: 'linear', inFeatures, outFeatures });
  module.parameters.set(
    'weight',
    quantType
      ? parameter('weight', shape, {
          dtype: 'uint8',
          requiresGrad: false,
          quantised: quantType,
          bytes: quantisedBytes(inFeatures * outFeatures, load.doubleQuant),
        })
      : parameter('weight', shape, { dtype: load.dtype }),
  );
  // Beside a 4-bit weight it depends on the release, which is the wiring's to know.
  if (bias) module.parameters.set('bias', parameter('bias', [outFeatures], { dtype: load.dtype }));
  return module;
}

/** A projection as GPT-2 keeps it: [in, out], with a bias. Quantised it is a linear, its weight turned. Source: transformers pytorch_utils.py, integrations/bitsandbytes.py. */
export function conv1d(inFeatures: number, outFeatures: number, load: LoadOptions): Module {
  if (load.quantType) return linear(inFeatures, outFeatures, load, { bias: true });
  const module = new Module('Conv1D', { type: 'linear', inFeatures, outFeatures, transposed: true });
  module.extra = `nf=${outFeatures}, nx=${inFeatures}`;
  module.parameters.set('weight', parameter('weight', [inFeatures, outFeatures], { dtype: load.dtype }));
  module.parameters.set('bias', parameter('bias', [outFeatures], { dtype: load.dtype }));
  return module;
}

export function layerNorm(width: number, eps: number, load: LoadOptions): Module {
  const module = new Module('LayerNorm', { type: 'norm', width, eps, centred: true });
  module.extra = `(${width},), eps=${pythonFloat(eps)}, elementwise_affine=True`;
  for (const name of ['weight', 'bias'])
    module.parameters.set(name, parameter(name, [width], { dtype: load.dtype }));
  return module;
}

export interface NormOptions {
  readonly width: number;
  readonly eps: number;
  /** Added to the weight: 1 where the file keeps w − 1. */
  readonly offset?: number;
}

export function rmsNorm(className: string, options: NormOptions, load: LoadOptions): Module {
  const { width } = options;
  const module = new Module(className, { type: 'norm', ...options });
  module.parameters.set('weight', parameter('weight', [width], { dtype: load.dtype }));
  return module;
}

/** A module of these children, in their order. */
export function container(className: string, children: Readonly<Record<string, Module>>): Module {
  const module = new Module(className);
  for (const [name, child] of Object.entries(children)) module.children.set(name, child);
  return module;
}

export interface CausalLmParts {
  /** `Llama`: classes are called after it. */
  readonly prefix: string;
  /** Children of one layer, in their order. */
  readonly layer: (index: number) => Readonly<Record<string, Module>>;
  readonly norm: Module;
  /** Of the embedding. */
  readonly embedding?: string;
  /** Of the model below the head. */
  readonly model?: string;
  /** Rotary tables and the like, by name and class. */
  readonly tables?: Readonly<Record<string, string>>;
}

/** `…ForCausalLM` of a `model` with embed_tokens, layers and norm, and of lm_head, which shares the embedding's weight when tied. */
export function causalLm(config: ModelConfig, load: LoadOptions, parts: CausalLmParts): Module {
  const { vocabSize: rows, hiddenSize: width } = config;
  const { prefix } = parts;
  const embedding = new Module(parts.embedding ?? 'Embedding', { type: 'embedding', rows, width });
  const table: Parameter = parameter('weight', [rows, width], { dtype: load.dtype });
  embedding.parameters.set('weight', table);
  const layers = new Module('ModuleList');
  for (let index = 0; index < config.layers; index++) {
    const layer = new Module(`${prefix}DecoderLayer`, { type: 'decoder-layer', index });
    for (const [name, child] of Object.entries(parts.layer(index))) layer.children.set(name, child);
    layers.children.set(String(index), layer);
  }
  const tables = Object.entries(parts.tables ?? { rotary_emb: `${prefix}RotaryEmbedding` });
  const model = container(parts.model ?? `${prefix}Model`, {
    embed_tokens: embedding,
    layers,
    norm: parts.norm,
    ...Object.fromEntries(tables.map(([name, className]) => [name, new Module(className)])),
  });
  const head = linear(width, rows, load, { head: true });
  if (config.tied) head.parameters.set('weight', table);
  return container(`${prefix}ForCausalLM`, { model, lm_head: head });
}
