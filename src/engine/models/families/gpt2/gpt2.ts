// GPT-2: learned positions, LayerNorm, one fused projection for q, k and v, GELU without a gate, biases everywhere, projections that are
// kept as [in, out], and dropouts of its own. Source: transformers 4.57 models/gpt2/{configuration,modeling}_gpt2.py.

import type { Value } from '../../../torch/autograd/value.ts';
import type { Parameter } from '../../../torch/nn/module.ts';
import { Module, parameter } from '../../../torch/nn/module.ts';
import { readSizes } from '../../configReader.ts';
import type { DecoderPaths, FamilyDecoder, LayerPlace, Operations, ProjectionGroup } from '../../decoder.ts';
import type { ConfigReader, Family, LoadOptions } from '../../family.ts';
import type { Dropouts, ModelConfig } from '../../modelConfig.ts';
import { container, conv1d, layerNorm, linear } from '../../parts.ts';

const paths: DecoderPaths = {
  embedding: 'transformer.wte',
  positions: 'transformer.wpe',
  layers: 'transformer.h',
  norm: 'transformer.ln_f',
  head: 'lm_head',
};
const attn: ProjectionGroup = ['attn.qkv', ['attn.c_attn']];
const attnOut: ProjectionGroup = ['attn.o', ['attn.c_proj']];
const fc: ProjectionGroup = ['mlp.up', ['mlp.c_fc']];
const fcOut: ProjectionGroup = ['mlp.down', ['mlp.c_proj']];

const NONE: Dropouts = { embedding: 0, attention: 0, residual: 0 };

function table(rows: number, width: number, load: LoadOptions): { module: Module; weight: Parameter } {
  const module = new Module('Embedding', { type: 'embedding', rows, width });
  const weight = parameter('weight', [rows, width], { dtype: load.dtype });
  module.parameters.set('weight', weight);
  return { module, weight };
}

function block(index: number, config: ModelConfig, load: LoadOptions): Module {
  const { hiddenSize: c, intermediateSize: f, normEps: eps } = config;
  const module = new Module('GPT2Block', { type: 'decoder-layer', index });
  const children = {
    ln_1: layerNorm(c, eps, load),
    attn: container('GPT2Attention', {
      c_attn: conv1d(c, 3 * c, load),
      c_proj: conv1d(c, c, load),
      attn_dropout: new Module('Dropout'),
      resid_dropout: new Module('Dropout'),
    }),
    ln_2: layerNorm(c, eps, load),
    mlp: container('GPT2MLP', {
      c_fc: conv1d(c, f, load),
      c_proj: conv1d(f, c, load),
      act: new Module('NewGELUActivation'),
      dropout: new Module('Dropout'),
    }),
  };
  for (const [name, child] of Object.entries(children)) module.children.set(name, child);
  return module;
}

function tree(config: ModelConfig, load: LoadOptions): Module {
  const { vocabSize, hiddenSize: c, maxPositions, layers, normEps } = config;
  const wte = table(vocabSize, c, load);
  const h = new Module('ModuleList');
  for (let index = 0; index < layers; index++) h.children.set(String(index), block(index, config, load));
  const transformer = container('GPT2Model', {
    wte: wte.module,
    wpe: table(maxPositions, c, load).module,
    drop: new Module('Dropout'),
    h,
    ln_f: layerNorm(c, normEps, load),
  });
  const head = linear(c, vocabSize, load, { head: true });
  if (config.tied) head.parameters.set('weight', wte.weight);
  return container('GPT2LMHeadModel', { transformer, lm_head: head });
}

interface LayerContext {
  readonly config: ModelConfig;
  readonly place: LayerPlace;
  readonly dropouts: Dropouts;
}

function attended<P>(run: Operations<P>, { config, place, dropouts }: LayerContext, x: Value): P {
  const { index, path: layer } = place;
  const { heads, kvHeads, headDim } = config;
  const path = `${layer}.attn`;
  const context = run.attention({
    path,
    layer: index,
    qkv: run.linear(layer, attn, x),
    heads,
    kvHeads,
    headDim,
    rotation: null,
    window: null,
    dropout: { path: `${path}.attn_dropout`, rate: dropouts.attention },
  });
  const drop = { path: `${path}.resid_dropout`, rate: dropouts.residual };
  return run.output(path, run.droppedOutput(drop, run.linear(layer, attnOut, context)));
}

function fed<P>(run: Operations<P>, { place: { path: layer }, dropouts }: LayerContext, x: Value): P {
  const path = `${layer}.mlp`;
  const active = run.activated(`${path}.act`, run.linear(layer, fc, x));
  const drop = { path: `${path}.dropout`, rate: dropouts.residual };
  return run.output(path, run.droppedOutput(drop, run.linear(layer, fcOut, active)));
}

function decoder(config: ModelConfig): FamilyDecoder {
  const { dropouts = NONE } = config;
  return {
    embeddingDropout: { path: 'transformer.drop', rate: dropouts.embedding },
    layer: (run, place, hidden) => {
      const layer = { config, place, dropouts };
      const middle = run.sum(hidden, attended(run, layer, run.norm(`${place.path}.ln_1`, hidden)));
      return run.sum(middle, fed(run, layer, run.norm(`${place.path}.ln_2`, middle)));
    },
  };
}

/** What this engine computes of a GPT-2 and what it doesn't. */
function refuseOthers(read: ConfigReader): void {
  for (const flag of ['scale_attn_by_inverse_layer_idx', 'add_cross_attention'])
    if (read.flag(flag, false)) read.refuse(flag, true);
  if (!read.flag('scale_attn_weights', true)) read.refuse('scale_attn_weights', false);
  const activation = read.word('activation_function', 'gelu_new');
  if (activation !== 'gelu_new' && activation !== 'gelu_pytorch_tanh')
    read.refuse('activation_function', activation);
}

export const gpt2: Family = {
  type: 'gpt2',
  models: 'GPT-2',
  paths,
  groups: [attn, attnOut, fc, fcOut],
  names: {
    hidden_size: 'n_embd',
    intermediate_size: 'n_inner',
    num_hidden_layers: 'n_layer',
    num_attention_heads: 'n_head',
    num_key_value_heads: null,
    head_dim: null,
    max_position_embeddings: 'n_positions',
    rms_norm_eps: 'layer_norm_epsilon',
  },
  leftOver: /\.attn\.(masked_)?bias$/,
  defaultTargets: {
    LORA: { since: '0.5', names: ['c_attn'] },
    ADALORA: { since: '0.5', names: ['c_attn'] },
    IA3: { since: '0.5', names: ['c_attn', 'mlp.c_proj'] },
    VERA: { since: '0.11', names: ['c_attn'] },
    LN_TUNING: { since: '0.11', names: ['ln_1', 'ln_2', 'ln_f'] },
  },
  gguf: {
    architecture: 'gpt2',
    fields: [{ field: 'rms_norm_eps', key: 'attention.layer_norm_epsilon', type: 'f32' }],
    inLayer: {
      ln_1: 'attn_norm',
      'attn.c_attn': 'attn_qkv',
      'attn.c_proj': 'attn_output',
      ln_2: 'ffn_norm',
      'mlp.c_fc': 'ffn_up',
      'mlp.c_proj': 'ffn_down',
    },
    pairedHeads: () => null,
  },
  config: (read) => {
    refuseOthers(read);
    const sizes = readSizes(read, { normEps: 1e-5, intermediateSize: (width) => 4 * width });
    const rate = (name: string): number => read.amount(name, 0.1);
    return {
      family: 'gpt2',
      ...sizes,
      tied: read.flag('tie_word_embeddings', true),
      rotations: [],
      learned: true,
      layerKinds: [{ rotation: null, window: null }],
      own: {},
      dropouts: {
        embedding: rate('embd_pdrop'),
        attention: rate('attn_pdrop'),
        residual: rate('resid_pdrop'),
      },
    };
  },
  configJson: ({ dropouts = NONE }) => ({
    activation_function: 'gelu_new',
    embd_pdrop: dropouts.embedding,
    attn_pdrop: dropouts.attention,
    resid_pdrop: dropouts.residual,
  }),
  tree,
  decoder,
};
