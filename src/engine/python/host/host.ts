// A Python that runs one script after another against the stand-in libraries: what it is given, what comes back. The bridge's own
// words stand in program/bridge.ts; who answers is python/run. Leaves out where pyodide's files come from and who ends a hung run.

/** How one library function or class is called, as tools/golden/signatures.py wrote it. */
export type SignatureEntry = Readonly<Record<string, unknown>>;

/** All the signatures of one stack of library versions. Python keeps the tables that it has seen, by id. */
export interface SignatureTable {
  readonly id: string;
  /** Versions by library, `torch`, `trl` and so on: `__version__` of the stand-ins. */
  readonly versions: Readonly<Record<string, string>>;
  readonly calls: Readonly<Record<string, SignatureEntry>>;
}

export interface PythonJob {
  /** Python, with the wrapping of notebooks and fences already off: its lines are the lines of everything that is told. */
  readonly source: string;
  /** Arguments of a pasted command line, without the script's name; null: none is known, so required ones are assumed. */
  readonly argv: readonly string[] | null;
  /** Files beside the script, by path relative to it. */
  readonly files?: Readonly<Record<string, string>>;
  readonly signatures: SignatureTable;
}

export interface TracebackLine {
  /** 1-based. */
  readonly line: number;
  /** `<module>`, or the function. */
  readonly name: string;
}

export interface PythonError {
  readonly type: string;
  readonly message: string;
  /** The script's own innermost line; null where none of its lines was running. */
  readonly line: number | null;
  /** 1-based column and the line's text, of syntax errors. */
  readonly offset: number | null;
  readonly text: string | null;
  /** The script's frames, outermost first. */
  readonly traceback: readonly TracebackLine[];
}

/** `end`: ran to its end, or called exit() with 0; `limit`: it ran longer than it may, at `line`. */
export interface PythonRun {
  readonly ended: 'end' | 'error' | 'limit';
  /** Where the limit met it. */
  readonly line: number | null;
  readonly error: PythonError | null;
  /** What it printed, cut at a limit. */
  readonly output: string;
}

/** A change of a script's text. Lines are 1-based, of the text as it was given; all edits of a list are of that text. */
export type ScriptEdit =
  /** In the call whose callee ends in `callee` and which stands on `line`: the keyword's value as source text; null takes it out. */
  | {
      readonly kind: 'keyword';
      readonly line: number;
      readonly callee: string;
      readonly keyword: string;
      readonly value: string | null;
    }
  /** The name of a keyword. */
  | {
      readonly kind: 'rename';
      readonly line: number;
      readonly callee: string;
      readonly keyword: string;
      readonly to: string;
    }
  | { readonly kind: 'remove'; readonly line: number }
  | { readonly kind: 'before' | 'after'; readonly line: number; readonly statement: string }
  /** Adds a name to what the script imports from a module. */
  | { readonly kind: 'import'; readonly module: string; readonly name: string };

export type Answerer = (request: unknown) => object;

export interface PythonHost {
  /** Runs in this thread to its end: the caller stands in a worker that can be ended. */
  readonly run: (job: PythonJob, answer: Answerer) => PythonRun;
  /** The text after the edits, in its own style; null where an edit found no place. */
  readonly edit: (source: string, edits: readonly ScriptEdit[]) => string | null;
  /** Bytes that Python's memory has grown to; it never shrinks, so a host that is large is better opened anew. */
  readonly memoryBytes: () => number;
}
