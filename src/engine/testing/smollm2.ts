// Test-only: SmolLM2-135M-Instruct from its GGUF file, where a person has put one; it is never committed. Without the file
// its tests are skipped by name.
import { existsSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { ByteSource } from '../ground/formats/byteSource.ts';
import { ggufModel } from '../models/gguf/ggufModel.ts';
import type { ModelFiles } from '../models/modelFiles.ts';

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

function source(): ByteSource {
  const file = openSync(path, 'r');
  return {
    name: path.split('/').at(-1) ?? path,
    size: statSync(path).size,
    read: (offset, length) => {
      const bytes = new Uint8Array(length);
      readSync(file, bytes, 0, length, offset);
      return Promise.resolve(bytes);
    },
  };
}

/** The model, or null without its file. */
export async function smollm2OrNull(): Promise<ModelFiles | null> {
  return existsSync(path) ? ggufModel(source()) : null;
}
