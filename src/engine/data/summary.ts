// What the page shows about the rows: plain data; prepareData.ts computes it.
import type { Text } from '../ground/text.ts';

/** What becomes of a token; of a pair `trained` are the better answer's and `rejected` the worse one's. */
export type TokenMask = 'trained' | 'ignored' | 'truncated' | 'rejected';

/** A row as it will be trained: token texts with their fate. */
export interface RowPreview {
  readonly tokens: readonly { readonly text: string; readonly mask: TokenMask }[];
  readonly trainedTokens: number;
  readonly totalTokens: number;
}

export interface DataSummary {
  readonly name: string;
  readonly rows: number;
  /** The first of them, of which the rest is told. */
  readonly counted: number;
  readonly evalRows: number;
  readonly format: string;
  readonly longestTokens: number;
  readonly truncatedRows: number;
  readonly maskedRows: number;
  readonly preview: readonly RowPreview[];
  /** Prompts and completions are read as they stand while questions are asked as turns of a conversation, by the model's chat template. */
  readonly askedOtherwise: boolean;
  /** Things worth telling about the rows that do not stop the run. */
  readonly notes: readonly Text[];
}
