// Files in pieces end up on the disk as they were, each once, and over what was there.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import type { ExportPiece } from '../../src/engine/exchange/export/pieces.ts';
import { writePieces } from './writePieces.ts';

const folder = mkdtempSync(join(tmpdir(), 'pieces-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function* pieces(...all: readonly (readonly [string, string])[]): AsyncGenerator<ExportPiece> {
  for (const [name, text] of all) yield { name, bytes: Uint8Array.from(new TextEncoder().encode(text)) };
}
const written = (name: string): string => readFileSync(join(folder, name), 'utf8');

it('writes each file as its pieces come', async () => {
  writeFileSync(join(folder, 'a'), 'longer than what comes');
  await writePieces(pieces(['a', 'one '], ['a', 'two'], ['deep/b', 'three'], ['c', '']), folder);
  expect(['a', 'deep/b', 'c'].map(written)).toEqual(['one two', 'three', '']);
});

it('leaves what came before a failure', async () => {
  async function* failing(): AsyncGenerator<ExportPiece> {
    yield* pieces(['d', 'half']);
    throw new Error('the model is gone');
  }
  await expect(writePieces(failing(), folder)).rejects.toThrow('the model is gone');
  expect(written('d')).toBe('half');
});
