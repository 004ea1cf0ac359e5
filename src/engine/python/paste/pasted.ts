// What a pasted text is once its wrapping is off: the Python to run, and where each of its lines stood. Plain data; nothing here reads.

import type { Text } from '../../ground/text.ts';

export type PastedKind =
  | 'script'
  | 'notebook'
  | 'command'
  | 'tool-config'
  | 'adapter-config'
  | 'traceback'
  | 'words';

export interface PastedNote {
  /** `not-modelled`: it decides, and nobody here knows how. */
  readonly kind: 'assumption' | 'not-modelled';
  /** 1-based line of `source`; null: of the whole text. */
  readonly line: number | null;
  readonly text: Text;
}

/** A cell of a notebook that ran: tracebacks count its lines from 1. */
export interface PastedCell {
  /** In [n]. */
  readonly count: number;
  /** Of its first line, as `lineOf` counts. */
  readonly from: number;
  readonly lines: number;
}

export interface Pasted {
  readonly kind: PastedKind;
  /** The Python that is run; empty when there is none. */
  readonly source: string;
  /** For each line of `source` the 1-based line of the pasted text that it came from; 0: it stood nowhere. Of a notebook: of its cells. */
  readonly lineOf: readonly number[];
  /** Of a notebook, in its order; empty for anything else. */
  readonly cells: readonly PastedCell[];
  /** sys.argv after the script's own name. */
  readonly argv: readonly string[];
  /** Files that the script may open, by the path that it would use. */
  readonly files: Readonly<Record<string, string>>;
  /** Pins, `pip list`, environment blocks, comments with versions: each on its line of `source` where it has one. */
  readonly versionText: string;
  /** The line of `versionText` that the text doesn't say: what the assumed release of a tool brings; null where all is said. */
  readonly assumedLine: number | null;
  /** Tracebacks, warnings and log lines that stood in the text or among a notebook's outputs. */
  readonly evidence: string;
  readonly notes: readonly PastedNote[];
}

/** The line of the pasted text that a line of the source came from; null where it stood nowhere. */
export function pastedLine({ lineOf }: Pick<Pasted, 'lineOf'>, line: number): number | null {
  return lineOf[line - 1] || null;
}
