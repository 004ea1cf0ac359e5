// Preference rows as TRL's DPOTrainer and ORPOTrainer prepare them: ids of prompt and completion, cut to max_length, and which labels
// count. Source: TRL 1.16 trainer/dpo_trainer.py _prepare_dataset and its collator; experimental/orpo/orpo_trainer.py tokenize_row.
import type { SettingValue } from '../ground/settings/setting.ts';
import type { preferenceSettings } from '../recipe/settings/preference.ts';
import { pairsMissing } from './dataErrors.ts';
import type { PerRow } from './perRow.ts';
import { perRow } from './perRow.ts';
import type { Row } from './rows.ts';
import type { Example } from './tokenize.ts';
import { IGNORE, withEos } from './tokenize.ts';
import type { Tokenizer } from './tokenizer.ts';

export type PairObjective = Exclude<SettingValue<(typeof preferenceSettings)['train.objective']>, 'sft'>;

export type PairRow = Extract<Row, { readonly format: 'preference' | 'preference-chat' }>;

export const isPair = (row: Row): row is PairRow =>
  row.format === 'preference' || row.format === 'preference-chat';

/** Length of what two lists begin with alike. */
function commonPrefix(a: readonly number[], b: readonly number[]): number {
  let length = 0;
  while (length < Math.min(a.length, b.length) && a[length] === b[length]) length += 1;
  return length;
}

interface Texts {
  readonly prompt: string;
  readonly chosen: string;
  readonly rejected: string;
  /** Whether the tokenizer puts its own marks around plain texts. */
  readonly marks: boolean;
}

function textsOf(row: PairRow, tokenizer: Tokenizer, objective: PairObjective): Texts {
  if (row.format === 'preference-chat') {
    const whole = (answer: PairRow['chosen']): string =>
      typeof answer === 'string'
        ? answer
        : tokenizer.render([...row.prompt, ...answer], false, row.tools).text;
    const prompt = tokenizer.render(row.prompt, true, row.tools).text;
    return { prompt, chosen: whole(row.chosen), rejected: whole(row.rejected), marks: false };
  }
  const end = (text: string): string => (objective === 'dpo' ? withEos(text, tokenizer) : text);
  const { prompt, chosen, rejected } = row;
  return {
    prompt,
    chosen: prompt + end(chosen),
    rejected: prompt + end(rejected),
    marks: objective === 'dpo',
  };
}

/** Ids of one side, cut, with the labels from `from` on. */
function side(ids: readonly number[], from: number, length: number) {
  const kept = ids.slice(0, length);
  return { ids: kept, labels: kept.map((id, i) => (i >= from ? id : IGNORE)), start: from };
}

/** ORPO: the eos that a completion lacks, and the bos that a prompt lacks. */
function closed(ids: readonly number[], tokenizer: Tokenizer): number[] {
  const { bosId, eosId } = tokenizer;
  const begun = bosId !== null && ids[0] !== bosId ? [bosId, ...ids] : [...ids];
  return begun.at(-1) === eosId ? begun : [...begun, eosId];
}

interface PairIds {
  readonly before: readonly number[];
  readonly good: readonly number[];
  readonly bad: readonly number[];
}

const idsFor = (objective: PairObjective) =>
  perRow((row: PairRow, tokenizer: Tokenizer): PairIds => {
    const { prompt, chosen, rejected, marks } = textsOf(row, tokenizer, objective);
    const encode = (text: string): number[] => tokenizer.encode(text, marks);
    return { before: encode(prompt), good: encode(chosen), bad: encode(rejected) };
  });

/** Ids of a pair's prompt and of both its sides, whole. */
export const pairIds: Readonly<Record<PairObjective, PerRow<PairRow, PairIds>>> = {
  dpo: idsFor('dpo'),
  orpo: idsFor('orpo'),
};

function tokenizePair(
  row: PairRow,
  tokenizer: Tokenizer,
  length: number,
  objective: PairObjective,
): Example | null {
  const { before, good, bad } = pairIds[objective](row, tokenizer);
  const shared = Math.min(commonPrefix(before, good), commonPrefix(before, bad));
  if (objective === 'dpo') {
    if (shared >= length) return null;
    const [a, b] = [side(good, shared, length), side(bad, shared, length)];
    return { ...a, truncated: good.slice(length), rejected: b };
  }
  const [c, r] = [closed(good, tokenizer), closed(bad, tokenizer)];
  const from = shared + (c.length > good.length && c[0] !== good[0] ? 1 : 0);
  // Only completions are cut, so a long prompt stays whole.
  const room = Math.max(length, from);
  // The likelihood of the chosen row is over prompt and completion, that of the pair over completions alone.
  const a = { ...side(c, 0, room), start: from };
  return { ...a, truncated: c.slice(room), rejected: side(r, from, room) };
}

/**
 * All pairs; for DPO without those whose prompt alone fills max_length. Throws UserError 'pairs-missing' for rows that are no pairs.
 */
export function tokenizePairs(
  rows: readonly Row[],
  tokenizer: Tokenizer,
  length: number,
  objective: PairObjective,
): Example[] {
  const other = rows.find((row) => !isPair(row));
  if (other) throw pairsMissing({ objective, format: other.format });
  return rows.filter(isPair).flatMap((row) => tokenizePair(row, tokenizer, length, objective) ?? []);
}
