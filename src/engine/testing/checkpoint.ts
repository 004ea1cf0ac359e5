// Test-only: a model's folder in memory: the files of randomLlama.ts under the embedded model's tokenizer, and changes to them.
import { readFileSync } from 'node:fs';
import { floatToHalf } from '../../shaders/quant/halves.ts';
import type { ByteSource } from '../ground/formats/byteSource.ts';
import { blobSource } from '../ground/formats/byteSource.ts';
import type { SavedTensor } from '../ground/formats/safetensors.ts';
import { readSafetensors, writeTensors } from '../ground/formats/safetensors.ts';
import { randomLlama } from './randomLlama.ts';

export type FolderFiles = Map<string, Uint8Array<ArrayBuffer>>;

const fromPublic = (name: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(readFileSync(`public/model/${name}`));

/** The tensors of the random model, F32. */
export const randomTensors = (): SavedTensor[] =>
  [...readSafetensors(randomLlama().get('model/model.safetensors') ?? new Uint8Array())].map(
    ([name, tensor]) => ({ name, ...tensor }),
  );

/** config.json, tokenizer and one weight file. */
export function randomFolder(tensors: readonly SavedTensor[] = randomTensors()): FolderFiles {
  return new Map([
    ['config.json', randomLlama().get('model/config.json') ?? new Uint8Array()],
    ['tokenizer.json', fromPublic('tokenizer.json')],
    ['tokenizer_config.json', fromPublic('tokenizer_config.json')],
    ['generation_config.json', fromPublic('generation_config.json')],
    ['model.safetensors', writeTensors(tensors)],
  ]);
}

export const sourcesOf = (files: FolderFiles): ByteSource[] =>
  [...files].map(([name, bytes]) => blobSource(name, new Blob([bytes])));

export const jsonBytes = (value: unknown): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(new TextEncoder().encode(JSON.stringify(value)));

/** A float32 tensor in half precision, to nearest. */
export function halved(tensor: SavedTensor): SavedTensor {
  const floats = new Float32Array(tensor.bytes.slice().buffer);
  return {
    ...tensor,
    dtype: 'F16',
    bytes: new Uint8Array(Uint16Array.from(floats, floatToHalf).buffer),
  };
}
