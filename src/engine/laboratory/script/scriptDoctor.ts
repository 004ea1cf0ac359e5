// Why a script doesn't train or not as meant, and what mends it in its own text: findings about the program, the settings' entries on what
// its training left, and each repair tried by reading the text again. Only those that help are offered.
import type { Text } from '../../ground/text.ts';
import { text } from '../../ground/text.ts';
import { signaturesOf } from '../../python/program/signatures.ts';
import { faultsOf } from '../doctor/diagnose.ts';
import type { Found } from './findings/finding.ts';
import { findingsOf } from './findings/findingsOf.ts';
import { ProgramFacts } from './findings/programFacts.ts';
import type { ScriptEdit } from './findings/scriptEdit.ts';
import { applyEdits } from './findings/scriptEdit.ts';
import { editsOf } from './patchEdits.ts';
import type { ScriptInput, ScriptRun, ScriptWorld } from './runSource.ts';
import { runSource } from './runSource.ts';
import type { ScriptDiagnosis, ScriptFix, Verdict, VerdictKind } from './scriptReading.ts';
import type { Examined } from './subject.ts';
import { examinedRun } from './subject.ts';

const MOST_FIXES = 3;
/** Repairs that one offer may join. */
const DEPTH = 4;
/** Readings that the search may take. */
const MOST_RUNS = 14;

interface Candidate {
  readonly why: Text;
  readonly edits: readonly ScriptEdit[];
  /** The finding that it is of; null: of the settings' doctor. */
  readonly of: string | null;
}

/** What a release says to a call or an import that it doesn't know; every other error may be the script's own. */
const OF_RELEASE =
  /got an unexpected keyword argument|^cannot import name|^No module named '(transformers|peft|trl)/;

const errorCause = ({ type, message }: { readonly type: string; readonly message: string }): Text =>
  OF_RELEASE.test(message)
    ? text(
        `The version that this script runs on refuses it: ${type}: ${message}`,
        `脚本所用的版本拒绝：${type}: ${message}`,
      )
    : text(`The script ends in ${type}: ${message}`, `脚本以 ${type} 结束：${message}`);

const fails = (kind: VerdictKind): boolean => kind === 'raises' || kind === 'silent';

/** What the doctor looks at, of the program that ran. */
export async function factsIn(input: ScriptInput, world: ScriptWorld, ran: ScriptRun): Promise<ProgramFacts> {
  const { source, files, versions } = input;
  const signatures = signaturesOf(await world.signatures(versions));
  const { machine, deciding, run } = ran;
  return new ProgramFacts({ source, files, versions, machine, failure: run.error, deciding, signatures });
}

const findingsIn = async (input: ScriptInput, world: ScriptWorld, ran: ScriptRun): Promise<Found[]> =>
  findingsOf(await factsIn(input, world, ran));

/** The doctor's words, what stops it first; beside a script that trains, what it does otherwise than meant. */
export function diagnosesOf({ facts }: Examined, run: ScriptRun, found: readonly Found[]): ScriptDiagnosis[] {
  const failing = fails(run.verdict.kind);
  const told = found.map(
    ({ id, lines, severity, cause, evidence }): ScriptDiagnosis => ({
      id,
      lines,
      severity,
      cause,
      evidence,
      notTheCause: [],
      fixes: [],
    }),
  );
  const causes = told.filter(({ severity }) => severity === 'cause');
  const known = new Set(causes.map(({ id }) => id));
  const stated = (failing && facts ? faultsOf(facts) : []).flatMap((entry): ScriptDiagnosis[] =>
    facts === null || known.has(entry.id)
      ? []
      : [
          {
            id: entry.id,
            lines: run.verdict.line === null ? [] : [run.verdict.line],
            severity: 'cause',
            cause: entry.cause(facts),
            evidence: entry.evidence(facts),
            notTheCause: entry.notTheCause,
            fixes: [],
          },
        ],
  );
  const { error, line } = run.verdict;
  const all = [...causes, ...stated];
  if (failing && all.length === 0 && error !== null)
    all.push({
      id: error.message.includes('got an unexpected keyword argument') ? 'argument-unknown' : 'raised',
      lines: line === null ? [] : [line],
      severity: 'cause',
      cause: errorCause(error),
      evidence: [],
      notTheCause: [],
      fixes: [],
    });
  return [...all, ...told.filter(({ severity }) => severity === 'warning')];
}

/** The verdict with what no wiring sees: labels, shards, the optimiser of a loop. */
export function verdictWith(verdict: Verdict, found: readonly Found[]): Verdict {
  const decides = found.find(({ ends }) => ends !== undefined);
  const known = fails(verdict.kind) || verdict.kind === 'nothing';
  if (!decides?.ends || known) return verdict;
  const { kind, error } = decides.ends;
  return { kind, error, line: decides.lines.at(-1) ?? verdict.line, text: decides.cause };
}

const ofFindings = (found: readonly Found[]): Candidate[] =>
  found.flatMap(({ id, proposals }) =>
    proposals.flatMap(({ why, ways }) => ways.map((edits): Candidate => ({ why, edits, of: id }))),
  );

/** Repairs of what stops it: the program's own lines first, then the settings that it stands for. */
function candidates(
  { subject, facts }: Examined,
  { verdict }: ScriptRun,
  found: readonly Found[],
): Candidate[] {
  const causes = found.filter(({ severity }) => severity === 'cause');
  const stated =
    facts && fails(verdict.kind) ? faultsOf(facts).flatMap((entry) => entry.proposals(facts)) : [];
  const mended = stated.flatMap(({ why, patch }): Candidate[] => {
    const edits = editsOf(subject, patch);
    return edits && edits.length > 0 ? [{ why, edits, of: null }] : [];
  });
  return [...ofFindings(causes), ...mended];
}

interface Repaired extends Omit<ScriptFix, 'why'> {
  /** Repairs that it joins. */
  readonly steps: number;
}

interface Tried {
  readonly input: ScriptInput;
  readonly ran: ScriptRun;
}

class Search {
  readonly #world: ScriptWorld;
  readonly #seen = new Set<string>();
  readonly #before: VerdictKind;
  #runs = 0;

  constructor(input: ScriptInput, world: ScriptWorld, before: VerdictKind) {
    this.#world = world;
    this.#before = before;
    this.#seen.add(input.source);
  }

  get spent(): boolean {
    return this.#runs >= MOST_RUNS;
  }

  async #read(input: ScriptInput, edits: readonly ScriptEdit[]): Promise<Tried | null> {
    const changed = await applyEdits(input.source, edits, this.#world.host);
    if (changed === null || this.#seen.has(changed.source) || this.spent) return null;
    this.#seen.add(changed.source);
    this.#runs++;
    const next = {
      ...input,
      source: changed.source,
      versions: { ...input.versions, ...changed.pins },
    };
    return { input: next, ran: await runSource(next, this.#world) };
  }

  /** The text after the edits, and after what else it then takes; null where none of it helps. */
  async repaired(input: ScriptInput, candidate: Candidate, depth: number): Promise<Repaired | null> {
    const tried = await this.#read(input, candidate.edits);
    if (!tried) return null;
    const { ran } = tried;
    const { source } = tried.input;
    const { kind } = ran.verdict;
    const found = await findingsIn(tried.input, this.#world, ran);
    const there = found.some(({ id, severity }) => severity === 'cause' || id === candidate.of);
    const asBefore = kind === 'trains' || (!fails(kind) && !fails(this.#before) && kind === this.#before);
    if (asBefore && !there) return { source, verdict: kind, steps: 1 };
    // What can't be told is better than what surely fails.
    if (kind === 'cannot-tell' && fails(this.#before) && !there) return { source, verdict: kind, steps: 1 };
    if (depth === 0) return null;
    const examined = examinedRun(ran.machine, source, ran.run, ran.deciding);
    for (const more of candidates(examined, ran, found)) {
      const fix = await this.repaired(tried.input, more, depth - 1);
      if (fix) return { ...fix, steps: fix.steps + 1 };
      if (this.spent) break;
    }
    return null;
  }
}

/** Repairs of the text that were tried and help, best first. */
export async function fixesOf(
  input: ScriptInput,
  world: ScriptWorld,
  examined: Examined,
  run: ScriptRun,
): Promise<ScriptFix[]> {
  const found = await findingsIn(input, world, run);
  const isCause = fails(run.verdict.kind) || found.some(({ severity }) => severity === 'cause');
  const search = new Search(input, world, run.verdict.kind);
  const fixes: (ScriptFix & Repaired)[] = [];
  const proposed = isCause ? candidates(examined, run, found) : ofFindings(found);
  const mended = new Set<string>();
  for (const candidate of proposed) {
    if (fixes.length === MOST_FIXES || search.spent) break;
    // Of one proposal the first way that helps.
    if (mended.has(candidate.why.en)) continue;
    const fix = await search.repaired(input, candidate, isCause ? DEPTH - 1 : 0);
    if (!fix) continue;
    mended.add(candidate.why.en);
    fixes.push({ ...fix, why: candidate.why });
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
