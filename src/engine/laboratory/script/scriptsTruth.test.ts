// Every script of tests/scripts is read and held against what it does under the real libraries (tests/golden/scripts-truth): outcome,
// exception, its text and line, tensors that train. Where the laboratory says otherwise, disagreements.json gives the reason.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { nodePython } from '../../../../tools/cli/nodePython.ts';
import { signaturesFor } from '../../libraries/signatures/signatures.ts';
import { stackOf } from '../../libraries/stacks.ts';
import { openKnownModels } from '../../models/known/knownModels.ts';
import { knownSource } from './knownSource.ts';
import { readScript } from './readScript.ts';
import type { Golden } from './testing/truth.ts';
import { differences, magicless } from './testing/truth.ts';

const root = new URL('../../../../tests/', import.meta.url);
const goldens: readonly Golden[] = readdirSync(new URL('golden/scripts-truth/', root))
  .filter((name) => name.endsWith('.json'))
  .map((name) => JSON.parse(readFileSync(new URL(`golden/scripts-truth/${name}`, root), 'utf8')));
const known: Record<string, string> = JSON.parse(
  readFileSync(new URL('golden/scripts-truth-disagreements.json', root), 'utf8'),
);
const REPORT = process.env.SCRIPTS_TRUTH_REPORT;

describe('scripts under the real libraries', () => {
  it('the laboratory says what happened', async () => {
    const host = await nodePython();
    const world = { host, signatures: signaturesFor, models: knownSource(await openKnownModels()) };
    const told: Record<string, readonly string[]> = {};
    const judged = goldens.filter(({ outcome }) => outcome !== 'not run');
    for (const golden of judged) {
      const path = new URL(`scripts/${golden.script}`, root);
      if (!existsSync(path) || golden.script.endsWith('.ipynb')) continue;
      const source = magicless(readFileSync(path, 'utf8'));
      const input = { source, argv: golden.argv, files: {}, versions: stackOf(golden.stack), said: [], notes: [] };
      const key = `${golden.script} ${golden.stack}`;
      try {
        const found = differences(golden, await readScript({ kind: 'script', ...input }, world));
        if (found.length > 0) told[key] = found;
      } catch (error) {
        told[key] = [`the reader failed: ${error instanceof Error ? (error.stack ?? '').slice(0, 400) : error}`];
      }
    }
    if (REPORT) {
      const lines = Object.entries(told).map(([key, found]) => `- ${key}\n${found.map((one) => `  - ${one}`).join('\n')}`);
      writeFileSync(REPORT, `${judged.length} runs, ${lines.length} differ\n\n${lines.join('\n')}\n`);
    }
    expect(Object.keys(told).filter((key) => !known[key])).toEqual([]);
    expect(Object.keys(known).filter((key) => !told[key])).toEqual([]);
    expect(Object.keys(told).length).toBeLessThanOrEqual(0.05 * judged.length);
  });
});
