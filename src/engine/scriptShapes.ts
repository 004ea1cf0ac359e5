// Shapes of the reading of a script. Values inside the program's calls are checked as values, not for what they mean: the page carries
// them and reads none.
import type { Check } from './ground/shapes.ts';
import { anything, boolean, list, nullable, number, oneOf, record, shape, string } from './ground/shapes.ts';
import { cell, outcome, scriptDiagnosis } from './inspectionShapes.ts';
import type {
  Assumption,
  LineNote,
  ScriptFix,
  ScriptReading,
  Verdict,
  VersionUsed,
} from './laboratory/script/scriptReading.ts';
import type { Program, ProgramCall, ProgramValue, Versions } from './python/program/program.ts';
import { bilingual, recipePatch } from './recipeShapes.ts';

const error = nullable(shape({ type: string, message: string }));
const kind = oneOf('trains', 'silent', 'raises', 'cannot-tell', 'nothing');
const verdict = shape<Verdict>({ kind, line: nullable(number), error, text: bilingual });
const version = shape<VersionUsed>({
  library: oneOf('transformers', 'peft', 'trl', 'torch', 'bitsandbytes'),
  version: string,
  said: nullable(string),
  line: nullable(number),
  modelled: nullable(string),
});
const assumption = shape<Assumption>({ line: nullable(number), text: bilingual });
const lineNote = shape<LineNote>({
  line: number,
  trainable: nullable(shape({ before: number, after: number })),
  effects: list(bilingual),
  warnings: list(string),
  raises: error,
  cut: boolean,
});
const fix = shape<ScriptFix>({ why: bilingual, source: string, verdict: kind });

/** What JSON holds; a program is nothing else. */
const value: Check<ProgramValue> = (one) => {
  if (Array.isArray(one)) return list(value)(one);
  if (typeof one === 'object' && one !== null) return record(value)(one);
  return typeof one === 'function' || typeof one === 'undefined' ? string(one) : anything(one);
};
const call = shape<ProgramCall>({
  line: number,
  callee: string,
  receiver: nullable(shape({ ref: number })),
  args: list(value),
  kwargs: record(value),
});
const versions = shape<Versions>({
  transformers: string,
  peft: string,
  trl: string,
  torch: string,
  bitsandbytes: nullable(string),
});
const program = shape<Program>({ versions, calls: list(call) });

export const scriptReading = shape<ScriptReading>({
  kind: oneOf('script', 'notebook', 'command', 'tool-config', 'adapter-config', 'traceback', 'words'),
  source: string,
  versions: list(version),
  verdict,
  outcome: nullable(outcome),
  strip: list(cell),
  trainableLine: nullable(string),
  diagnoses: list(scriptDiagnosis),
  lines: list(lineNote),
  precision: list(bilingual),
  assumptions: list(assumption),
  notModelled: list(assumption),
  fixes: list(fix),
  patch: recipePatch,
  patchIsWhole: boolean,
  program,
  output: string,
});
