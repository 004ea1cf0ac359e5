// A script that came with its traceback or log: what the two say of each other, and, where running the script shows no fault, the causes
// that the error alone leads to.

import { frameLine } from '../../python/paste/frameLine.ts';
import type { Pasted } from '../../python/paste/pasted.ts';
import type { TracebackFrame } from '../../python/paste/traceback.ts';
import { readTraceback } from '../../python/paste/traceback.ts';
import type { SaidVersions } from './causes.ts';
import { causesOf, compareWith } from './causes.ts';
import type { ScriptReading } from './scriptReading.ts';

/** The reading with what stood beside the script taken into account; as it is where that was nothing. */
export function withEvidence(
  reading: ScriptReading,
  evidence: string,
  places: Pick<Pasted, 'lineOf' | 'cells'> = { lineOf: [], cells: [] },
): ScriptReading {
  const traceback = evidence === '' ? null : readTraceback(evidence);
  if (!traceback) return reading;
  const placeOf = (frame: TracebackFrame) => frameLine(frame, { ...places, source: reading.source });
  const compared = { line: reading.verdict.line, text: compareWith(traceback, reading.verdict, placeOf) };
  const assumptions = [compared, ...reading.assumptions];
  // What the script itself shows comes before what an error may mean.
  if (reading.verdict.kind === 'raises' || reading.verdict.kind === 'silent')
    return { ...reading, assumptions };
  const said: SaidVersions = Object.fromEntries(
    reading.versions
      .filter(({ said: words }) => words !== null)
      .map(({ library, version }) => [library, version]),
  );
  const possible = causesOf(traceback, said).causes.map(({ id, cause, tells }) => ({
    id,
    lines: [],
    severity: 'cause' as const,
    cause,
    evidence: [tells],
    notTheCause: [],
    fixes: [],
  }));
  return { ...reading, assumptions, diagnoses: [...reading.diagnoses, ...possible] };
}
