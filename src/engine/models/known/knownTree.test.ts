// Trees of known models: names and shapes by type, what a quantiser takes and leaves, what is tied.
import { beforeAll, expect, it } from 'vitest';
import { countParameters } from '../../torch/nn/counts.ts';
import type { Module } from '../../torch/nn/module.ts';
import type { HeadName, KnownModels } from './knownModels.ts';
import { openKnownModels } from './knownModels.ts';
import type { KnownLoad } from './knownTree.ts';

let known: KnownModels;
beforeAll(async () => {
  known = await openKnownModels();
});

const plain: KnownLoad = { dtype: 'bfloat16', quantisation: null };

function build(id: string, head: HeadName, load: KnownLoad = plain, transformers = '4.57.1'): Module {
  const found = known.build(known.find(id), { head, transformers }, load);
  if (!found) throw new Error(`${id} has no ${head}`);
  return found;
}

it('names the modules of a type', () => {
  const gpt2 = build('gpt2', 'CausalLM');
  const fused = gpt2.at('transformer.h.11.attn.c_attn');
  expect(fused).toMatchObject({
    className: 'Conv1D',
    kind: { inFeatures: 768, outFeatures: 2304, transposed: true },
  });
  expect(fused?.parameters.get('weight')?.shape).toEqual([768, 2304]);
  expect(
    build('google/flan-t5-base', 'Seq2SeqLM').at('decoder.block.3.layer.1.EncDecAttention.k'),
  ).not.toBeNull();
  expect(
    build('THUDM/chatglm3-6b', 'CausalLM').at('transformer.encoder.layers.27.self_attention.query_key_value')
      ?.kind,
  ).toMatchObject({ inFeatures: 4096, outFeatures: 4608 });
});

it('shares one weight between tied embeddings', () => {
  const tied = build('Qwen/Qwen2.5-0.5B', 'CausalLM');
  expect(tied.at('lm_head')?.parameters.get('weight')).toBe(
    tied.at('model.embed_tokens')?.parameters.get('weight'),
  );
  const untied = build('Qwen/Qwen2.5-7B', 'CausalLM');
  expect(untied.at('lm_head')?.parameters.get('weight')).not.toBe(
    untied.at('model.embed_tokens')?.parameters.get('weight'),
  );
});

it.each([
  [{ kind: '4bit', type: 'nf4', doubleQuant: false }, 'Linear4bit', 'uint8'],
  [{ kind: '8bit' }, 'Linear8bitLt', 'int8'],
] as const)(
  'quantises the projections of layers to %j, and never the head',
  (quantisation, className, dtype) => {
    const model = build('facebook/opt-125m', 'CausalLM', { dtype: 'float16', quantisation });
    const projection = model.at('model.decoder.layers.0.self_attn.q_proj');
    expect(projection?.className).toBe(className);
    expect(projection?.parameters.get('weight')).toMatchObject({ dtype, requiresGrad: false });
    expect(projection?.parameters.get('bias')).toMatchObject({ dtype: 'float16', requiresGrad: false });
    expect(model.at('lm_head')).toMatchObject({ className: 'Linear' });
    expect(model.at('lm_head')?.parameters.get('weight')).toMatchObject({
      dtype: 'float16',
      requiresGrad: true,
    });
    expect(countParameters(model).all).toBe(countParameters(build('facebook/opt-125m', 'CausalLM')).all);
  },
);

it('leaves a classifier alone, and what a script skips', () => {
  const quantisation = { kind: '8bit' } as const;
  const classifier = build('bert-base-uncased', 'SequenceClassification', { dtype: 'float32', quantisation });
  expect(classifier.at('classifier')?.className).toBe('Linear');
  const skipped = build('gpt2', 'CausalLM', { dtype: 'float32', quantisation, skip: ['lm_head', 'c_proj'] });
  expect(skipped.at('transformer.h.0.mlp.c_proj')?.className).toBe('Conv1D');
  expect(skipped.at('transformer.h.0.mlp.c_fc')?.className).toBe('Linear8bitLt');
});

it('keeps packed weights of GPTQ and AWQ as buffers', () => {
  for (const kind of ['gptq', 'awq'] as const) {
    const model = build('mistralai/Mistral-7B-v0.1', 'CausalLM', {
      dtype: 'float16',
      quantisation: { kind, bits: 4 },
    });
    expect(model.at('model.layers.0.mlp.up_proj')?.parameters.size).toBe(0);
    expect(model.at('lm_head')?.parameters.size).toBe(1);
  }
});

it('builds as the release of transformers does', () => {
  const experts = (transformers: string): string[] => [
    ...(build('mistralai/Mixtral-8x7B-v0.1', 'CausalLM', plain, transformers)
      .at('model.layers.0')
      ?.children.keys() ?? []),
  ];
  expect(experts('4.57.1')).toContain('block_sparse_moe');
  expect(experts('5.24.0')).toContain('mlp');
});

it('says which heads a type has', () => {
  expect(known.headsOf(known.find('bert-base-uncased'))).toContain('MaskedLM');
  expect(known.headsOf(known.find('google/flan-t5-base'))).not.toContain('CausalLM');
  expect(known.ofClass('GPT2LMHeadModel')).toEqual({ modelType: 'gpt2', head: 'CausalLM' });
  expect(known.ofClass('Nothing')).toBeNull();
});

it("gives PEFT's own targets by its version", () => {
  expect(known.targetsOf('LORA', 'gpt2', '0.5.0')).toEqual(['c_attn']);
  expect(known.targetsOf('LORA', 'gemma', '0.5.0')).toBeNull();
  // Of releases before the first that was asked.
  expect(known.targetsOf('LORA', 'llama', '0.4.0')).toEqual(['q_proj', 'v_proj']);
  expect(known.targetsOf('LORA', 'gemma', '0.4.0')).toBeNull();
  expect(known.targetsOf('LORA', 'constructor', '0.17.1')).toBeNull();
  expect(known.targetsOf('LORA', 'gemma', '0.17.1')).toEqual(['q_proj', 'v_proj']);
});
