// Rows become ids and labels as TRL's SFTTrainer prepares them (numerics reference 4.2): EOS, joint tokenisation, masks,
// truncation from the right. Labels stand at their own token here; the shift happens in the batches.
import { UserError } from '../errors.ts';
import type { Row } from './rows.ts';
import type { Tokenizer } from './tokenizer.ts';

export const IGNORE = -100;

export interface Example {
  readonly ids: readonly number[];
  readonly labels: readonly number[];
  /** Tokens cut off by max_length. */
  readonly truncated: readonly number[];
}

export interface TokenizeOptions {
  readonly maxLength: number;
  /** Learn completions and assistant turns only. */
  readonly completionOnly: boolean;
}

interface Masked {
  readonly ids: number[];
  readonly learn: (index: number) => boolean;
}

const withEos = (text: string, tokenizer: Tokenizer): string =>
  text.endsWith(tokenizer.eosToken) ? text : text + tokenizer.eosToken;

/** Tokens that overlap the character spans: from the one that holds the first character to the one that holds the last. */
function inSpans(
  tokenizer: Tokenizer,
  text: string,
  ids: readonly number[],
  spans: readonly (readonly [number, number])[],
): boolean[] {
  const encoder = new TextEncoder();
  const bytes = spans.map(
    ([start, end]) =>
      [encoder.encode(text.slice(0, start)).length, encoder.encode(text.slice(0, end)).length] as const,
  );
  let at = 0;
  return ids.map((id) => {
    const end = at + tokenizer.byteLength(id);
    const inside = bytes.some(([from, to]) => at < to && end > from);
    at = end;
    return inside;
  });
}

function maskRow(row: Row, tokenizer: Tokenizer): Masked {
  if (row.format === 'text')
    return { ids: tokenizer.encode(withEos(row.text, tokenizer), true), learn: () => true };
  if (row.format === 'prompt-completion') {
    const prompt = tokenizer.encode(row.prompt, true).length;
    return {
      ids: tokenizer.encode(row.prompt + withEos(row.completion, tokenizer), true),
      learn: (i) => i >= prompt,
    };
  }
  if (row.format === 'prompt-completion-chat') {
    const prompt = tokenizer.encode(tokenizer.render(row.prompt, true).text).length;
    return {
      ids: tokenizer.encode(tokenizer.render([...row.prompt, ...row.completion], false).text),
      learn: (i) => i >= prompt,
    };
  }
  const { text, spans } = tokenizer.render(row.messages, false);
  const ids = tokenizer.encode(text);
  const inside = inSpans(tokenizer, text, ids, spans);
  return { ids, learn: (i) => inside[i] ?? false };
}

/** One row as it will be trained. */
export function tokenizeRow(row: Row, tokenizer: Tokenizer, options: TokenizeOptions): Example {
  const { ids, learn } = maskRow(row, tokenizer);
  const kept = ids.slice(0, options.maxLength);
  const labels = kept.map((id, i) =>
    !options.completionOnly || row.format === 'text' || learn(i) ? id : IGNORE,
  );
  return { ids: kept, labels, truncated: ids.slice(options.maxLength) };
}

export interface Dataset {
  readonly examples: readonly Example[];
  readonly format: string;
  readonly longest: number;
  readonly truncatedRows: number;
  /** Rows left out because no label remained. */
  readonly maskedRows: number;
}

/** The first token of a row is never predicted, so a row learns something iff a later label counts. */
const learns = (example: Example): boolean => example.labels.some((label, i) => i > 0 && label !== IGNORE);

/** All rows; those without any label left are dropped, as TRL does. */
export function tokenizeRows(rows: readonly Row[], tokenizer: Tokenizer, options: TokenizeOptions): Dataset {
  const all = rows.map((row) => tokenizeRow(row, tokenizer, options));
  const examples = all.filter(learns);
  const formats = new Set(rows.map((row) => row.format.replace('-chat', '')));
  return {
    examples,
    format: [...formats].join(', '),
    longest: Math.max(...all.map((example) => example.ids.length + example.truncated.length)),
    truncatedRows: all.filter((example) => example.truncated.length > 0).length,
    maskedRows: all.length - examples.length,
  };
}

/** Throws UserError 'all-labels-masked' when no row is left, saying whether truncation or the mask took them. */
export function assertLearns(
  dataset: Pick<Dataset, 'examples' | 'longest' | 'truncatedRows'>,
  maxLength: number,
): void {
  if (dataset.examples.length > 0) return;
  const { longest } = dataset;
  const why =
    dataset.truncatedRows > 0
      ? `max_length ${maxLength} cuts every answer away (the longest row has ${longest} tokens). Raise train.max_length`
      : 'every label is masked: no row has an answer to learn. Add completions or assistant turns, or set train.completion_only_loss to false';
  throw new UserError('all-labels-masked', `Rows: ${why}.`, { longest, maxLength });
}
