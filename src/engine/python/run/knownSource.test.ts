// What a program's loaders build of known models: the head by the class, labels, how it is stored, PEFT's targets, what is assumed.
import { beforeAll, expect, it } from 'vitest';
import type { StackId } from '../../libraries/stacks.ts';
import { stackOf } from '../../libraries/stacks.ts';
import type { KnownModels } from '../../models/known/knownModels.ts';
import { openKnownModels } from '../../models/known/knownModels.ts';
import { PythonError } from '../../torch/autograd/pythonError.ts';
import type { BuiltModel, ModelRequest } from './acting.ts';
import { knownSource } from './knownSource.ts';

let known: KnownModels;
beforeAll(async () => {
  known = await openKnownModels();
});

function load(name: string, loader: string, more: Partial<ModelRequest> = {}): BuiltModel {
  return knownSource(known)({
    name,
    loader: `transformers.${loader}`,
    dtype: 'float32',
    quantisation: null,
    doubleQuant: false,
    stack: stackOf('trl-0.19.1'),
    given: new Map(),
    ...more,
  });
}

it('builds the head that the class names, with its labels', () => {
  const built = load('distilbert-base-uncased', 'AutoModelForSequenceClassification', {
    given: new Map([['num_labels', 5]]),
  });
  expect(built).toMatchObject({ modelType: 'distilbert', assumed: [], places: { head: '' } });
  expect(built.root.className).toBe('DistilBertForSequenceClassification');
  expect(built.root.at('classifier')?.parameters.get('weight')?.shape).toEqual([5, 768]);
  // PEFT has no targets of its own for DistilBERT.
  expect(built.defaultTargets?.('LORA', built.modelType)).toBeNull();
});

it('knows classes of one type', () => {
  expect(load('./my-model', 'GPT2LMHeadModel').root.className).toBe('GPT2LMHeadModel');
  const t5 = load('google/flan-t5-base', 'T5ForConditionalGeneration');
  expect(t5.modelType).toBe('t5');
  expect(t5.defaultTargets?.('LORA', 't5')).toEqual(['q', 'v']);
  expect(load('./my-model', 'GPT2LMHeadModel').assumed).toHaveLength(1);
});

it('stores a quantised load as the quantiser does', () => {
  const built = load('facebook/opt-125m', 'AutoModelForCausalLM', {
    quantisation: { method: 'bnb-8bit', type: null },
    dtype: 'float16',
  });
  expect(built.root.at('model.decoder.layers.0.fc1')?.className).toBe('Linear8bitLt');
  expect(built.places).toEqual({ embedding: 'model.decoder.embed_tokens', head: 'lm_head' });
});

it.each([
  ['trl-0.19.1', false],
  ['trl-1.9.0', true],
  ['trl-1.16.0', true],
] as const)('under %s a bias beside a 4-bit weight requires grad: %s', (stack, trains) => {
  const { root } = load('Qwen/Qwen1.5-0.5B', 'AutoModelForCausalLM', {
    stack: stackOf(stack),
    quantisation: { method: 'bnb-4bit', type: 'nf4' },
  });
  const biases = [...root.namedParameters()].filter(([name]) => name.endsWith('q_proj.bias'));
  expect(biases.length).toBe(24);
  expect(new Set(biases.map(([, { requiresGrad }]) => requiresGrad))).toEqual(new Set([trains]));
});

it('takes a dtype that the file decides by the type', () => {
  const dtypeOf = (id: string): unknown =>
    load(id, 'AutoModelForCausalLM', { dtype: 'auto' }).root.allParameters().next().value?.dtype;
  expect(dtypeOf('gpt2')).toBe('float32');
  expect(dtypeOf('Qwen/Qwen2.5-0.5B')).toBe('bfloat16');
});

it('refuses a class that has no such model, as AutoModel does', () => {
  expect(() => load('google/flan-t5-base', 'AutoModelForCausalLM')).toThrow(PythonError);
  expect(() => load('google/flan-t5-base', 'AutoModelForCausalLM')).toThrow(
    "Unrecognized configuration class <class 'transformers.models.t5.configuration_t5.T5Config'>",
  );
});

it('loads a type whose code is on the hub by any class', () => {
  const { root, assumed } = load('THUDM/chatglm2-6b', 'AutoModel');
  expect(root.at('transformer.encoder.layers.0.self_attention.query_key_value')).not.toBeNull();
  expect(assumed.map(({ en }) => en).join('\n')).toContain('AutoModel');
});

it('says what it assumes of an id that it does not know', () => {
  const { assumed, root } = load('me/experiment', 'AutoModelForCausalLM');
  expect(root.className).toBe('LlamaForCausalLM');
  expect(assumed[0]?.en).toContain('me/experiment');
});

it('says the sizes of the configuration, under the names of every type too', () => {
  const config = (name: string) => load(name, 'AutoModel').config;
  const mistral = config('mistralai/Mistral-7B-v0.3');
  expect([mistral?.get('num_hidden_layers'), mistral?.get('pad_token_id')]).toEqual([32, null]);
  expect(config('bert-base-uncased')?.get('hidden_size')).toBe(768);
  expect(config('gpt2')?.get('hidden_size')).toBe(768);
  expect(config('gpt2')?.get('n_layer')).toBe(12);
  expect(config('google-t5/t5-small')?.get('hidden_size')).toBe(512);
  expect(config('gpt2')?.get('num_attention_heads')).toBeUndefined();
});

it('refuses a listed model whose type the release has not yet', () => {
  const under =
    (stack: StackId, name: string, more: Partial<ModelRequest> = {}) =>
    () =>
      load(name, 'AutoModelForCausalLM', { stack: stackOf(stack), ...more });
  const granite = 'ibm-granite/granite-3.0-2b-instruct';
  expect(under('trl-0.11.4', granite)).toThrow('model type `granite` but Transformers does not recognize');
  expect(under('trl-0.12.2', granite)).not.toThrow();
  expect(under('trl-0.7.10', 'Qwen/Qwen2-0.5B')).toThrow("'qwen2'");
  expect(under('trl-0.11.4', granite, { given: new Map([['trust_remote_code', true]]) })).not.toThrow();
  // Of a name that isn't listed the type is assumed, and so is no reason.
  expect(under('trl-0.11.4', 'me/my-granite')).not.toThrow();
});

it('takes the sizes that a configuration was given', () => {
  const { root } = load('', 'LlamaForCausalLM', { given: new Map([['num_hidden_layers', 3]]) });
  expect(root.at('model.layers')?.children.size).toBe(3);
});
