// What runs a person's Python: CPython with stand-in libraries, in a worker of its own. Here is only what the laboratory asks of it:
// what a run is given and what comes back. openHost.ts opens one; the bridge's words stand in program/bridge.ts.
import type { Exports } from '../../libraries/signatures/exports.ts';
import type { Signatures } from '../../libraries/signatures/signatures.ts';
import type { ProgramFailure } from '../../recipe/program/program.ts';
import type { Reply, Request } from '../program/bridge.ts';

export interface PythonJob {
  /** Python, with the wrapping of notebooks and fences already off: its lines are the lines of everything that is told. */
  readonly source: string;
  /** sys.argv, the script's own name first; where nothing follows it, what the script requires is assumed. */
  readonly argv: readonly string[];
  /** Files that the script finds beside itself, by path. */
  readonly files?: Readonly<Record<string, string>>;
  /** What the stand-in libraries are made from. The host keeps the tables that it has seen, by the object. */
  readonly signatures: Signatures;
  /** What the modules export in these releases; absent: nothing is known of it. Kept by the object too. */
  readonly exports?: Exports;
  /** Release of each library, as `__version__` says it. */
  readonly versions: Readonly<Record<string, string>>;
}

export type { ProgramFailure as PythonFailure } from '../../recipe/program/program.ts';

export interface PythonRun {
  readonly error: ProgramFailure | null;
  /** What it printed, cut at a limit. */
  readonly output: string;
}

/** An argument of a call in the text: where its value stands, or where one could be put in. */
export interface ArgumentEdit {
  /** 1-based; a line of the call. */
  readonly line: number;
  /** Last name of the callee: `TrainingArguments`. */
  readonly callee: string;
  readonly argument: string;
  /** Python of the value; null: the argument is taken away. */
  readonly value: string | null;
}

/** Another name for an argument that a call gives. */
export interface RenameEdit {
  readonly line: number;
  readonly callee: string;
  readonly argument: string;
  readonly to: string;
}

/** A statement put in before or after the one at a line, in its indentation; or the statement there taken away. */
export interface StatementEdit {
  readonly line: number;
  readonly place: 'before' | 'after' | 'instead';
  /** '' with `instead`: taken away. */
  readonly statement: string;
}

/** A name that the script imports from a module, beside those that it has from there. */
export interface ImportEdit {
  readonly module: string;
  readonly name: string;
}

/** All edits of a list are of the text as it was given. */
export type Edit = ArgumentEdit | RenameEdit | StatementEdit | ImportEdit;

export interface PythonHost {
  /** Runs a script in this thread; `answer` is called for every request, in order. What `answer` throws is thrown. */
  run(job: PythonJob, answer: (request: Request) => Reply): Promise<PythonRun>;
  /** The text after the edits, found by Python's own parser; null where one of them finds no place. */
  edit(source: string, edits: readonly Edit[]): Promise<string | null>;
  /** Whether it is better opened anew: a script broke the interpreter, or made its memory, which never shrinks, large. */
  worn(): boolean;
}
