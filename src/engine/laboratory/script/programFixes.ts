// Repairs of a kept program, each tried by acting it out again: only those after which it trains are offered, the one with the fewest changes
// first. Without Python: what is tried are the calls, not the person's text, which the reader of scripts mends.
import type { Text } from '../../ground/text.ts';
import type { RecipeProgram } from '../../recipe/program/program.ts';
import { faultsOf } from '../doctor/diagnose.ts';
import type { Diagnosis } from '../inspect/inspection.ts';
import { mendedProgram } from './programEdits.ts';
import type { Verdict } from './scriptReading.ts';
import type { Examined } from './subject.ts';

const MOST_FIXES = 3;
/** Faults that one repair may remove. */
const DEPTH = 3;
/** Programs that the search may act out. */
const MOST_RUNS = 12;

/** What acting a program out comes to. */
export interface Tried {
  readonly verdict: Verdict;
  readonly examined: Examined;
}

class Search {
  readonly #run: (program: RecipeProgram) => Tried;
  readonly #seen = new Set<string>();
  #runs = 0;

  constructor(run: (program: RecipeProgram) => Tried) {
    this.#run = run;
  }

  *after(
    program: RecipeProgram,
    { examined: { subject, facts, values } }: Pick<Tried, 'examined'>,
  ): Generator<{ readonly why: Text; readonly program: RecipeProgram }> {
    if (!facts) return;
    for (const { why, patch } of faultsOf(facts).flatMap((entry) => entry.proposals(facts))) {
      const mended = mendedProgram(program, subject, values, patch);
      const key = JSON.stringify(mended?.calls);
      if (!mended || this.#seen.has(key)) continue;
      this.#seen.add(key);
      yield { why, program: mended };
    }
  }

  /** The program, with what more it takes until it trains; null where nothing helps. */
  complete(program: RecipeProgram, depth: number): RecipeProgram | null {
    if (this.#runs++ >= MOST_RUNS) return null;
    const tried = this.#run(program);
    if (tried.verdict.kind === 'trains') return program;
    if (depth === 0) return null;
    for (const next of this.after(program, tried)) {
      const found = this.complete(next.program, depth - 1);
      if (found) return found;
    }
    return null;
  }
}

/** `run` acts a program out. */
export function programFixes(
  program: RecipeProgram,
  failing: Tried,
  run: (program: RecipeProgram) => Tried,
): Diagnosis['fixes'] {
  const { kind } = failing.verdict;
  if (kind !== 'raises' && kind !== 'silent') return [];
  const search = new Search(run);
  const fixes: Diagnosis['fixes'][number][] = [];
  for (const candidate of search.after(program, failing)) {
    if (fixes.length === MOST_FIXES) break;
    const found = search.complete(candidate.program, DEPTH - 1);
    if (!found) continue;
    const code = found.changes.slice(program.changes.length).join('\n');
    fixes.push({ code, why: candidate.why, patch: {}, program: found });
  }
  return fixes.sort((a, b) => a.code.split('\n').length - b.code.split('\n').length);
}
