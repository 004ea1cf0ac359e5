// The doctor: which entries fit a recipe, best first, with only those repairs that were tried on the tape and lead to
// training. A repair that leaves another fault is joined with the repair of that one.

import { chosenMethod } from '../../adapters/methods.ts';
import type { RowFacts } from '../../data/rowFacts.ts';
import type { ModelConfig } from '../../models/modelConfig.ts';
import type { RecipePatch, RecipeValues } from '../../recipe/recipe.ts';
import { withPatch } from '../../recipe/recipe.ts';
import type { ExamineOptions } from '../inspect/examine.ts';
import { examine } from '../inspect/examine.ts';
import type { Diagnosis } from '../inspect/inspection.ts';
import { numberAdvice } from './entries/advice.ts';
import { frozenEntries } from './entries/frozen.ts';
import { graphCutEntries } from './entries/graphCut.ts';
import { numberEntries } from './entries/numbers.ts';
import { refusedEntries } from './entries/refused.ts';
import { targetAdvice, targetEntries } from './entries/targets.ts';
import type { DoctorEntry, Proposal } from './entry.ts';
import type { DoctorFacts } from './facts.ts';
import { factsOf } from './facts.ts';

/** In order of precedence: what stops the script first, then what cuts the graph, then what makes it useless. */
const faults: readonly DoctorEntry[] = [
  ...targetEntries,
  ...frozenEntries,
  ...refusedEntries,
  ...graphCutEntries,
  ...numberEntries,
];
/** The first entry that fits something that doesn't train: what stops it. */
export const faultsOf = (facts: DoctorFacts): readonly DoctorEntry[] =>
  faults.filter((entry) => entry.match(facts));

/** Told beside an outcome that trains. */
const advice: readonly DoctorEntry[] = [...targetAdvice, ...numberAdvice];

const MOST_FIXES = 4;
/** How many faults one offered repair may remove. */
const DEPTH = 3;

export interface Patient {
  readonly config: ModelConfig;
  readonly values: RecipeValues;
  readonly options: ExamineOptions;
  readonly rows: RowFacts | null;
}

interface Repair {
  readonly codes: readonly string[];
  readonly patch: RecipePatch;
}

/** Whether masked labels would still be there: a change of what is trained on may unmask them, which only the rows tell. */
function masked(options: ExamineOptions, patch: RecipePatch): ExamineOptions {
  const touchesRows =
    'train.max_length' in patch ||
    'train.completion_only_loss' in patch ||
    'train.assistant_only_loss' in patch;
  return touchesRows ? { ...options, allMasked: false } : options;
}

/** What more it takes, after `patch`, until the run trains; null when the doctor knows no way. */
function completeRepair(patient: Patient, patch: RecipePatch, depth: number): Repair | null {
  const values = withPatch(patient.values, patch);
  const options = masked(patient.options, patch);
  const examination = examine(patient.config, values, options);
  if (examination.outcome.kind === 'trains') return { codes: [], patch };
  if (depth === 0) return null;
  const facts = factsOf(patient.config, values, examination, patient.rows);
  const entry = faults.find((candidate) => candidate.match(facts));
  for (const proposal of entry?.proposals(facts) ?? []) {
    if (changesNothing(values, proposal.patch)) continue;
    const rest = completeRepair(patient, { ...patch, ...proposal.patch }, depth - 1);
    if (rest) return { codes: [proposal.code, ...rest.codes], patch: rest.patch };
  }
  return null;
}

const changesNothing = (values: RecipeValues, patch: RecipePatch): boolean =>
  Object.entries(patch).every(([key, value]) =>
    Object.entries(values).some(([name, current]) => name === key && current === value),
  );

type Fix = Diagnosis['fixes'][number];

/** Entries write the class of most scripts; a person reads the one of their method. */
const inTheirClass = (code: string, values: RecipeValues): string =>
  code.replaceAll('LoraConfig(', `${chosenMethod(values).config.className}(`);

function verifiedFixes(patient: Patient, proposals: readonly Proposal[], needsTrial: boolean): Fix[] {
  const fixes: Fix[] = [];
  const seen = new Set<string>();
  for (const proposal of proposals) {
    if (fixes.length === MOST_FIXES) break;
    if (changesNothing(patient.values, proposal.patch)) continue;
    const repair = completeRepair(patient, proposal.patch, needsTrial ? DEPTH - 1 : 0);
    const key = JSON.stringify(repair?.patch);
    if (!repair || seen.has(key)) continue;
    seen.add(key);
    const code = inTheirClass([proposal.code, ...repair.codes].join('\n'), patient.values);
    fixes.push({ code, why: proposal.why, patch: repair.patch });
  }
  // One change is a better fit than many.
  return fixes.sort((a, b) => Number(a.code.includes('\n')) - Number(b.code.includes('\n')));
}

function diagnosisOf(entry: DoctorEntry, facts: DoctorFacts, patient: Patient, isFault: boolean): Diagnosis {
  return {
    id: entry.id,
    cause: entry.cause(facts),
    evidence: entry.evidence(facts),
    notTheCause: entry.notTheCause,
    fixes: verifiedFixes(patient, entry.proposals(facts), isFault),
  };
}

/** Everything that fits, faults first, at most `most`. Empty for a healthy recipe. */
export function diagnose(patient: Patient, most = Number.POSITIVE_INFINITY): Diagnosis[] {
  const examination = examine(patient.config, patient.values, patient.options);
  const facts = factsOf(patient.config, patient.values, examination, patient.rows);
  const broken = examination.outcome.kind === 'trains' ? [] : faults.filter((entry) => entry.match(facts));
  const told = advice.filter((entry) => entry.match(facts));
  return [...broken, ...told]
    .slice(0, most)
    .map((entry) => diagnosisOf(entry, facts, patient, broken.includes(entry)));
}
