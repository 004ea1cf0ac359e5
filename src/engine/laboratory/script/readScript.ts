// Reads a script by running it, and says what came of it: the verdict, what each line did, why it doesn't train and what mends it. Leaves out
// what a pasted text is and which versions it names; the caller brings both.
import type { Note } from '../../python/program/bridge.ts';
import { trainableLine } from '../../python/run/trainableLine.ts';
import { countParameters } from '../../torch/nn/counts.ts';
import { findingsOf } from './findings/findingsOf.ts';
import { lineNotes } from './lineNotes.ts';
import { precisionNotes } from './precisionNotes.ts';
import { keptProgram } from './replay.ts';
import type { ScriptInput, ScriptWorld } from './runSource.ts';
import { runSource } from './runSource.ts';
import { diagnosesOf, factsIn, fixesOf, verdictWith } from './scriptDoctor.ts';
import type { Assumption, ScriptReading } from './scriptReading.ts';
import { examinedRun } from './subject.ts';
import { unseenAfter } from './verdict.ts';

export type { ScriptInput, ScriptWorld } from './runSource.ts';

const toAssumption = ({ line, text }: Note): Assumption => ({
  line: line > 0 ? line : null,
  text: typeof text === 'string' ? { en: text, zh: text } : text,
});

export interface ReadingOptions {
  /** Whether repairs are looked for: each is a reading of its own. Default: yes. */
  readonly fixes?: boolean;
}

/** `instead`: asked before repairs are looked for; what it gives is the reading. */
export async function readScript(
  input: ScriptInput,
  world: ScriptWorld,
  options: ReadingOptions = {},
  instead?: (verdict: ScriptReading['verdict']) => Promise<ScriptReading | null>,
): Promise<ScriptReading> {
  const ran = await runSource(input, world);
  const { machine, run, deciding, cut } = ran;
  const kept = keptProgram(ran, input);
  // Before the fixes are tried: the trees say how the script left them.
  const examined = examinedRun(machine, input.source, run, deciding);
  const facts = await factsIn(input, world, ran);
  const found = findingsOf(facts);
  const verdict = verdictWith(ran.verdict, found);
  const other = await instead?.(verdict);
  if (other) return other;
  const unseen = unseenAfter(run.error, ran.verdict);
  const diagnoses = diagnosesOf(examined, ran, found);
  const model = deciding?.event.model ?? machine.models.at(-1) ?? null;
  const of = (kind: Note['kind']): Assumption[] => [
    ...input.notes.filter((note) => note.kind === kind).map(({ line, text }) => ({ line, text })),
    ...machine.notes.filter((note) => note.kind === kind).map(toAssumption),
  ];
  return {
    kind: input.kind,
    source: input.source,
    configLines: [],
    versions: input.said,
    verdict,
    outcome: deciding?.examined?.outcome ?? null,
    strip: deciding?.strip ?? [],
    trainableLine: model && trainableLine(countParameters(model.root), model.script.behaves('trainableLine')),
    diagnoses,
    lines: lineNotes(machine, cut),
    precision: precisionNotes(facts),
    assumptions: of('assumption'),
    notModelled: [
      ...of('not-modelled'),
      ...(unseen ? [{ line: run.error?.line ?? null, text: unseen }] : []),
    ],
    fixes: options.fixes === false ? [] : await fixesOf(input, world, examined, ran),
    patch: examined.settings.patch,
    unsaid: examined.settings.unsaid,
    program: kept,
    output: run.output,
  };
}
