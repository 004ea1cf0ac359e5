// One run of a script: CPython with stand-in libraries on one side, the machine on the other, every training examined when it happens.
import { exportsFor } from '../../libraries/signatures/exports.ts';
import type { Signatures } from '../../libraries/signatures/signatures.ts';
import type { Versions } from '../../libraries/version.ts';
import type { PythonHost, PythonRun } from '../../python/host/host.ts';
import type { Reply, Request } from '../../python/program/bridge.ts';
import { signaturesOf } from '../../python/program/signatures.ts';
import type { ModelSource } from '../../python/run/acting.ts';
import { Machine } from '../../python/run/machine.ts';
import type { ExamineOptions } from '../inspect/examineTraining.ts';
import type { JudgedTraining } from './judging.ts';
import { Judge } from './judging.ts';
import { cutLine } from './lineNotes.ts';
import type { Assumption, PastedKind, Verdict, VersionUsed } from './scriptReading.ts';
import { verdictOf } from './verdict.ts';

/** What is read: a pasted text once its wrapping is off. */
export interface ScriptInput {
  readonly kind: PastedKind;
  readonly source: string;
  /** Words after the script's name. */
  readonly argv: readonly string[];
  readonly files: Readonly<Record<string, string>>;
  readonly versions: Versions;
  readonly said: readonly VersionUsed[];
  readonly notes: readonly (Assumption & { readonly kind: 'assumption' | 'not-modelled' })[];
}

/** What reading needs. */
export interface ScriptWorld {
  readonly host: PythonHost;
  readonly signatures: (versions: Versions) => Promise<Signatures>;
  readonly models: ModelSource;
}

/** One run of a text, and what it comes to. */
export interface ScriptRun {
  readonly machine: Machine;
  readonly run: PythonRun;
  readonly deciding: JudgedTraining | null;
  readonly cut: number | null;
  readonly verdict: Verdict;
}

function answerWith(machine: Machine): (request: Request) => Reply {
  return (request) => {
    if ('call' in request) return machine.call(request.call);
    if ('ask' in request) return machine.ask(request.ask);
    machine.note(request.note);
    return { value: null };
  };
}

/** Runs a text under releases of the libraries. */
export async function runSource(
  { source, argv, files, versions }: Pick<ScriptInput, 'source' | 'argv' | 'files' | 'versions'>,
  world: ScriptWorld,
): Promise<ScriptRun> {
  const signatures = await world.signatures(versions);
  const exports = await exportsFor(versions);
  const { machine, judge } = machineFor(versions, signatures, world.models);
  const { transformers, peft, trl, torch, bitsandbytes } = versions;
  const released = { transformers, peft, trl, torch, ...(bitsandbytes === null ? {} : { bitsandbytes }) };
  const run = await world.host.run(
    { source, argv: ['script.py', ...argv], files, signatures, exports, versions: released },
    answerWith(machine),
  );
  return judgedRun(machine, judge, run);
}

export interface JudgedMachine {
  readonly machine: Machine;
  readonly judge: Judge;
}

/** A machine of these releases whose trainings are examined when they happen. */
export function machineFor(
  versions: Versions,
  signatures: Signatures,
  models: ModelSource,
  options?: ExamineOptions,
): JudgedMachine {
  const judge = new Judge(options);
  const stack = { id: 'script', ...versions } as const;
  const machine = new Machine({ stack, models, judge: judge.judge, signatures: signaturesOf(signatures) });
  return { machine, judge };
}

/** What a run comes to, whoever made the calls. */
export function judgedRun(machine: Machine, judge: Judge, run: PythonRun): ScriptRun {
  const deciding = judge.deciding(run.error?.kind === 'raised');
  const cut = deciding && cutLine(machine, deciding);
  return { machine, run, deciding, cut, verdict: verdictOf({ machine, failure: run.error, deciding, cut }) };
}
