// Which files of a repository are taken: an ONNX export where there is no checkpoint, with what lies beside it and no other export.
import { expect, it } from 'vitest';
import { choicesOf } from './choices.ts';

const files = (...paths: readonly string[]) =>
  paths.map((path) => ({ path, sizeBytes: 1, sha256: null, gitName: null }));
const exported = [
  'README.md',
  'config.json',
  'onnx/model.onnx',
  'onnx/model_q4.onnx',
  'onnx/model_q4.onnx_data',
  'onnx/model_q4.onnx_data_1',
  'onnx/model_q4f16.onnx',
  'onnx/model_uint8.onnx',
  'tokenizer.json',
];
const taken = (paths: readonly string[]): string[][] =>
  choicesOf({ id: 'someone/model', files: files(...paths) }).map((choice) =>
    choice.files.map(({ path }) => path),
  );

it('takes the export in 4 bits where there is no checkpoint', () =>
  expect(taken(exported)).toEqual([
    [
      'config.json',
      'tokenizer.json',
      'onnx/model_q4.onnx',
      'onnx/model_q4.onnx_data',
      'onnx/model_q4.onnx_data_1',
    ],
  ]));

it('takes the checkpoint where there is one', () =>
  expect(taken([...exported, 'model.safetensors'])).toEqual([
    ['config.json', 'tokenizer.json', 'model.safetensors'],
  ]));

it('refuses a repository with exports of other kinds alone', () =>
  expect(() => taken(['config.json', 'onnx/model_uint8.onnx'])).toThrow());
