// A script's program kept and acted out again without Python: what a run leaves for a recipe, and the same run from it. The calls, the
// exceptions that the script caught and how it ended are enough for the same verdict; what branches assumed is not kept.
import { readJson } from '../../ground/strictJson.ts';
import type { Signatures } from '../../libraries/signatures/signatures.ts';
import type { ModelSource } from '../../python/run/acting.ts';
import type { Machine } from '../../python/run/machine.ts';
import type { ProgramFailure, RecipeProgram } from '../../recipe/program/program.ts';
import { isRecipeProgram } from '../../recipe/program/programShape.ts';
import type { ExamineOptions } from '../inspect/examineTraining.ts';
import type { ScriptInput, ScriptRun } from './runSource.ts';
import { judgedRun, machineFor } from './runSource.ts';

/** What a recipe can keep of a run; null: nothing in it makes a model, or it is too large. */
export function keptProgram(
  { machine, run }: Pick<ScriptRun, 'machine' | 'run'>,
  { source, files, versions }: Pick<ScriptInput, 'source' | 'files' | 'versions'>,
): RecipeProgram | null {
  const { calls } = machine;
  const failure = run.error;
  const raised = machine.effects.flatMap((effect) => (effect.raised ? [effect.index] : []));
  const last = machine.effects.findLast((effect) => effect.raised);
  // What the script cleans up with on its way out comes after it.
  const ended =
    last !== undefined && failure?.type === last.raised?.type && failure?.message === last.raised?.message;
  const failedAt = ended ? last.index : null;
  const caught = raised.filter((index) => index !== failedAt);
  const { transformers, peft, trl, torch, bitsandbytes } = versions;
  const program = {
    versions: { transformers, peft, trl, torch, bitsandbytes },
    calls,
    source,
    files,
    caught,
    failure,
    failedAt,
    changes: [],
  };
  const hasModel = machine.models.length > 0 || machine.trainings.length > 0;
  // What a file would refuse is not kept either: it would be lost on the way.
  const comesBack = readJson(JSON.stringify({ program: [program] })).problem === null;
  return hasModel && comesBack && isRecipeProgram(program) ? program : null;
}

/** How the calls end on this machine; null: they come to their end. */
function actedOut(machine: Machine, program: RecipeProgram): ProgramFailure | null {
  const { calls, caught, failure, failedAt } = program;
  const goesOn = new Set(caught);
  let ended: ProgramFailure | null = failedAt === null ? failure : null;
  for (const [index, call] of calls.entries()) {
    const reply = machine.call(call);
    if (!('raise' in reply) || goesOn.has(index)) continue;
    const { type, message } = reply.raise;
    if (index === failedAt && failure?.type === type && failure.message === message) {
      ended = failure;
      continue;
    }
    const line = call.line > 0 ? call.line : null;
    return { type, message, line, column: null, text: null, kind: 'raised', traceback: [] };
  }
  return ended;
}

export interface ReplayWorld {
  readonly signatures: Signatures;
  readonly models: ModelSource;
}

/** The run of a kept program. */
export function replayed(program: RecipeProgram, world: ReplayWorld, options?: ExamineOptions): ScriptRun {
  const { machine, judge } = machineFor(program.versions, world.signatures, world.models, options);
  const error = actedOut(machine, program);
  return judgedRun(machine, judge, { error, output: '' });
}
