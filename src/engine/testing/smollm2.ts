// Test-only: SmolLM2-135M-Instruct from its GGUF file, where a person has put one; it is never committed. Without the file
// its tests are skipped by name.
import { existsSync, openSync, readdirSync, readFileSync, readSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { ByteSource } from '../ground/formats/byteSource.ts';
import { ggufModel } from '../models/gguf/ggufModel.ts';
import type { ModelFiles } from '../models/modelFiles.ts';
import { openModel } from '../models/openModel.ts';

const path = process.env.SMOLLM2_GGUF ?? 'models/SmolLM2-135M-Instruct.Q4_1.gguf';

/** Whole path of the file, whether it is there or not. */
export const smollm2File = (): string => resolve(path);

export interface GoldenSmol {
  readonly train: Readonly<Record<string, number | string>>;
  readonly answers: readonly {
    readonly prompt: string;
    readonly ids: readonly number[];
    readonly greedy: readonly number[];
    readonly logits: readonly (readonly [number, number])[];
  }[];
  readonly rows: readonly { readonly text: string }[];
  readonly steps: readonly {
    readonly loss: number;
    readonly grad_norm: number;
    readonly learning_rate: number;
  }[];
  readonly tokens: readonly {
    readonly text: string;
    readonly ids: readonly number[];
    readonly withoutDigits?: readonly number[];
  }[];
}

export const goldenSmol = (): GoldenSmol => JSON.parse(readFileSync('tests/golden/smollm2.json', 'utf8'));

function source(of: string): ByteSource {
  const file = openSync(of, 'r');
  return {
    name: of.split('/').at(-1) ?? of,
    size: statSync(of).size,
    read: (offset, length) => {
      const bytes = new Uint8Array(length);
      readSync(file, bytes, 0, length, offset);
      return Promise.resolve(bytes);
    },
  };
}

/** The model, or null without its file. */
export async function smollm2OrNull(): Promise<ModelFiles | null> {
  return existsSync(path) ? ggufModel(source(path)) : null;
}

const folder = path.replace(/\.Q4_1\.gguf$/, '');

/**
 * The same from a folder beside the file, or null without one: '' as transformers saved it, '-onnx' and '-onnx-q4' as ONNX exports, '-q4' with the
 * numbers that ONNX Runtime computes with for the last.
 */
export async function smollm2FolderOrNull(
  ending: '' | '-onnx' | '-onnx-q4' | '-q4' = '',
): Promise<ModelFiles | null> {
  const at = folder + ending;
  if (!existsSync(`${at}/config.json`)) return null;
  return openModel(
    `SmolLM2-135M-Instruct${ending}`,
    readdirSync(at).map((name) => source(`${at}/${name}`)),
  );
}
