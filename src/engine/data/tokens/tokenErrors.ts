// What can be wrong in a tokenizer file beyond the shape of its fields.
import type { UserError } from '../../ground/errors.ts';
import { quote } from '../../ground/quote.ts';
import { text } from '../../ground/text.ts';
import { tokenizerBroken } from '../dataErrors.ts';

const broken = (en: string, zh: string): UserError => tokenizerBroken({ found: text(en, zh) });

export const brokenMerge = (merge: unknown): UserError =>
  broken(`its merge ${quote(merge)} is not of its vocabulary`, `合并规则 ${quote(merge)} 不属于它的词表`);

export const twoOfOneId = (): UserError =>
  broken('two of its tokens have one id', '有两个词元使用同一个编号');

export const noTokenFor = (words: string): UserError =>
  broken(
    `it has no token for a part of a text, ${quote(words)}`,
    `它没有对应某段文本 ${quote(words)} 的词元`,
  );
