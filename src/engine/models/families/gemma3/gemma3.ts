// Gemma 3, text alone: norms around attention and mlp, weights kept as w − 1, scaled embeddings, and layers of two kinds, each with its
// own rotation. Source: transformers 4.57 models/gemma3/modeling_gemma3.py.

import { readSizes } from '../../configReader.ts';
import type { FamilyDecoder } from '../../decoder.ts';
import type { ConfigReader, Family, LoadOptions } from '../../family.ts';
import type { LayerKind, ModelConfig } from '../../modelConfig.ts';
import { kindOfLayer } from '../../modelConfig.ts';
import { mostOf } from '../../modelSizes.ts';
import { causalLm, rmsNorm } from '../../parts.ts';
import { readRotation } from '../../rotation.ts';
import { readLayerTypes } from '../../window.ts';
import {
  attentionModule,
  gatedMlp,
  gatedMlpModule,
  headNorms,
  llamaGroups,
  llamaNames,
  modelPaths,
  selfAttention,
} from '../llamaLike.ts';

/** Which of the two rotations: of layers that see all, and of those that see a window. */
const [GLOBAL, LOCAL] = [0, 1];
/** Every how many layers one sees all. */
const PATTERN = 6;
const ACTIVATION = 'gelu_pytorch_tanh';

function tree(config: ModelConfig, load: LoadOptions) {
  const shared = { eps: config.normEps, offset: 1 };
  const norm = () => rmsNorm('Gemma3RMSNorm', { ...shared, width: config.hiddenSize }, load);
  const ofHeads = () => rmsNorm('Gemma3RMSNorm', { ...shared, width: config.headDim }, load);
  return causalLm(config, load, {
    prefix: 'Gemma3',
    model: 'Gemma3TextModel',
    embedding: 'Gemma3TextScaledWordEmbedding',
    layer: () => ({
      self_attn: attentionModule('Gemma3', config, load, {
        more: { q_norm: ofHeads(), k_norm: ofHeads() },
      }),
      mlp: gatedMlpModule('Gemma3', config, load, 'GELUTanh'),
      input_layernorm: norm(),
      post_attention_layernorm: norm(),
      pre_feedforward_layernorm: norm(),
      post_feedforward_layernorm: norm(),
    }),
    norm: norm(),
  });
}

const decoder = (config: ModelConfig): FamilyDecoder => ({
  embeddingScale: { factor: Math.fround(Math.sqrt(config.hiddenSize)), inside: true },
  layer: (run, place, hidden) => {
    const { path } = place;
    const kind = kindOfLayer(config, place.index);
    const normed = run.norm(`${path}.input_layernorm`, hidden);
    const attended = selfAttention(run, { config, place, kind }, normed, {
      norms: headNorms(place),
      scale: (config.own.query_pre_attn_scalar ?? config.headDim) ** -0.5,
    });
    const behind = run.norm(`${path}.post_attention_layernorm`, run.whole(attended));
    const middle = run.plus(`${path}.attended`, hidden, behind);
    const before = run.norm(`${path}.pre_feedforward_layernorm`, middle);
    const fed = run.whole(gatedMlp(run, place, before, 'gelu_tanh'));
    return run.plus(`${path}.fed`, middle, run.norm(`${path}.post_feedforward_layernorm`, fed));
  },
});

/** What this engine computes of a Gemma 3 and what it doesn't. */
function refuseOthers(read: ConfigReader): void {
  for (const cap of ['final_logit_softcapping', 'attn_logit_softcapping'])
    if (read.has(cap)) read.refuse(cap, read.amount(cap, 0));
  for (const flag of ['attention_bias', 'use_bidirectional_attention'])
    if (read.flag(flag, false)) read.refuse(flag, true);
}

export const gemma3: Family = {
  type: 'gemma3_text',
  models: 'Gemma 3 (text)',
  paths: modelPaths,
  groups: llamaGroups,
  defaultTargets: {
    LORA: { since: '0.16', names: ['q_proj', 'v_proj'] },
    ADALORA: { since: '0.16', names: ['q_proj', 'v_proj'] },
    IA3: { since: '0.16', names: ['q_proj', 'v_proj', 'down_proj'] },
    VERA: { since: '0.16', names: ['q_proj', 'v_proj'] },
    LN_TUNING: {
      since: '0.16',
      names: [
        'input_layernorm',
        'post_attention_layernorm',
        'pre_feedforward_layernorm',
        'post_feedforward_layernorm',
        'norm',
      ],
    },
  },
  gguf: {
    architecture: 'gemma3',
    fields: [
      { field: 'sliding_window', key: 'attention.sliding_window', type: 'u32' },
      { field: 'rope_local_base_freq', key: 'rope.freq_base_swa', type: 'f32' },
      { field: 'final_logit_softcapping', key: 'final_logit_softcapping', type: 'f32' },
    ],
    inLayer: {
      ...llamaNames,
      post_attention_layernorm: 'post_attention_norm',
      pre_feedforward_layernorm: 'ffn_norm',
      post_feedforward_layernorm: 'post_ffw_norm',
      'self_attn.q_norm': 'attn_q_norm',
      'self_attn.k_norm': 'attn_k_norm',
    },
    pairedHeads: () => null,
  },
  config: (read) => {
    refuseOthers(read);
    const sizes = readSizes(read);
    const { headDim, maxPositions, layers } = sizes;
    const pattern = read.size(
      'sliding_window_pattern',
      mostOf.layers,
      read.size('_sliding_window_pattern', mostOf.layers, PATTERN),
    );
    const window = read.size('sliding_window', mostOf.maxPositions, 4096);
    const windowed = readLayerTypes(read, { layers, windowed: (index) => (index + 1) % pattern !== 0 });
    const local = read.positive('rope_local_base_freq', 10_000);
    return {
      family: 'gemma3_text',
      ...sizes,
      tied: read.flag('tie_word_embeddings', true),
      rotations: [
        readRotation(read, {
          theta: read.positive('rope_theta', 1_000_000),
          headDim,
          kind: 'full_attention',
          maxPositions,
        }),
        {
          ...readRotation(read, { theta: local, headDim, kind: 'sliding_attention', maxPositions }),
          scaling: null,
        },
      ],
      layerKinds: windowed.map(
        (own): LayerKind => (own ? { rotation: LOCAL, window } : { rotation: GLOBAL, window: null }),
      ),
      own: {
        query_pre_attn_scalar: read.positive('query_pre_attn_scalar', read.form === 'gguf' ? headDim : 256),
      },
    };
  },
  configJson: ({ rotations: [global, local], layerKinds, own, layers }) => ({
    hidden_activation: ACTIVATION,
    rope_theta: global?.theta,
    rope_local_base_freq: local?.theta,
    ...(global?.scaling?.type === 'linear'
      ? { rope_scaling: { rope_type: 'linear', factor: global.scaling.factor } }
      : {}),
    sliding_window: layerKinds.find(({ window }) => window !== null)?.window ?? 4096,
    layer_types: Array.from({ length: layers }, (_, i) =>
      layerKinds[i % layerKinds.length]?.window === null ? 'full_attention' : 'sliding_attention',
    ),
    query_pre_attn_scalar: own.query_pre_attn_scalar,
  }),
  tree,
  decoder,
};
