// What runs a person's Python: CPython with stand-in libraries, in a worker of its own. Here is only what the laboratory asks of it.
import type { Reply, Request } from '../program/bridge.ts';

export interface PythonJob {
  readonly source: string;
  /** sys.argv, the script's own name first. */
  readonly argv: readonly string[];
  /** Files that the script finds beside itself, by path. */
  readonly files?: Readonly<Record<string, string>>;
  /** Stack whose signatures the stand-in libraries have. */
  readonly stack: string;
  /** Release of each library, as `__version__` says it. */
  readonly versions: Readonly<Record<string, string>>;
}

/** An exception that nobody caught, as Python tells it. */
export interface PythonFailure {
  readonly type: string;
  readonly message: string;
  /** 1-based line of the script; null: outside of it. */
  readonly line: number | null;
  /** Of a syntax error: 1-based. */
  readonly column: number | null;
  /** `limit`: time or memory ran out; `syntax`: it never began. */
  readonly kind: 'raised' | 'syntax' | 'limit';
}

export interface PythonRun {
  readonly error: PythonFailure | null;
  readonly output: string;
}

/** An argument of a call in the text: where its value stands, or where one could be put in. */
export interface ArgumentEdit {
  /** 1-based line and 0-based column of the call's name. */
  readonly line: number;
  /** Last name of the callee: `TrainingArguments`. */
  readonly callee: string;
  readonly argument: string;
  /** Python of the value; null: the argument is taken away. */
  readonly value: string | null;
}

/** A statement put in before or after the one at a line, in its indentation; or the statement there taken away. */
export interface StatementEdit {
  readonly line: number;
  readonly place: 'before' | 'after' | 'instead';
  /** '' with `instead`: taken away. */
  readonly statement: string;
}

export type Edit = ArgumentEdit | StatementEdit;

export interface PythonHost {
  /** Runs a script; `answer` is called for every request, in order. */
  run(job: PythonJob, answer: (request: Request) => Reply): Promise<PythonRun>;
  /** The text after the edits, found by Python's own parser; null where one of them finds no place. */
  edit(source: string, edits: readonly Edit[]): Promise<string | null>;
}
