// Formulas of the table of known models: letters stand for numbers of a configuration in their order, `b*f/e`, `4*b`, `i+2`,
// `b+2*b*f/e`, `l*l/m/m+1`. Sums of products; a quotient is taken from left to right and comes out whole.

import { invariant } from '../../ground/errors.ts';

const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** The numbers that letters stand for. */
export type Numbers = readonly number[];

function factor(text: string, numbers: Numbers): number {
  const place = LETTERS.indexOf(text);
  const value = text.length === 1 && place >= 0 ? numbers[place] : Number(text);
  invariant(value !== undefined && Number.isInteger(value), `known models: no number '${text}'`);
  return value;
}

const product = (text: string, numbers: Numbers): number =>
  text.split(/(?=[*/])/).reduce((value, part) => {
    if (part.startsWith('*')) return value * factor(part.slice(1), numbers);
    if (part.startsWith('/')) return Math.floor(value / factor(part.slice(1), numbers));
    return factor(part, numbers);
  }, 1);

export const evaluate = (formula: string, numbers: Numbers): number =>
  formula.split('+').reduce((sum, term) => sum + product(term, numbers), 0);
