// The llama family: what happens in one of its layers, and where its parts stand. Everything else about a forward pass is
// decoder.ts. Source of the block structure: transformers 4.57 models/llama/modeling_llama.py.

import type { Value } from '../torch/autograd/value.ts';
import type { Decoder, DecoderPaths, LayerPlace, Operations } from './decoder.ts';
import type { LlamaConfig } from './llamaConfig.ts';
import type { Heads } from './modelSizes.ts';
import { layerGroups } from './weightSource.ts';

const paths: DecoderPaths = {
  embedding: 'model.embed_tokens',
  layers: 'model.layers',
  norm: 'model.norm',
  head: 'lm_head',
};

const [qkvGroup, oGroup, gateUpGroup, downGroup] = layerGroups;

function selfAttention<Projected>(
  run: Operations<Projected>,
  { heads, kvHeads, headDim }: Heads,
  { index, path: layer }: LayerPlace,
  x: Value,
): Projected {
  const path = `${layer}.self_attn`;
  const qkv = run.linear(layer, qkvGroup, x);
  const context = run.attention({ path, layer: index, qkv, heads, kvHeads, headDim });
  return run.output(path, run.linear(layer, oGroup, context));
}

function mlp<Projected>(run: Operations<Projected>, { path: layer }: LayerPlace, x: Value): Projected {
  const path = `${layer}.mlp`;
  const activated = run.gated(`${path}.act_fn`, run.linear(layer, gateUpGroup, x));
  return run.output(path, run.linear(layer, downGroup, activated));
}

export const llama = (config: LlamaConfig): Decoder => ({
  paths,
  layer: (run, place, hidden) => {
    const normed = run.norm(`${place.path}.input_layernorm`, hidden);
    const middle = run.sum(hidden, selfAttention(run, config, place, normed));
    const normedAgain = run.norm(`${place.path}.post_attention_layernorm`, middle);
    return run.sum(middle, mlp(run, place, normedAgain));
  },
});
