// The module tree of LlamaForCausalLM as transformers builds it, freshly loaded: 4-bit linears are frozen uint8,
// everything else requires grad, the model is in eval mode. Names and order as in transformers 4.57.

import type { FourBitType } from '../../shaders/quant/blockwise4.ts';
import type { DType } from '../torch/autograd/value.ts';
import type { ModuleKind, Parameter } from '../torch/nn/module.ts';
import { Module, parameter } from '../torch/nn/module.ts';
import type { LlamaConfig } from './llamaConfig.ts';

export interface LoadOptions {
  /** dtype of the weights that are not quantised. */
  readonly dtype: DType;
  readonly quantType: FourBitType | null;
  readonly doubleQuant: boolean;
}

/** Packed bytes of a 4-bit weight with its block scales (block 64; double quantisation: 8-bit codes, blocks of 256). */
function quantisedBytes(count: number, doubleQuant: boolean): number {
  const blocks = Math.ceil(count / 64);
  return Math.ceil(count / 2) + (doubleQuant ? blocks + Math.ceil(blocks / 256) * 4 : blocks * 4);
}

function linear(inFeatures: number, outFeatures: number, load: LoadOptions, quantise: boolean): Module {
  const kind: ModuleKind = { type: 'linear', inFeatures, outFeatures };
  const shape = [outFeatures, inFeatures];
  const quantType = quantise ? load.quantType : null;
  const module = new Module(quantType ? 'Linear4bit' : 'Linear', kind);
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
  return module;
}

function norm(config: LlamaConfig, load: LoadOptions): Module {
  const module = new Module('LlamaRMSNorm', {
    type: 'norm',
    width: config.hiddenSize,
    eps: config.rmsNormEps,
  });
  module.parameters.set('weight', parameter('weight', [config.hiddenSize], { dtype: load.dtype }));
  return module;
}

function attention(config: LlamaConfig, load: LoadOptions): Module {
  const module = new Module('LlamaAttention');
  const q = config.heads * config.headDim;
  const kv = config.kvHeads * config.headDim;
  module.children.set('q_proj', linear(config.hiddenSize, q, load, true));
  module.children.set('k_proj', linear(config.hiddenSize, kv, load, true));
  module.children.set('v_proj', linear(config.hiddenSize, kv, load, true));
  module.children.set('o_proj', linear(q, config.hiddenSize, load, true));
  return module;
}

function mlp(config: LlamaConfig, load: LoadOptions): Module {
  const module = new Module('LlamaMLP');
  module.children.set('gate_proj', linear(config.hiddenSize, config.intermediateSize, load, true));
  module.children.set('up_proj', linear(config.hiddenSize, config.intermediateSize, load, true));
  module.children.set('down_proj', linear(config.intermediateSize, config.hiddenSize, load, true));
  module.children.set('act_fn', new Module('SiLUActivation'));
  return module;
}

function decoderLayer(config: LlamaConfig, load: LoadOptions, index: number): Module {
  const layer = new Module('LlamaDecoderLayer', { type: 'decoder-layer', index });
  layer.children.set('self_attn', attention(config, load));
  layer.children.set('mlp', mlp(config, load));
  layer.children.set('input_layernorm', norm(config, load));
  layer.children.set('post_attention_layernorm', norm(config, load));
  return layer;
}

/** LlamaForCausalLM.from_pretrained(…): lm_head is never quantised and shares the embedding's weight when tied. */
export function buildLlama(config: LlamaConfig, load: LoadOptions): Module {
  const model = new Module('LlamaModel');
  const embedding = new Module('Embedding', {
    type: 'embedding',
    rows: config.vocabSize,
    width: config.hiddenSize,
  });
  const table: Parameter = parameter('weight', [config.vocabSize, config.hiddenSize], { dtype: load.dtype });
  embedding.parameters.set('weight', table);
  model.children.set('embed_tokens', embedding);
  const layers = new Module('ModuleList');
  for (let i = 0; i < config.layers; i++) layers.children.set(String(i), decoderLayer(config, load, i));
  model.children.set('layers', layers);
  model.children.set('norm', norm(config, load));
  model.children.set('rotary_emb', new Module('LlamaRotaryEmbedding'));
  const head = linear(config.hiddenSize, config.vocabSize, load, false);
  if (config.tied) head.parameters.set('weight', table);
  const root = new Module('LlamaForCausalLM');
  root.children.set('model', model);
  root.children.set('lm_head', head);
  return root;
}
