// Every script of tests/scripts is read and held against what it does under the real libraries (tests/golden/scripts-truth): outcome,
// exception, its text and line, tensors that train. Where the laboratory says otherwise, disagreements.json gives the reason. What settings
// can't say of a script, a recipe keeps: it says the same through file and link.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readScript } from '../../src/engine/laboratory/script/readScript.ts';
import { inputOf } from '../../src/engine/laboratory/script/readText.ts';
import { keptDifferences } from '../../src/engine/laboratory/script/testing/kept.ts';
import type { Golden } from '../../src/engine/laboratory/script/testing/truth.ts';
import { differences, versionsOf } from '../../src/engine/laboratory/script/testing/truth.ts';
import { signaturesFor } from '../../src/engine/libraries/signatures/signatures.ts';
import { openKnownModels } from '../../src/engine/models/known/knownModels.ts';
import { knownSource } from '../../src/engine/python/run/knownSource.ts';
import { Assets } from '../../src/engine/session/assets.ts';
import { nodePython } from './nodePython.ts';
import { readPublic } from './readPublic.ts';

const root = new URL('../../tests/', import.meta.url);
const goldens: readonly Golden[] = readdirSync(new URL('golden/scripts-truth/', root))
  .filter((name) => name.endsWith('.json'))
  .map((name) => JSON.parse(readFileSync(new URL(`golden/scripts-truth/${name}`, root), 'utf8')));
/** `script stack`: why the laboratory says otherwise. */
const known: Record<string, string> = JSON.parse(
  readFileSync(new URL('golden/scripts-truth-disagreements.json', root), 'utf8'),
);
const REPORT = process.env.SCRIPTS_TRUTH_REPORT;

function report(path: string, total: number, told: ReadonlyMap<string, readonly string[]>): void {
  const kinds = new Map<string, string[]>();
  for (const [key, found] of told) {
    const kind = found[0]?.split(' ')[0] ?? '';
    kinds.set(kind, [...(kinds.get(kind) ?? []), `- ${key}\n${found.map((one) => `  - ${one}`).join('\n')}`]);
  }
  const groups = [...kinds].map(([kind, lines]) => `## ${kind}: ${lines.length}\n\n${lines.join('\n')}\n`);
  writeFileSync(path, `${total} runs, ${told.size} differ\n\n${groups.join('\n')}`);
}

describe('scripts under the real libraries', () => {
  it('the laboratory says what happened', async () => {
    const host = await nodePython();
    const world = { host, signatures: signaturesFor, models: knownSource(await openKnownModels()) };
    const { config } = await new Assets(readPublic).model();
    const told = new Map<string, readonly string[]>();
    const kept = new Map<string, readonly string[]>();
    let count = 0;
    const judged = goldens.filter(({ outcome }) => outcome !== 'not run');
    for (const golden of judged) {
      const path = new URL(`scripts/${golden.script}`, root);
      const key = `${golden.script} ${golden.stack}`;
      expect(existsSync(path), key).toBe(true);
      const { input } = await inputOf(readFileSync(path, 'utf8'), {
        name: golden.script,
        versions: versionsOf(golden),
      });
      try {
        const reading = await readScript({ ...input, argv: golden.argv }, world, { fixes: false });
        const found = differences(golden, reading);
        // Every second: what acts them out again is the same machine.
        if (reading.program && reading.unsaid.length > 0 && count++ % 2 === 0)
          kept.set(key, await keptDifferences(reading, config));
        if (found.length > 0) told.set(key, found);
      } catch (error) {
        told.set(key, [
          `FAILED ${error instanceof Error ? (error.stack ?? '').slice(0, 500) : String(error)}`,
        ]);
      }
    }
    if (REPORT) report(REPORT, judged.length, told);
    expect([...told.keys()].filter((key) => !known[key])).toEqual([]);
    expect(Object.keys(known).filter((key) => !told.has(key))).toEqual([]);
    expect(kept.size).toBeGreaterThan(50);
    expect([...kept].filter(([, found]) => found.length > 0)).toEqual([]);
    expect(told.size).toBeLessThanOrEqual(0.05 * judged.length);
  });
});
