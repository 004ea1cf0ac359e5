// What the verdict of a run is about, as the doctor looks at it: the model, the call, the examination, the settings that it stands for.

import { decoderOf } from '../../models/families.ts';
import type { ModelSizes } from '../../models/modelSizes.ts';
import type { PythonRun } from '../../python/host/host.ts';
import type { Machine } from '../../python/run/machine.ts';
import type { RecipeValues } from '../../recipe/recipe.ts';
import { defaultValues, withPatch } from '../../recipe/recipe.ts';
import type { Parameter } from '../../torch/nn/module.ts';
import type { DoctorFacts } from '../doctor/facts.ts';
import { factsOf } from '../doctor/facts.ts';
import type { Examination } from '../inspect/examineTraining.ts';
import { outcomeOf } from '../inspect/examineTraining.ts';
import type { GradientState } from '../inspect/inspection.ts';
import type { JudgedTraining } from './judging.ts';
import type { Subject } from './patchEdits.ts';
import type { ProgramSettings } from './settingsOf.ts';
import { settingsOf } from './settingsOf.ts';

const pending = (parameter: Parameter): GradientState => (parameter.requiresGrad ? 'pending' : 'frozen');

/** Sizes that the doctor counts with, off the tree. */
function sizesOf(examination: Examination): ModelSizes {
  const { script, paths } = examination;
  const table = script.causal.at(script.places.embedding)?.parameters.get('weight');
  const head = script.causal.at(script.places.head)?.parameters.get('weight');
  const [vocabSize = 1, hiddenSize = 1] = table?.shape ?? [];
  const layers = script.causal.at(paths.layers)?.children.size ?? 1;
  const tied = table !== undefined && table === head;
  return { hiddenSize, layers, vocabSize, tied, heads: 1, kvHeads: 1, headDim: hiddenSize, maxPositions: 1 };
}

export interface Examined {
  readonly subject: Subject;
  readonly settings: ProgramSettings;
  readonly values: RecipeValues;
  /** null: nothing was loaded. */
  readonly facts: DoctorFacts | null;
}

/** Index of the call whose exception ended the run; the last one where none did. */
const lastIndex = ({ effects, calls }: Machine): number =>
  effects.findLast(({ raised }) => raised)?.index ?? calls.length - 1;

export function examinedRun(
  machine: Machine,
  source: string,
  run: PythonRun,
  deciding: JudgedTraining | null,
): Examined {
  const failing = run.error?.kind === 'raised' && deciding?.examined?.outcome.kind !== 'raises';
  const event = failing ? null : (deciding?.event ?? null);
  const index = event?.index ?? lastIndex(machine);
  const model = event?.model ?? machine.concernedBy(index) ?? machine.models.at(-1) ?? null;
  const trainerRef =
    event && event.trainer !== 'loop' ? machine.calls[event.index]?.receiver?.ref : undefined;
  const failed = machine.calls[index];
  const trainerCall =
    (trainerRef === undefined ? undefined : machine.calls[trainerRef]) ??
    (failed && /Trainer$/.test(failed.callee) ? failed : null);
  const subject: Subject = {
    machine,
    source,
    model,
    index,
    trainer: trainerRef === undefined ? null : machine.trainer(trainerRef),
    trainerCall,
  };
  const settings = settingsOf(machine, model && { model, index, event });
  const values = withPatch(defaultValues, settings.patch);
  const examination = model && (event ? (deciding?.examined ?? null) : raisedBefore(machine, model));
  const facts = examination && factsOf(sizesOf(examination), values, examination, null);
  return { subject, settings, values, facts };
}

/** A model as the script left it, where no training of it is known: something was refused to it, or its trainer isn't modelled. */
export function raisedBefore(
  machine: Machine,
  { script, architecture }: NonNullable<Subject['model']>,
): Examination {
  const paths = 'flow' in architecture ? architecture.paths : decoderOf(architecture).paths;
  const outcome = outcomeOf(script, machine.lastRaised, pending);
  return { script, paths, wired: null, step: null, outcome, gradientOf: pending };
}
