// What it takes to read scripts when Python is open: the whole of it (run, judge, say what each line did) and with the search for repairs,
// which reads the mended text again and again. Beside it one empty script on the same interpreter, so that figures of two machines compare.
import { readdirSync, readFileSync } from 'node:fs';
import { readText } from '../../src/engine/laboratory/script/readText.ts';
import type { ScriptWorld } from '../../src/engine/laboratory/script/runSource.ts';
import { signaturesFor } from '../../src/engine/libraries/signatures/signatures.ts';
import { openKnownModels } from '../../src/engine/models/known/knownModels.ts';
import { knownSource } from '../../src/engine/python/run/knownSource.ts';
import { nodePython } from '../cli/nodePython.ts';
import { median } from './peak.ts';

export interface ReadingResult {
  readonly name: string;
  readonly lines: number;
  readonly emptyMs: number;
  readonly readMs: number;
  readonly withRepairsMs: number;
}

const folder = 'tests/scripts/own';
const rounds = 7;

/** The longest of our own scripts, around sixty lines. */
function longest(count: number): { readonly name: string; readonly text: string; readonly lines: number }[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.py'))
    .map((name) => {
      const text = readFileSync(`${folder}/${name}`, 'utf8');
      return { name, text, lines: text.split('\n').length };
    })
    .sort((a, b) => b.lines - a.lines)
    .slice(0, count);
}

export async function measureReadings(): Promise<ReadingResult[]> {
  const [host, models] = await Promise.all([nodePython(), openKnownModels()]);
  const world: ScriptWorld = { host, signatures: signaturesFor, models: knownSource(models) };
  const timed = async (text: string, fixes: boolean): Promise<number> => {
    const started = performance.now();
    await readText(text, world, { fixes });
    return performance.now() - started;
  };
  const results: ReadingResult[] = [];
  for (const { name, text, lines } of longest(6)) {
    const all: number[][] = [];
    for (let round = 0; round < rounds; round++)
      all.push([await timed('pass\n', false), await timed(text, false), await timed(text, true)]);
    // The first rounds load the signatures and compile.
    const of = (i: number): number => median(all.slice(2).map((one) => one[i] ?? 0)) ?? 0;
    results.push({ name, lines, emptyMs: of(0), readMs: of(1), withRepairsMs: of(2) });
  }
  return results;
}
