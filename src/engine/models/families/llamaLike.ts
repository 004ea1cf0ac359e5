// What most families write alike: q, k and v beside each other, a gated mlp of three projections, and what GGUF calls them.

import type { Value } from '../../torch/autograd/value.ts';
import { Module } from '../../torch/nn/module.ts';
import type { Activation } from '../../torch/ops/gated.ts';
import type { RopeTable } from '../../torch/ops/rope.ts';
import type { AttentionRequest, DecoderPaths, LayerPlace, Operations, ProjectionGroup } from '../decoder.ts';
import type { LoadOptions } from '../family.ts';
import type { LayerKind, ModelConfig } from '../modelConfig.ts';
import { container, linear } from '../parts.ts';

export const modelPaths: DecoderPaths = {
  embedding: 'model.embed_tokens',
  layers: 'model.layers',
  norm: 'model.norm',
  head: 'lm_head',
};

const qkv: ProjectionGroup = ['self_attn.qkv', ['self_attn.q_proj', 'self_attn.k_proj', 'self_attn.v_proj']];
export const o: ProjectionGroup = ['self_attn.o', ['self_attn.o_proj']];
const gateUp: ProjectionGroup = ['mlp.gate_up', ['mlp.gate_proj', 'mlp.up_proj']];
export const down: ProjectionGroup = ['mlp.down', ['mlp.down_proj']];

export const llamaGroups: readonly ProjectionGroup[] = [qkv, o, gateUp, down];

/** Module of a layer → its name behind `blk.N.` in a GGUF file. Source: gguf-py tensor_mapping.py. */
export const llamaNames: Readonly<Record<string, string>> = {
  input_layernorm: 'attn_norm',
  post_attention_layernorm: 'ffn_norm',
  'self_attn.q_proj': 'attn_q',
  'self_attn.k_proj': 'attn_k',
  'self_attn.v_proj': 'attn_v',
  'self_attn.o_proj': 'attn_output',
  'mlp.gate_proj': 'ffn_gate',
  'mlp.up_proj': 'ffn_up',
  'mlp.down_proj': 'ffn_down',
};

/** llama.cpp rotates neighbouring pairs for some architectures, whose q and k it keeps in that order. */
export function pairedQueriesAndKeys(config: ModelConfig, module: string): number | null {
  if (module === 'self_attn.q_proj') return config.heads;
  return module === 'self_attn.k_proj' ? config.kvHeads : null;
}

export interface AttentionParts {
  /** Of q, k and v. */
  readonly bias?: boolean;
  /** Behind the projections. */
  readonly more?: Readonly<Record<string, Module>>;
}

export function attentionModule(
  prefix: string,
  config: ModelConfig,
  load: LoadOptions,
  { bias = false, more = {} }: AttentionParts = {},
): Module {
  const { hiddenSize: c, heads, kvHeads, headDim: d } = config;
  return container(`${prefix}Attention`, {
    q_proj: linear(c, heads * d, load, { bias }),
    k_proj: linear(c, kvHeads * d, load, { bias }),
    v_proj: linear(c, kvHeads * d, load, { bias }),
    o_proj: linear(heads * d, c, load),
    ...more,
  });
}

export function gatedMlpModule(
  prefix: string,
  { hiddenSize: c, intermediateSize: f }: ModelConfig,
  load: LoadOptions,
  activation = 'SiLUActivation',
): Module {
  return container(`${prefix}MLP`, {
    gate_proj: linear(c, f, load),
    up_proj: linear(c, f, load),
    down_proj: linear(f, c, load),
    act_fn: new Module(activation),
  });
}

/** The norms of the heads of q and k in a layer. */
export const headNorms = ({ path }: LayerPlace): { readonly q: string; readonly k: string } => ({
  q: `${path}.self_attn.q_norm`,
  k: `${path}.self_attn.k_norm`,
});

/** The rotation of a layer for its attention. */
export function rotationOf({ rotations }: ModelConfig, { rotation }: LayerKind): RopeTable | null {
  const own = rotation === null ? null : (rotations[rotation] ?? null);
  return own && { table: rotation ?? 0, dims: own.dims };
}

export interface LayerContext {
  readonly config: ModelConfig;
  readonly place: LayerPlace;
  readonly kind: LayerKind;
}

/** The output projection of what the layer attends to; `more` says what is special about its attention. */
export function selfAttention<Projected>(
  run: Operations<Projected>,
  { config, place, kind }: LayerContext,
  x: Value,
  more: Pick<AttentionRequest<Projected>, 'norms' | 'scale'> = {},
): Projected {
  const { index, path: layer } = place;
  const { heads, kvHeads, headDim } = config;
  const path = `${layer}.self_attn`;
  const context = run.attention({
    path,
    layer: index,
    qkv: run.linear(layer, qkv, x),
    heads,
    kvHeads,
    headDim,
    rotation: rotationOf(config, kind),
    window: kind.window,
    ...more,
  });
  return run.output(path, run.linear(layer, o, context));
}

export function gatedMlp<Projected>(
  run: Operations<Projected>,
  { path: layer }: LayerPlace,
  x: Value,
  activation: Activation = 'silu',
): Projected {
  const path = `${layer}.mlp`;
  const activated = run.gated(`${path}.act_fn`, run.linear(layer, gateUp, x), activation);
  return run.output(path, run.linear(layer, down, activated));
}
