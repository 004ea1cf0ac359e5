// The models that the audit looks at, their recipe and the kernels that run it, by what their config.json says: shapes alone decide which dispatches a step takes. Source: the
// config.json of HuggingFaceTB/SmolLM2-135M-Instruct, Qwen/Qwen3-0.6B and meta-llama/Llama-3.2-1B-Instruct.
import { parseConfig } from '../../src/engine/models/families.ts';
import type { ModelConfig } from '../../src/engine/models/modelConfig.ts';
import type { Wired } from '../../src/engine/python/run/wire.ts';
import { wire } from '../../src/engine/python/run/wire.ts';
import { defaultValues, withPatch } from '../../src/engine/recipe/recipe.ts';
import type { KernelProfile } from '../../src/engine/torch/autograd/operation.ts';
import { gpuVariants } from '../../src/engine/training/backends/variants.ts';

const llama = { model_type: 'llama', hidden_act: 'silu', rms_norm_eps: 1e-5, tie_word_embeddings: true };

const configs = {
  '135 M': {
    ...llama,
    hidden_size: 576,
    intermediate_size: 1536,
    num_hidden_layers: 30,
    num_attention_heads: 9,
    num_key_value_heads: 3,
    vocab_size: 49_152,
    max_position_embeddings: 8192,
    rope_theta: 100_000,
  },
  '0.6 B': {
    model_type: 'qwen3',
    hidden_act: 'silu',
    rms_norm_eps: 1e-6,
    tie_word_embeddings: true,
    hidden_size: 1024,
    intermediate_size: 3072,
    num_hidden_layers: 28,
    num_attention_heads: 16,
    num_key_value_heads: 8,
    head_dim: 128,
    vocab_size: 151_936,
    max_position_embeddings: 40_960,
    rope_theta: 1_000_000,
  },
  '1 B': {
    ...llama,
    hidden_size: 2048,
    intermediate_size: 8192,
    num_hidden_layers: 16,
    num_attention_heads: 32,
    num_key_value_heads: 8,
    head_dim: 64,
    vocab_size: 128_256,
    max_position_embeddings: 131_072,
    rope_theta: 500_000,
  },
} as const;

export const auditModels: readonly (readonly [name: string, config: ModelConfig])[] = Object.entries(
  configs,
).map(([name, config]) => [name, parseConfig(config)]);

/** What a GPU with many thousand lanes is expected to choose. */
export const auditProfile: KernelProfile = { ...gpuVariants, maxBindingBytes: 2 ** 31 };

/** Weights in ggml's 4-bit blocks, LoRA of rank 8 on every linear layer, AdamW, clipping: the recipe of docs/performance.md. */
export function wiredFor(config: ModelConfig): Wired {
  const values = withPatch(defaultValues, { 'bnb.bnb_4bit_quant_type': 'none', 'lora.r': 8 });
  return { ...wire(config, values), weightFormat: () => 'q4_1' };
}
