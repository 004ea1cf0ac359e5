// Shapes of the reading of a script.
import { boolean, list, nullable, number, oneOf, shape, string } from './ground/shapes.ts';
import { cell, outcome, scriptDiagnosis } from './inspectionShapes.ts';
import type {
  Assumption,
  LineNote,
  ScriptFix,
  ScriptReading,
  Verdict,
  VersionUsed,
} from './laboratory/script/scriptReading.ts';
import { recipeProgram } from './recipe/program/programShape.ts';
import { bilingual, recipePatch } from './recipe/recipeShapes.ts';

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

export const scriptReading = shape<ScriptReading>({
  kind: oneOf('script', 'notebook', 'command', 'tool-config', 'adapter-config', 'traceback', 'words'),
  source: string,
  configLines: list(number),
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
  unsaid: list(assumption),
  program: nullable(recipeProgram),
  output: string,
});
