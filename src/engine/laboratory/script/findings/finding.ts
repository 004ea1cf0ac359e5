// The shape of what the doctor may say about a program: when it speaks, at which lines, what it proposes. Proposals are edits of the
// person's own text; scriptDoctor.ts tries each before it is offered, so an entry never claims that one works.
import type { Text } from '../../../ground/text.ts';
import type { ProgramFacts } from './programFacts.ts';
import type { ScriptEdit } from './scriptEdit.ts';

export interface ScriptProposal {
  readonly why: Text;
  /** Ways to write it, the plainest first: the first that finds its place in the text and helps is taken. */
  readonly ways: readonly (readonly ScriptEdit[])[];
}

export interface Match {
  /** 1-based; empty: of the whole text. */
  readonly lines: readonly number[];
  /** `cause`: why it fails. `warning`: it runs, and not as meant. */
  readonly severity: 'cause' | 'warning';
  readonly cause: Text;
  readonly evidence: readonly Text[];
  /** Best fit first. */
  readonly proposals: readonly ScriptProposal[];
  /** How it ends, where the wiring alone can't tell: it sees no labels, no shards, no optimiser. */
  readonly ends?: {
    readonly kind: 'silent' | 'raises';
    readonly error: { readonly type: string; readonly message: string } | null;
  };
}

export interface Finding {
  /** Stable; used in documents and by the command line. */
  readonly id: string;
  readonly match: (facts: ProgramFacts) => Match | null;
}

export interface Found extends Match {
  readonly id: string;
}
