// Shapes of what an inspection says and a reading of a script repeats: the tree, the strip's cells, outcome and diagnosis.
import type { Check } from './ground/shapes.ts';
import {
  anything,
  boolean,
  list,
  nullable,
  number,
  oneOf,
  optional,
  record,
  shape,
  string,
} from './ground/shapes.ts';
import type {
  Diagnosis,
  ModuleInfo,
  Outcome,
  ParameterInfo,
  ProgramReport,
  StripCell,
} from './laboratory/inspect/inspection.ts';
import type { ScriptDiagnosis } from './laboratory/script/scriptReading.ts';
import { recipeProgram } from './recipe/program/programShape.ts';
import { bilingual, recipePatch } from './recipe/recipeShapes.ts';

export const gradient = oneOf('frozen', 'none', 'zero', 'nonzero', 'pending');
const parameter = shape<ParameterInfo>({
  name: string,
  shape: list(number),
  dtype: string,
  quantised: nullable(oneOf('nf4', 'fp4')),
  requiresGrad: boolean,
  gradient,
  bytes: number,
  normIndex: nullable(number),
});
export const moduleInfo: Check<ModuleInfo> = shape<ModuleInfo>({
  path: string,
  name: string,
  className: string,
  children: list<ModuleInfo>((value) => moduleInfo(value)),
  parameters: list(parameter),
  output: nullable(shape({ requiresGrad: boolean, gradFn: nullable(string) })),
});
export const cell = shape<StripCell>({
  id: string,
  path: string,
  requiresGrad: boolean,
  gradFn: nullable(string),
  trainable: number,
  received: oneOf('nothing-trainable', 'all', 'some', 'none', 'zero'),
  checkpoint: oneOf('off', 'reentrant', 'non-reentrant'),
  underNoGrad: boolean,
  cut: boolean,
});
export const stepKind = oneOf('trains', 'silent', 'raises');
export const outcome = shape<Outcome>({
  kind: oneOf('trains', 'silent', 'raises', 'cannot-tell', 'nothing'),
  error: nullable(shape({ type: string, message: string, call: string })),
  warnings: list(shape({ category: string, message: string, call: string })),
  trainableTensors: number,
  allTensors: number,
  noneGradients: number,
  zeroGradients: number,
  nonzeroGradients: number,
});
export const programReport = shape<ProgramReport>({
  says: bilingual,
  line: nullable(number),
  unsaid: list(shape({ line: nullable(number), text: bilingual })),
  model: string,
  onOurs: boolean,
  unfit: nullable(shape({ message: bilingual, remedy: bilingual })),
  decided: recipePatch,
});
const diagnosed = {
  id: string,
  cause: bilingual,
  evidence: list(bilingual),
  notTheCause: list(bilingual),
  fixes: list(
    shape<Diagnosis['fixes'][number]>({
      code: string,
      why: bilingual,
      patch: record(anything),
      program: optional(recipeProgram),
    }),
  ),
};
export const diagnosis = shape<Diagnosis>(diagnosed);
export const scriptDiagnosis = shape<ScriptDiagnosis>({
  ...diagnosed,
  lines: list(number),
  severity: oneOf('cause', 'warning'),
});
