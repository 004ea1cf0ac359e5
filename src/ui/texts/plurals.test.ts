// Every English text with each of its numbers 1: none says "1 steps".
import i18next from 'i18next';
import { describe, expect, it } from 'vitest';
import { en } from './en.ts';
import { enDeploy } from './enDeploy.ts';
import { enGuide } from './enGuide.ts';
import { enKept } from './enKept.ts';
import { enKeys } from './enKeys.ts';
import { enLinks } from './enLinks.ts';
import { enModel } from './enModel.ts';
import { enOpinion } from './enOpinion.ts';
import { enPush } from './enPush.ts';
import { enReading } from './enReading.ts';
import { enRows } from './enRows.ts';
import { enRuns } from './enRuns.ts';
import { enTour } from './enTour.ts';
import { startTexts } from './i18n.ts';

type Tree = { readonly [key: string]: string | Tree };

const bundles: Readonly<Record<string, Tree>> = {
  translation: en,
  deploy: enDeploy,
  kept: enKept,
  links: enLinks,
  model: enModel,
  opinion: enOpinion,
  keys: enKeys,
  guide: enGuide,
  push: enPush,
  reading: enReading,
  rows: enRows,
  runs: enRuns,
  tour: enTour,
};

function flat(tree: Tree, prefix = ''): (readonly [key: string, text: string])[] {
  return Object.entries(tree).flatMap(([key, value]) =>
    typeof value === 'string' ? [[prefix + key, value] as const] : flat(value, `${prefix}${key}.`),
  );
}

/** Never 1: rates and ratios with decimals, sizes of a model, the length of what is too long. */
const many: ReadonlySet<string> = new Set([
  'speed',
  'rate',
  'ratio',
  'times',
  'parameters',
  'length',
  'most',
]);

/** What a text says where all of its numbers are 1. */
function saidOfOne(space: string, key: string, text: string): string {
  const names = [...text.matchAll(/\{\{(\w+)/g)].map(([, name]) => name ?? '');
  const numbers = Object.fromEntries(names.map((name) => [name, many.has(name) ? 2 : 1]));
  const asked = [key.replace(/_(one|other)$/, ''), { lng: 'en', ns: space, ...numbers }];
  return String(Reflect.apply(i18next.t, i18next, asked));
}

/** Words in s that are no nouns, and a verb of many behind a noun. */
const noNoun =
  /^(is|was|has|does|its|this|as|across|of|differs|raises|moves|takes|trains|comes|works|rests|changes|nats)$/;
const wrong = (said: string): boolean =>
  [...said.matchAll(/(?<![\d.,])\b1 (?:of 1 )?((?:[a-z]+-)?[a-z]+)(?: ([a-z]+))?(?: ([a-z]+))?/g)].some(
    ([, first = '', second = '', third = '']) =>
      (first.endsWith('s') && !noNoun.test(first)) ||
      (/^(trainable|held-out|compared|adapter)$/.test(first) && second.endsWith('s')) ||
      /^(are|were|have)$/.test(second) ||
      /^(are|were|have)$/.test(third) ||
      first === 'are',
  );

startTexts('en');
for (const [space, bundle] of Object.entries(bundles))
  i18next.addResourceBundle('en', space, bundle, true, true);

describe('a text about one', () => {
  it.each([
    'finished, 1 steps',
    '1 of 1 rows',
    'all 1 trainable tensors',
    '1 cells are checkpointed',
    '1 row are cut',
  ])('is wrong as it stands: %s', (said) => expect(wrong(said)).toBe(true));

  it.each(['finished, 1 step', '1 is cut', '11 rows', '0.1 seconds', '1 of 1 row'])('is right: %s', (said) =>
    expect(wrong(said)).toBe(false),
  );

  it.each(Object.keys(bundles))('has its singular: %s', (space) => {
    const told = flat(bundles[space] ?? {}).map(([key, text]) => [key, saidOfOne(space, key, text)] as const);
    expect(told.filter(([, said]) => wrong(said))).toEqual([]);
    expect(told.filter(([, said]) => /\{\{|\$t\(/.test(said))).toEqual([]);
  });
});
