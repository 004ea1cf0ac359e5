// Which files of a repository make a model: by names as repositories have them.
import { describe, expect, it } from 'vitest';
import { choicesOf, chosen } from './choices.ts';

const small = ['config.json', 'tokenizer.json', 'tokenizer_config.json', 'generation_config.json'];
const choices = (...paths: readonly string[]) =>
  choicesOf({
    id: 'a/b',
    files: paths.map((path) => ({ path, sizeBytes: 1, sha256: null, gitName: null })),
  });
const named = (...paths: readonly string[]) =>
  choices(...paths).map(({ file, files }) => [file, files.map(({ path }) => path)]);

describe('a checkpoint', () => {
  it('is its small files, config.json first, and model.safetensors alone', () => {
    const others = [
      'README.md',
      'tokenizer.model',
      'pytorch_model.bin',
      'adapter_model.safetensors',
      'consolidated.safetensors',
      'original/params.json',
      'vocab.json',
    ];
    expect(named('tokenizer.json', 'config.json', ...others, 'model.safetensors')).toEqual([
      [null, ['config.json', 'tokenizer.json', 'model.safetensors']],
    ]);
  });

  it('is all its shards with their index, or one file of another name', () => {
    const shards = [
      'model.safetensors.index.json',
      'model-00001-of-00002.safetensors',
      'model-00002-of-00002.safetensors',
    ];
    expect(named('config.json', ...shards, 'consolidated.safetensors')).toEqual([
      [null, ['config.json', ...shards]],
    ]);
    expect(named('config.json', 'gptq_model-4bit-128g.safetensors', 'quantize_config.json')).toEqual([
      [null, ['config.json', 'quantize_config.json', 'gptq_model-4bit-128g.safetensors']],
    ]);
  });

  it('needs a configuration, and one file of weights that is known to be them', () => {
    expect(() => named('model.safetensors')).toThrow(/its one file is no model/);
    expect(() => named('config.json', 'a.safetensors', 'b.safetensors')).toThrow(/none of its 3 files/);
    expect(() => named('config.json', 'pytorch_model.bin', 'training_args.bin')).toThrow(
      /pytorch_model\.bin, training_args\.bin: pickles/,
    );
  });
});

it('of GGUF each file is one, the parts of a split one are one, and projectors and matrices none', () => {
  const split = ['q8/m-00001-of-00002.gguf', 'q8/m-00002-of-00002.gguf'];
  expect(named('mmproj-m.gguf', 'imatrix_unsloth.gguf', 'm.Q4_0.gguf', ...split.toReversed())).toEqual([
    ['m.Q4_0.gguf', ['m.Q4_0.gguf']],
    [split[0], split],
  ]);
});

it('of ONNX each graph that is read here is one, with its data and the small files', () => {
  const graphs = [
    'onnx/model.onnx',
    'onnx/model.onnx_data',
    'onnx/model_q4.onnx',
    'onnx/model_q4f16.onnx',
    'onnx/model_q4f16.onnx_data_1',
    'onnx/model_int8.onnx',
    'onnx/model_bnb4.onnx',
  ];
  expect(named(...small, ...graphs).map(([file, files]) => [file, files?.slice(small.length)])).toEqual([
    ['onnx/model_q4.onnx', ['onnx/model_q4.onnx']],
    ['onnx/model_q4f16.onnx', ['onnx/model_q4f16.onnx', 'onnx/model_q4f16.onnx_data_1']],
    ['onnx/model.onnx', ['onnx/model.onnx', 'onnx/model.onnx_data']],
  ]);
  expect(chosen('a/b', choices(...small, ...graphs), null).file).toBe('onnx/model_q4.onnx');
  expect(chosen('a/b', choices(...small, ...graphs, 'model.safetensors'), null).file).toBeNull();
});

describe('of several', () => {
  const several = choices('m.Q4_0.gguf', 'm.Q4_K_M.gguf', 'm.Q4_K_M_L.gguf');

  it.each([
    ['q4_0', 'm.Q4_0.gguf'],
    ['m.q4_k_m.gguf', 'm.Q4_K_M.gguf'],
    ['K_M_L', 'm.Q4_K_M_L.gguf'],
  ])('%s is one', (wanted, file) => {
    expect(chosen('a/b', several, wanted).file).toBe(file);
  });

  it.each([null, 'Q4', 'Q8_0', ''])('%j is none', (wanted) => {
    expect(() => chosen('a/b', several, wanted)).toThrow(/m\.Q4_0\.gguf, m\.Q4_K_M\.gguf, m\.Q4_K_M_L\.gguf/);
  });

  it('the checkpoint is what is meant where there is one', () => {
    const both = choices('config.json', 'model.safetensors', 'm.Q4_0.gguf');
    expect(chosen('a/b', both, null).file).toBeNull();
    expect(chosen('a/b', both, 'q4').file).toBe('m.Q4_0.gguf');
  });
});
