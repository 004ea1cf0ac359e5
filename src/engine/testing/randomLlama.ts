// Test-only: files of a two-layer llama whose weights are a formula, with the embedded model's tokenizer. Untied, so that
// the head is its own matrix; widths are multiples of 64, because bitsandbytes' CPU kernel needs them so.
import { writeSafetensors } from '../ground/formats/safetensors.ts';

const hidden = 64;
const intermediate = 192;
const heads = 4;
const kvHeads = 2;
const headDim = 16;

const config = {
  architectures: ['LlamaForCausalLM'],
  model_type: 'llama',
  hidden_size: hidden,
  intermediate_size: intermediate,
  num_hidden_layers: 2,
  num_attention_heads: heads,
  num_key_value_heads: kvHeads,
  head_dim: headDim,
  vocab_size: 1024,
  max_position_embeddings: 512,
  rms_norm_eps: 1e-5,
  rope_theta: 10000,
  hidden_act: 'silu',
  tie_word_embeddings: false,
  torch_dtype: 'float32',
  bos_token_id: 0,
  eos_token_id: 2,
  pad_token_id: 3,
  attention_bias: false,
  mlp_bias: false,
};

/** Uniform noise from a 32-bit generator (xorshift), the same in any language: multiples of 2^-16 times a power of two. */
export function noise(seed: number, count: number, scale: number, offset: number): Float32Array<ArrayBuffer> {
  let state = (seed * 2654435761 + 1) >>> 0;
  return Float32Array.from({ length: count }, () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return offset + scale * (((state >>> 0) % 65536) / 32768 - 1);
  });
}

/** `model/config.json` and `model/model.safetensors`, by path. */
export function randomLlama(): ReadonlyMap<string, Uint8Array<ArrayBuffer>> {
  const shapes: (readonly [name: string, shape: readonly number[], scale: number, offset: number])[] = [
    ['model.embed_tokens.weight', [config.vocab_size, hidden], 1, 0],
  ];
  for (let i = 0; i < config.num_hidden_layers; i++) {
    const layer = `model.layers.${i}`;
    shapes.push(
      [`${layer}.self_attn.q_proj.weight`, [heads * headDim, hidden], 0.25, 0],
      [`${layer}.self_attn.k_proj.weight`, [kvHeads * headDim, hidden], 0.25, 0],
      [`${layer}.self_attn.v_proj.weight`, [kvHeads * headDim, hidden], 0.25, 0],
      [`${layer}.self_attn.o_proj.weight`, [hidden, heads * headDim], 0.25, 0],
      [`${layer}.mlp.gate_proj.weight`, [intermediate, hidden], 0.25, 0],
      [`${layer}.mlp.up_proj.weight`, [intermediate, hidden], 0.25, 0],
      [`${layer}.mlp.down_proj.weight`, [hidden, intermediate], 0.125, 0],
      [`${layer}.input_layernorm.weight`, [hidden], 0.25, 1],
      [`${layer}.post_attention_layernorm.weight`, [hidden], 0.25, 1],
    );
  }
  shapes.push(
    ['model.norm.weight', [hidden], 0.25, 1],
    ['lm_head.weight', [config.vocab_size, hidden], 0.25, 0],
  );
  const tensors = shapes.map(([name, shape, scale, offset], index) => ({
    name,
    shape,
    values: noise(
      index + 1,
      shape.reduce((product, size) => product * size, 1),
      scale,
      offset,
    ),
  }));
  return new Map([
    ['model/config.json', Uint8Array.from(new TextEncoder().encode(JSON.stringify(config)))],
    ['model/model.safetensors', writeSafetensors(tensors)],
  ]);
}
