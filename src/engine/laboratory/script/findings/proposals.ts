// Repairs that several findings share, as edits of the person's text: an argument of the trainer's arguments, a statement less, a call on
// the model, another release.
import { own } from '../../../ground/own.ts';
import { text } from '../../../ground/text.ts';
import type { Library } from '../../../libraries/version.ts';
import type { Edit } from '../../../python/host/host.ts';
import type { ScriptProposal } from './finding.ts';
import type { Indexed, ProgramFacts } from './programFacts.ts';
import { boundName, writtenCall } from './pythonText.ts';
import type { ScriptEdit } from './scriptEdit.ts';

const NAME = /^[A-Za-z_][\w.]*$/;

/** The trainer of the training that decides, else the last that was made. */
export function trainerOf(facts: ProgramFacts): Indexed | null {
  const event = facts.deciding?.event;
  const train = event && facts.calls[event.index];
  const own = train?.receiver ? facts.makerOf(train.receiver) : null;
  return own ?? facts.trainers.at(-1)?.call ?? null;
}

/** The variable that a call is given as an argument, where the text passes one. */
function variableGiven(
  facts: ProgramFacts,
  call: Indexed,
  argument: string,
  position: number | null,
): string | null {
  const name = facts.writtenName(call);
  const written = name === null ? null : writtenCall(facts.statement(call.line)?.text ?? '', name);
  if (!written) return null;
  const byPosition = position === null ? undefined : written.arguments[position];
  const found =
    written.arguments.find((one) => one.name === argument) ??
    (byPosition?.name === null ? byPosition : undefined);
  return found && NAME.test(found.value) ? found.value : null;
}

/** An argument of a call in the text. */
export function argumentEdit(
  facts: ProgramFacts,
  call: Indexed,
  argument: string,
  value: string | null,
): Edit[] {
  const callee = facts.writtenName(call);
  return callee === null ? [] : [{ line: call.line, callee, argument, value }];
}

/** Ways to set an argument of what a trainer is given as args: where they are made, else as an attribute before the trainer. */
export function trainingArgument(facts: ProgramFacts, name: string, value: string): ScriptEdit[][] {
  const trainer = trainerOf(facts);
  if (!trainer) return [];
  const made = facts.makerOf(facts.argument(trainer, 'args', 1));
  const there = made ? argumentEdit(facts, made, name, value) : [];
  const variable = variableGiven(facts, trainer, 'args', 1);
  const attribute: ScriptEdit[] =
    variable === null
      ? []
      : [{ line: trainer.line, place: 'before', statement: `${variable}.${name} = ${value}` }];
  return [there, attribute].filter((way) => way.length > 0);
}

/** Ways to put a statement about the model in before it trains; `statement` is given the variable. */
export function beforeTraining(facts: ProgramFacts, statement: (variable: string) => string): ScriptEdit[][] {
  const ways: ScriptEdit[][] = [];
  const trainer = trainerOf(facts);
  const variable = trainer && variableGiven(facts, trainer, 'model', 0);
  if (trainer && variable !== null)
    ways.push([{ line: trainer.line, place: 'before', statement: statement(variable) }]);
  const attached = attachCalls(facts).at(-1);
  const bound = attached && boundOf(facts, attached);
  if (attached && bound) ways.push([{ line: attached.line, place: 'after', statement: statement(bound) }]);
  const train = facts.deciding && facts.calls[facts.deciding.event.index];
  const trainerName = trainer && boundOf(facts, trainer);
  if (train && trainer && trainerName)
    ways.push([{ line: trainer.line, place: 'after', statement: statement(`${trainerName}.model`) }]);
  return ways;
}

/** The variable that a call's result is bound to in the text. */
export function boundOf(facts: ProgramFacts, call: Indexed): string | null {
  const statement = facts.statement(call.line);
  return statement && boundName(statement);
}

const ATTACHING =
  /^(peft\.(get_peft_model|PeftModel\w*(\.from_pretrained)?|AutoPeftModel\w*\.from_pretrained)|unsloth\.\w+\.get_peft_model)$/;

/** Calls that put an adapter around a model. */
export const attachCalls = (facts: ProgramFacts): Indexed[] => facts.callsTo(ATTACHING);

/** A statement taken away. */
export const without = (line: number): ScriptEdit[] => [{ line, place: 'instead', statement: '' }];

const called: Readonly<Record<string, string>> = { peft: 'PEFT', trl: 'TRL' };

/** Other releases, with the reason. */
export function pinned(
  pins: Readonly<Partial<Record<Library, string>>>,
  en: string,
  zh: string,
): ScriptProposal {
  const named = Object.entries(pins)
    .map(([library, version]) => `${own(called, library) ?? library} ${version}`)
    .join(', ');
  return { why: text(`${named}: ${en}`, `${named}：${zh}`), ways: [[{ pins }]] };
}
