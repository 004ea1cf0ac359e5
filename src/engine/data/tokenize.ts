// Rows become ids and labels as TRL's SFTTrainer prepares them (numerics reference 4.2): EOS, joint tokenisation, masks,
// truncation from the right. Labels stand at their own token here; the shift happens in the batches.
import { allMasked, answersCut, pairsUnwanted } from './dataErrors.ts';
import { perRow } from './perRow.ts';
import type { Row } from './rows.ts';
import type { Tokenizer } from './tokenizer.ts';
import type { Placed } from './tokens/pipeline.ts';

export const IGNORE = -100;

/** Labels stand under their own tokens; -100: not learnt. */
export interface Sequence {
  readonly ids: readonly number[];
  readonly labels: readonly number[];
}

export interface Example extends Sequence {
  /** Tokens cut off by max_length. */
  readonly truncated: readonly number[];
  /** Lengths of the documents packed into it; absent: it is one. */
  readonly documents?: readonly number[];
  /** Of a pair: the worse completion after the same prompt. */
  readonly rejected?: Sequence & { readonly start: number };
  /** Of a pair: the token at which the completion begins. */
  readonly start?: number;
}

export interface TokenizeOptions {
  readonly maxLength: number;
  /** Learn completions only, where rows have a prompt. */
  readonly completionOnly: boolean;
  /** Learn assistant turns only, where rows are messages. */
  readonly assistantOnly: boolean;
}

interface Masked {
  readonly ids: number[];
  /** Tokens of the prompt: completion_mask is 0. */
  readonly prompt: number;
  /** assistant_masks, worked out when it is asked for: not every template can tell them. null for rows that are no messages. */
  readonly inside: (() => readonly boolean[]) | null;
}

export const withEos = (text: string, tokenizer: Tokenizer): string =>
  text.endsWith(tokenizer.eosToken) ? text : text + tokenizer.eosToken;

/** Whether each token overlaps one of the spans, as transformers looks them up. */
const inSpans = (tokens: readonly Placed[], spans: readonly (readonly [number, number])[]): boolean[] =>
  tokens.map(({ start, end }) => spans.some(([from, to]) => start < to && end > from));

function answersOf(
  { messages, tools }: Extract<Row, { format: 'messages' }>,
  tokenizer: Tokenizer,
): () => readonly boolean[] {
  let made: readonly boolean[] | null = null;
  return () => {
    if (made) return made;
    const { text, spans } = tokenizer.renderAnswers(messages, tools);
    made = inSpans(tokenizer.encodePlaced(text), spans);
    return made;
  };
}

/**
 * Tokens of the prompt that are the whole's too: a completion that merges with its last ones begins there, as TRL 1.16 has it (1.9 counted the
 * prompt's own, whatever they had become).
 */
function sharedStart(prompt: readonly number[], whole: readonly number[]): number {
  const other = prompt.findIndex((id, i) => id !== whole[i]);
  return other < 0 ? prompt.length : other;
}

function maskedAnew(row: Row, tokenizer: Tokenizer): Masked {
  if (row.format === 'preference' || row.format === 'preference-chat') throw pairsUnwanted({});
  if (row.format === 'text')
    return { ids: tokenizer.encode(withEos(row.text, tokenizer), true), prompt: 0, inside: null };
  if (row.format === 'prompt-completion') {
    const ids = tokenizer.encode(row.prompt + withEos(row.completion, tokenizer), true);
    return { ids, prompt: sharedStart(tokenizer.encode(row.prompt, true), ids), inside: null };
  }
  if (row.format === 'prompt-completion-chat') {
    const { prompt, completion, tools } = row;
    const ids = tokenizer.encode(tokenizer.render([...prompt, ...completion], false, tools).text);
    const alone = tokenizer.encode(tokenizer.render(prompt, true, tools).text);
    return { ids, prompt: sharedStart(alone, ids), inside: null };
  }
  const ids = tokenizer.encode(tokenizer.render(row.messages, false, row.tools).text);
  return { ids, prompt: 0, inside: answersOf(row, tokenizer) };
}

/** A row with all its tokens and masks. */
export const maskRow = perRow(maskedAnew);

/** One row as it will be trained. */
export function tokenizeRow(row: Row, tokenizer: Tokenizer, options: TokenizeOptions): Example {
  const { ids, prompt, inside } = maskRow(row, tokenizer);
  const kept = ids.slice(0, options.maxLength);
  const completes = (i: number): boolean => !options.completionOnly || i >= prompt;
  const answered = options.assistantOnly ? (inside?.() ?? null) : null;
  const answers = (i: number): boolean => answered === null || answered[i] === true;
  const labels = kept.map((id, i) => (completes(i) && answers(i) ? id : IGNORE));
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

/** The largest of many: arguments are too few for all rows of a file. */
export const largest = (numbers: readonly number[]): number =>
  numbers.reduce((most, one) => Math.max(most, one), 0);

/** The first token of a row is never predicted, so a row learns something iff a later label counts. */
export const learns = (example: Example): boolean =>
  example.labels.some((label, i) => i > 0 && label !== IGNORE);

/** All rows; those without any label left are dropped, as TRL does. */
export function tokenizeRows(rows: readonly Row[], tokenizer: Tokenizer, options: TokenizeOptions): Dataset {
  const all = rows.map((row) => tokenizeRow(row, tokenizer, options));
  const examples = all.filter(learns);
  const formats = new Set(rows.map((row) => row.format.replace('-chat', '')));
  return {
    examples,
    format: [...formats].join(', '),
    longest: largest(all.map((example) => example.ids.length + example.truncated.length)),
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
  const why = dataset.truncatedRows > 0 ? answersCut : allMasked;
  throw why({ longest, maxLength });
}
