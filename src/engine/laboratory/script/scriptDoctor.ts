// Why a script doesn't train, and what mends it in its own text: the doctor's entries on what its training left, their repairs as edits, and
// each repair tried by reading the text again. Only those that end in training are offered.
import type { Text } from '../../ground/text.ts';
import { text } from '../../ground/text.ts';
import type { Edit } from '../../python/host/host.ts';
import { faultsOf } from '../doctor/diagnose.ts';
import type { Diagnosis } from '../inspect/inspection.ts';
import { frozenByHand, ownRepairs } from './ownRepairs.ts';
import { editsOf } from './patchEdits.ts';
import type { ScriptInput, ScriptRun, ScriptWorld } from './runSource.ts';
import { runSource } from './runSource.ts';
import type { ScriptFix } from './scriptReading.ts';
import type { Examined } from './subject.ts';
import { examinedRun } from './subject.ts';

const MOST_FIXES = 3;
/** Repairs that one offer may join. */
const DEPTH = 4;
/** Readings that the search may take. */
const MOST_RUNS = 12;

interface Candidate {
  readonly why: Text;
  readonly edits: readonly Edit[];
}

const argumentCause = (message: string): Text =>
  text(`The version that this script runs on refuses it: ${message}`, `脚本所用的版本拒绝：${message}`);

/** The doctor's words on a run that fails, what stops it first. */
export function diagnosesOf({ facts, subject }: Examined, run: ScriptRun): Diagnosis[] {
  if (run.verdict.kind !== 'raises' && run.verdict.kind !== 'silent') return [];
  const found = facts ? faultsOf(facts) : [];
  const told: Diagnosis[] = facts
    ? found.map((entry) => ({
        id: entry.id,
        cause: entry.cause(facts),
        evidence: entry.evidence(facts),
        notTheCause: entry.notTheCause,
        fixes: [],
      }))
    : [];
  const byHand = frozenByHand(subject);
  if (byHand && run.verdict.error?.type !== 'TypeError')
    return [
      {
        id: 'frozen-by-hand',
        cause: byHand.why,
        evidence: [],
        notTheCause: [],
        fixes: [],
      },
      ...told,
    ];
  const { error } = run.verdict;
  if (told.length > 0 || error === null) return told;
  const id = error.type === 'TypeError' ? 'argument-unknown' : 'raised';
  return [
    { id, cause: argumentCause(`${error.type}: ${error.message}`), evidence: [], notTheCause: [], fixes: [] },
  ];
}

function candidates(examined: Examined, run: ScriptRun): Candidate[] {
  const { subject, facts } = examined;
  const own = ownRepairs(subject, run.run.error);
  const stated = (facts ? faultsOf(facts) : []).flatMap((entry) => (facts ? entry.proposals(facts) : []));
  const mended = stated.flatMap(({ why, patch }): Candidate[] => {
    const edits = editsOf(subject, patch);
    return edits && edits.length > 0 ? [{ why, edits }] : [];
  });
  return [...own, ...mended];
}

interface Repaired extends Omit<ScriptFix, 'why'> {
  /** Repairs that it joins. */
  readonly steps: number;
}

class Search {
  readonly #input: ScriptInput;
  readonly #world: ScriptWorld;
  readonly #seen = new Set<string>();
  #runs = 0;

  constructor(input: ScriptInput, world: ScriptWorld) {
    this.#input = input;
    this.#world = world;
    this.#seen.add(input.source);
  }

  get spent(): boolean {
    return this.#runs >= MOST_RUNS;
  }

  /** The text after the edits, and after what else it then takes; null where none of it trains. */
  async repaired(source: string, edits: readonly Edit[], depth: number): Promise<Repaired | null> {
    const changed = await this.#world.host.edit(source, edits);
    if (changed === null || this.#seen.has(changed) || this.spent) return null;
    this.#seen.add(changed);
    this.#runs++;
    const run = await runSource({ ...this.#input, source: changed }, this.#world);
    const { kind } = run.verdict;
    if (kind === 'trains' || kind === 'cannot-tell') return { source: changed, verdict: kind, steps: 1 };
    if (depth === 0 || (kind !== 'raises' && kind !== 'silent')) return null;
    const examined = examinedRun(run.machine, changed, run.run, run.deciding);
    for (const { edits: more } of candidates(examined, run)) {
      const fix = await this.repaired(changed, more, depth - 1);
      if (fix) return { ...fix, steps: fix.steps + 1 };
      if (this.spent) break;
    }
    return null;
  }
}

/** Repairs of the text that were tried and train, best first. */
export async function fixesOf(
  input: ScriptInput,
  world: ScriptWorld,
  examined: Examined,
  run: ScriptRun,
): Promise<ScriptFix[]> {
  if (run.verdict.kind !== 'raises' && run.verdict.kind !== 'silent') return [];
  const search = new Search(input, world);
  const fixes: (ScriptFix & Repaired)[] = [];
  for (const { why, edits } of candidates(examined, run)) {
    if (fixes.length === MOST_FIXES || search.spent) break;
    const fix = await search.repaired(input.source, edits, DEPTH - 1);
    if (fix) fixes.push({ ...fix, why });
  }
  // What only leads to where nothing can be told is offered where nothing trains.
  const trains = fixes.filter(({ verdict }) => verdict === 'trains');
  return fewestChanges(trains.length > 0 ? trains : fixes);
}

function fewestChanges(fixes: readonly (ScriptFix & Repaired)[]): ScriptFix[] {
  // Where one change does it, what takes several is no better.
  const fewest = Math.min(...fixes.map(({ steps }) => steps));
  return fixes
    .filter(({ steps }) => steps === fewest || fewest > 1)
    .map(({ why, source, verdict }) => ({ why, source, verdict }));
}
