// What an id stands for: the list exactly, twins and mirrors, names that say family and size, assumptions that are named.
import { beforeAll, expect, it } from 'vitest';
import type { KnownModels } from './knownModels.ts';
import { openKnownModels } from './knownModels.ts';

let known: KnownModels;
beforeAll(async () => {
  known = await openKnownModels();
});

it('knows ids of the list with their sizes and assumes nothing', () => {
  const found = known.find('Qwen/Qwen2.5-0.5B-Instruct');
  expect(found).toMatchObject({ modelType: 'qwen2', tied: true, assumption: null, stored: null });
  expect(found.config).toMatchObject({ hidden_size: 896, num_hidden_layers: 24, num_key_value_heads: 2 });
  expect(known.count).toBeGreaterThan(400);
  expect(known.types.length).toBeGreaterThan(60);
});

it('says where nothing but the list vouches for the sizes of an id', () => {
  // Held against litgpt's own list; the second only by this one; the third by the model that it mirrors.
  expect(known.find('microsoft/phi-2').assumption).toBeNull();
  expect(known.find('shenzhi-wang/Llama3-8B-Chinese-Chat').assumption?.en).toContain('not held against');
  expect(known.find('unsloth/Qwen3-0.6B').assumption).toBeNull();
});

it.each([
  ['unsloth/llama-3-8b-bnb-4bit', 'llama', 4096, '4bit'],
  ['unsloth/Meta-Llama-3.1-8B-Instruct-unsloth-bnb-4bit', 'llama', 4096, '4bit'],
  ['unsloth/mistral-7b-v0.3-bnb-4bit', 'mistral', 4096, '4bit'],
  ['unsloth/gemma-2-9b-it-bnb-4bit', 'gemma2', 3584, '4bit'],
  ['unsloth/Qwen3-4B-unsloth-bnb-4bit', 'qwen3', 2560, '4bit'],
])('takes the mirror %s for the model it mirrors', (id, modelType, width, stored) => {
  const found = known.find(id);
  expect(found).toMatchObject({ modelType, stored, assumption: null });
  expect(found.config.hidden_size).toBe(width);
});

it.each([
  ['TheBloke/Llama-2-13B-chat-GPTQ', 'llama', 5120, 'gptq'],
  ['somebody/Mistral-7B-Instruct-v0.2-AWQ', 'mistral', 4096, 'awq'],
  ['me/qwen2.5-1.5b-sft', 'qwen2', 1536, null],
  ['/content/drive/llama-2-7b-finetuned', 'llama', 4096, null],
  ['./models/Llama-3.2-3B-mine', 'llama', 3072, null],
  ['lab/pythia-410m-news', 'gpt_neox', 1024, null],
  ['x/vicuna-13b-delta', 'llama', 5120, null],
])('names what it takes %s for', (id, modelType, width, stored) => {
  const found = known.find(id);
  expect(found).toMatchObject({ modelType, stored });
  expect(found.config.hidden_size).toBe(width);
  expect(found.assumption?.en).toContain(id);
  expect(found.assumption?.zh).toContain(id);
});

it('is not misled by a part of a word', () => {
  expect(known.find('me/biogpt-2019').modelType).toBe('biogpt');
  expect(known.find('me/adopted-xlm-roberta').modelType).toBe('xlm-roberta');
  expect(known.find('org/distilbert-finance').modelType).toBe('distilbert');
  expect(known.find('org/flan-t5-base-news').config.d_model).toBe(768);
});

it('assumes a small llama where a name says nothing', () => {
  for (const id of ['./results', 'me/final-model-v2', '']) {
    const found = known.find(id);
    expect(found.modelType).toBe('llama');
    expect(found.config.hidden_size).toBe(2048);
    expect(found.assumption?.en).toContain('small Llama');
  }
});

it('follows the type that a configuration names', () => {
  const found = known.find('./checkpoint', { modelType: 'gpt2' });
  expect(found.modelType).toBe('gpt2');
  expect(found.assumption).not.toBeNull();
});
