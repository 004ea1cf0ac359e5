// The llama family: records the forward pass from the module tree, layer by layer, under whatever grad mode, hooks and
// checkpointing the wiring left. Source of the block structure: transformers 4.57 models/llama/modeling_llama.py.

import { invariant } from '../ground/errors.ts';
import { checkpointNonReentrant, checkpointReentrant } from '../torch/autograd/segment.ts';
import type { Value } from '../torch/autograd/value.ts';
import { attention } from '../torch/ops/attention.ts';
import { embedding } from '../torch/ops/embedding.ts';
import { kvAppend } from '../torch/ops/kvAppend.ts';
import { linear } from '../torch/ops/linear.ts';
import { rmsNorm } from '../torch/ops/rmsNorm.ts';
import { rope } from '../torch/ops/rope.ts';
import { swiglu } from '../torch/ops/swiglu.ts';
import type { BatchShape, Recording } from '../torch/recording.ts';
import type { LlamaConfig } from './llamaConfig.ts';

/** A key/value cache makes attention read earlier tokens; its buffers are named by layer. */
export interface CacheShape {
  readonly maxTokens: number;
}

function normAt(recording: Recording, config: LlamaConfig, x: Value, path: string): Value {
  const weight = recording.module(path).parameters.get('weight');
  const value =
    weight &&
    recording.parameter(weight, recording.path(`${path}.weight`), {
      kind: 'persistent',
      buffer: `weights/${path}`,
      offset: 0,
    });
  invariant(value, `${path} has no weight`);
  const out = rmsNorm(recording.tape, { x, weight: value, eps: config.rmsNormEps, path });
  recording.tape.noteModule(recording.path(path), out);
  return out;
}

function decoderLayer(
  recording: Recording,
  config: LlamaConfig,
  index: number,
  batch: BatchShape,
  cache: CacheShape | null,
  hidden: Value,
): Value {
  const { tape } = recording;
  const layer = `model.layers.${index}`;
  const { heads, kvHeads, headDim } = config;
  const member = (name: string): string => `${layer}.${name}`;
  const normed = normAt(recording, config, hidden, `${layer}.input_layernorm`);
  const qkv = linear(recording, {
    members: [member('self_attn.q_proj'), member('self_attn.k_proj'), member('self_attn.v_proj')],
    x: normed,
    path: `${layer}.self_attn.qkv`,
  });
  const shape = { batch, heads, kvHeads, headDim };
  const rotated = rope(tape, { qkv, ...shape, path: `${layer}.self_attn.rope` });
  if (cache)
    kvAppend(tape, {
      qkv: rotated,
      ...shape,
      cache: `kv/${index}`,
      maxTokens: cache.maxTokens,
      path: `${layer}.self_attn.cache`,
    });
  const context = attention(tape, {
    qkv: rotated,
    ...shape,
    cache: cache ? { buffer: `kv/${index}`, maxTokens: cache.maxTokens } : null,
    path: `${layer}.self_attn`,
  });
  const middle = linear(recording, {
    members: [member('self_attn.o_proj')],
    x: context,
    residual: hidden,
    path: `${layer}.self_attn.o`,
  });
  const normed2 = normAt(recording, config, middle, `${layer}.post_attention_layernorm`);
  const gateUp = linear(recording, {
    members: [member('mlp.gate_proj'), member('mlp.up_proj')],
    x: normed2,
    path: `${layer}.mlp.gate_up`,
  });
  const activated = swiglu(tape, { gateUp, path: `${layer}.mlp.act_fn` });
  tape.noteModule(recording.path(`${layer}.mlp.act_fn`), {
    requiresGrad: activated.requiresGrad,
    gradFn: activated.requiresGrad ? 'SiluBackward0' : null,
  });
  return linear(recording, {
    members: [member('mlp.down_proj')],
    x: activated,
    residual: middle,
    path: `${layer}.mlp.down`,
  });
}

/** Hidden states of every layer boundary, for the strip: embedding, then one a layer, then the final norm. */
export interface HiddenStates {
  readonly embedding: Value;
  readonly layers: readonly Value[];
  readonly final: Value;
}

/**
 * Records ids → final hidden states [N, C]. Checkpointing acts only on layers in train mode, as
 * transformers' GradientCheckpointingLayer does.
 */
export function recordLlama(
  recording: Recording,
  config: LlamaConfig,
  batch: BatchShape,
  cache: CacheShape | null = null,
): HiddenStates {
  const { tape, model } = recording;
  const embedded = embedding(recording, {
    rows: batch.rows * batch.tokens,
    path: 'model.embed_tokens',
    noisy: batch.noisy ?? false,
  });
  if (model.inputGradHooks > 0 && tape.gradEnabled) embedded.requiresGrad = true;
  tape.noteModule(recording.path('model.embed_tokens'), embedded);
  const layers: Value[] = [];
  let hidden = embedded;
  for (let index = 0; index < config.layers; index++) {
    const module = recording.module(`model.layers.${index}`);
    const body = (input: Value): Value => decoderLayer(recording, config, index, batch, cache, input);
    const mode = module.training ? model.checkpointing : null;
    if (mode === null) hidden = body(hidden);
    else
      hidden = mode.useReentrant
        ? checkpointReentrant(tape, hidden, body)
        : checkpointNonReentrant(tape, hidden, body);
    tape.noteModule(recording.path(`model.layers.${index}`), hidden);
    layers.push(hidden);
  }
  const final = normAt(recording, config, hidden, 'model.norm');
  return { embedding: embedded, layers, final };
}
