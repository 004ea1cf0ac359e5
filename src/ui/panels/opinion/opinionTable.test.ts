// What a second opinion says in words: the verdict, the place, groups of gradients worst first, and Markdown, in both languages.
import { expect, it } from 'vitest';
import type { Opinion } from '../../../engine/index.ts';
import { startTexts } from '../../texts/i18n.ts';
import { markdownOf, tablesOf, verdictOf } from './opinionTable.ts';

startTexts('en');
// Its texts are put beside the page's, which must be there.
const { en, zh } = (await import('./opinionTexts.ts')).opinionTexts;
const judged = { largest: 0.5, relative: 0.25, distance: 0.125, cosine: 0.5, bound: 1e-4, agrees: false };

/** One that parts in the attention of the third layer. */
const opinion: Opinion = {
  ours: 'webgpu',
  theirs: 'ort',
  step: 3,
  rows: 2,
  tokens: 48,
  loss: { ...judged, ours: 2.5, theirs: 2 },
  logits: { ...judged, positions: 96 },
  gradients: [
    {
      ...judged,
      name: 'model.layers.2.self_attn.q_proj.lora_A.default.weight',
      region: 2,
      kind: 'self_attn.q_proj lora_A',
    },
    { ...judged, cosine: null, agrees: true, name: 'model.norm.weight', region: 'head', kind: 'model.norm' },
  ],
  layers: [
    { ...judged, pass: 'forward', region: 2 },
    { ...judged, pass: 'backward', region: 'embedding' },
  ],
  place: { pass: 'forward', region: 2, operation: 'attention', path: 'model.layers.2.self_attn' },
};
const agreeing: Opinion = { ...opinion, place: null, layers: null };

it('says that two agree, and by how much', () => {
  expect(verdictOf(en, agreeing)).toBe(
    'They agree: nothing is further apart than rounding explains. Logits 0.13, loss 0.50, gradients 0.13 at most.',
  );
});

it('says where two part, as far as it was looked', () => {
  expect(verdictOf(en, opinion)).toBe(
    'They differ, first in the forward pass, layer 2: attention of model.layers.2.self_attn.',
  );
  expect(verdictOf(zh, opinion)).toContain('第 2 层');
  const unsearched: Opinion = {
    ...agreeing,
    place: { pass: 'backward', region: 1, operation: null, path: null },
  };
  expect(verdictOf(en, unsearched)).toBe(
    'They differ, first in the backward pass, layer 1. Layer by layer finds where.',
  );
});

it('has a row a group of gradients, and a row a layer and pass', () => {
  const [figures, gradients, layers] = tablesOf(en, opinion);
  expect(figures?.rows.map(({ title }) => title)).toEqual([
    'Loss (2.500 and 2.000)',
    'Logits of 96 positions',
  ]);
  expect(gradients?.rows.map(({ title, agrees }) => [title, agrees])).toEqual([
    ['layer 2, self_attn', false],
    ['final norm and head, model.norm', true],
  ]);
  expect(layers?.rows.map(({ title, about }) => `${title}: ${about}`)).toEqual([
    'embedding: Gradient through it',
    'layer 2: Hidden states behind it',
  ]);
});

it('is Markdown with a cell for every heading', () => {
  for (const words of [en, zh]) {
    const lines = markdownOf(words, opinion)
      .split('\n')
      .filter((line) => line.startsWith('|'));
    expect(lines.length).toBeGreaterThan(8);
    expect(new Set(lines.map((line) => line.split('|').length))).toEqual(new Set([9]));
  }
});
