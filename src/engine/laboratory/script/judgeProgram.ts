// A recipe's program judged: the verdict that its reading gave, by acting it out on the model that it names, and then on the page's in that
// one's place. Where both come to the same, the page shows and trains its own; where they don't, it is told why it can't.
import { UserError } from '../../ground/errors.ts';
import { signaturesFor } from '../../libraries/signatures/signatures.ts';
import { buildModel } from '../../models/families.ts';
import { openKnownModels } from '../../models/known/knownModels.ts';
import type { ModelConfig } from '../../models/modelConfig.ts';
import { signaturesOf } from '../../python/program/signatures.ts';
import type { ModelSource } from '../../python/run/acting.ts';
import { knownSource } from '../../python/run/knownSource.ts';
import { Machine } from '../../python/run/machine.ts';
import { standingIn } from '../../python/run/standIn.ts';
import type { Wired } from '../../python/run/wire.ts';
import { wiredModel } from '../../python/run/wire.ts';
import type { RecipeProgram } from '../../recipe/program/program.ts';
import { decidedBy } from '../../recipe/programDecides.ts';
import type { RecipePatch } from '../../recipe/recipe.ts';
import { assertWithinEngine } from '../../training/reach.ts';
import type { Examination, ExamineOptions } from '../inspect/examineTraining.ts';
import type { Diagnosis, Outcome } from '../inspect/inspection.ts';
import { findingsOf } from './findings/findingsOf.ts';
import { ProgramFacts } from './findings/programFacts.ts';
import {
  programElsewhere,
  programEmpty,
  programModel,
  programTable,
  programUnknown,
} from './programErrors.ts';
import { programFixes } from './programFixes.ts';
import type { ReplayWorld } from './replay.ts';
import { replayed } from './replay.ts';
import type { ScriptRun } from './runSource.ts';
import { diagnosesOf, verdictWith } from './scriptDoctor.ts';
import type { Assumption, ScriptDiagnosis, Verdict } from './scriptReading.ts';
import type { Examined } from './subject.ts';
import { examinedRun, raisedBefore } from './subject.ts';

/** A program with what acting it out takes. */
export interface OpenProgram extends ReplayWorld {
  readonly program: RecipeProgram;
}

/** Fetches what the program's releases and models are known by. */
export async function openProgram(program: RecipeProgram): Promise<OpenProgram> {
  const [known, signatures] = await Promise.all([openKnownModels(), signaturesFor(program.versions)]);
  return { program, signatures, models: knownSource(known) };
}

export interface JudgedProgram {
  readonly program: RecipeProgram;
  /** Every setting that its text names. */
  readonly said: RecipePatch;
  /** Of the kind that the reading of the script has; its counts are those of the model that is shown. */
  readonly verdict: Verdict;
  /** On the page's model where it takes the place of the script's, else on that. */
  readonly examination: Examination;
  readonly outcome: Outcome;
  readonly diagnoses: readonly ScriptDiagnosis[];
  /** Repairs of its calls, each tried: the search takes a while, once. */
  readonly fixes: () => Diagnosis['fixes'];
  readonly unsaid: readonly Assumption[];
  /** What the script calls its model. */
  readonly model: string;
  /** Whether the examination is of the page's model in that one's place. */
  readonly onOurs: boolean;
  /** The settings that it decides. */
  readonly decided: RecipePatch;
  /** Why it can't be trained here; null: it can, or raises as the verdict says. */
  readonly unfit: UserError | null;
  /** The model as the training finds it, by the script's wiring; null: it never begins. */
  readonly wired: Wired | null;
}

interface Judged {
  readonly ran: ScriptRun;
  readonly examined: Examined;
  readonly verdict: Verdict;
  readonly diagnoses: readonly ScriptDiagnosis[];
}

function judgedOn(
  { program, signatures }: OpenProgram,
  models: ModelSource,
  options: ExamineOptions,
): Judged {
  const ran = replayed(program, { signatures, models }, options);
  const { source, files, versions } = program;
  const { machine, deciding, run } = ran;
  const examined = examinedRun(machine, source, run, deciding);
  const found = findingsOf(
    new ProgramFacts({
      source,
      files,
      versions,
      machine,
      failure: run.error,
      deciding,
      signatures: signaturesOf(signatures),
    }),
  );
  return {
    ran,
    examined,
    verdict: verdictWith(ran.verdict, found),
    diagnoses: diagnosesOf(examined, ran, found),
  };
}

/** The tree as the training of a call finds it: what comes after it in the script has not happened. */
function wiredAt(open: OpenProgram, models: ModelSource, index: number): Wired | null {
  const { versions, calls } = open.program;
  let wired: Wired | null = null;
  const machine = new Machine({
    stack: { id: 'script', ...versions },
    models,
    signatures: signaturesOf(open.signatures),
    watch: false,
    judge: (event) => {
      if (event.index === index) wired ??= wiredModel(event);
      return null;
    },
  });
  for (const call of calls.slice(0, index + 1)) machine.call(call);
  return wired;
}

/** A table of the base in another shape than the files have it. */
function reshaped({ root, causalPath }: Wired, config: ModelConfig): UserError | null {
  const plain = buildModel(config, { dtype: 'float32', quantType: null, doubleQuant: false });
  for (const name of ['model.embed_tokens', 'lm_head']) {
    const own = root.at(causalPath)?.at(name);
    const base = own?.children.get('base_layer') ?? own?.children.get('original_module') ?? own;
    const found = base?.parameters.get('weight')?.shape ?? [];
    const wanted = plain.at(name)?.parameters.get('weight')?.shape ?? [];
    if (found.some((size, i) => size !== wanted[i])) return programTable({ name, found, wanted });
  }
  return null;
}

function beyond(wired: Wired): UserError | null {
  try {
    assertWithinEngine(wired);
    return null;
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
}

interface Fit {
  readonly here: Judged;
  readonly unfit: UserError | null;
  readonly wired: Wired | null;
}

/** Whether the page's model can stand for the script's: what is shown, and what is trained. */
function fitOf(open: OpenProgram, config: ModelConfig, options: ExamineOptions, theirs: Judged): Fit {
  const { verdict } = theirs;
  const shown = (here: Judged, unfit: UserError | null): Fit => ({ here, unfit, wired: null });
  if (verdict.kind === 'cannot-tell' || verdict.kind === 'nothing')
    return shown(theirs, programUnknown({ says: verdict.text }));
  const models = standingIn(config, open.models);
  const ours = judgedOn(open, models, options);
  const { model } = ours.examined.subject;
  if (!model || 'flow' in model.architecture) {
    const { name = '', script } = theirs.examined.subject.model ?? {};
    const stored = script?.quantisation ? `, ${script.quantisation.method}` : '';
    const type = `${script?.modelType ?? ''}${stored}`;
    return shown(theirs, verdict.kind === 'raises' ? null : programModel({ name, type }));
  }
  const otherError = ours.verdict.error?.type !== verdict.error?.type;
  if (verdict.kind === 'raises' && otherError) return shown(theirs, null);
  if (ours.verdict.kind !== verdict.kind)
    return shown(theirs, programElsewhere({ theirs: verdict.text, ours: ours.verdict.text }));
  const { deciding } = ours.ran;
  if (verdict.kind === 'raises' || !deciding) return shown(ours, null);
  const wired = wiredAt(open, models, deciding.event.index);
  return { here: ours, wired, unfit: wired && (reshaped(wired, config) ?? beyond(wired)) };
}

/** Throws UserError 'program-empty' for a program without a model, which no reading leaves. */
export function judgeProgram(open: OpenProgram, config: ModelConfig, options: ExamineOptions): JudgedProgram {
  const theirs = judgedOn(open, open.models, options);
  const { here, unfit, wired } = fitOf(open, config, options, theirs);
  const { facts, subject, settings } = here.examined;
  if (!subject.model) throw programEmpty({});
  const examination = facts?.examination ?? raisedBefore(here.ran.machine, subject.model);
  const models = here === theirs ? open.models : standingIn(config, open.models);
  let fixes: Diagnosis['fixes'] | null = null;
  return {
    program: open.program,
    said: settings.patch,
    verdict: here.verdict,
    examination,
    outcome: outcomeOf(examination, here.verdict, open.program),
    diagnoses: here.diagnoses,
    fixes: () => {
      fixes ??= fixesOn(open, here, models, options);
      return fixes;
    },
    unsaid: settings.unsaid,
    model: subject.model.name,
    unfit,
    wired,
    onOurs: !('flow' in subject.model.architecture),
    decided: decidedBy(settings.patch),
  };
}

const fixesOn = (
  open: OpenProgram,
  failing: Judged,
  models: ModelSource,
  options: ExamineOptions,
): Diagnosis['fixes'] =>
  programFixes(open.program, failing, (program) => judgedOn({ ...open, program }, models, options));

/** The counts of the training with the kind of the verdict, which knows more than the wiring: labels, what isn't modelled. */
function outcomeOf(
  { outcome, script }: Examination,
  { kind, error, line }: Verdict,
  { source }: RecipeProgram,
): Outcome {
  const said = outcome.error;
  if (!error) return { ...outcome, kind, error: null };
  const same = said?.type === error.type && said.message === error.message;
  const written = line === null ? '' : (source.split('\n')[line - 1]?.trim() ?? '');
  const call = same ? said.call : written || script.call;
  return { ...outcome, kind, error: { ...error, call } };
}
