// Where a model can be had, as text: what a person or a link may name, and what is refused.
import { describe, expect, it } from 'vitest';
import { shaped } from '../ground/shapeDecode.ts';
import { formatLink, parseLink, recipeJson } from './link.ts';
import { modelSource, namedSource, readNamed, readSource } from './modelSource.ts';
import type { Recipe } from './recipe.ts';
import { defaultValues } from './recipe.ts';
import { readRecipeJson } from './recipeFile.ts';

it.each([
  ['a/b', { id: 'a/b', revision: null, file: null }],
  ['HuggingFaceTB/SmolLM2-135M@main', { id: 'HuggingFaceTB/SmolLM2-135M', revision: 'main', file: null }],
  ['a/b@refs/pr/1:c/d e.gguf', { id: 'a/b', revision: 'refs/pr/1', file: 'c/d e.gguf' }],
  ['a/b:Q4_K_M', { id: 'a/b', revision: null, file: 'Q4_K_M' }],
])('%s is a repository', (text, named) => {
  expect(readNamed(text)).toEqual(named);
});

it.each([
  '',
  'a',
  'a/',
  '/b',
  'a/b/c',
  '../b',
  'a/..',
  'a b/c',
  'a/b@',
  'a/b@-x',
  'a/b:',
  'a/b:../c',
  'a/b:c//d',
  'a/b:c?d',
  'a/b@x y',
  'https://h.org/a/b',
])('%j is none', (text) => {
  expect(readNamed(text)).toBeNull();
});

const source = { hub: 'a/b', revision: 'c0ffee', file: 'x y,z~1.gguf' };
const recipe: Recipe = {
  preset: 'mine',
  values: defaultValues,
  model: { name: 'x y,z~1.gguf', digest: '0123456789abcdef', source },
};

it('comes back from its text, a link and a file', async () => {
  expect(readSource(namedSource(source))).toEqual(source);
  const link = await formatLink(recipe, [], { includeData: false, fingerprint: null });
  const parsed = await parseLink(`#${link}`, []);
  expect(parsed.recipe.model).toEqual(recipe.model);
  expect(readRecipeJson(recipeJson(recipe, []), []).model).toEqual(recipe.model);
});

describe('a link', () => {
  it('may name the source alone; the model is known once it is here', async () => {
    const { recipe: read, notes } = await parseLink('#v=1&model.hub=a/b@c0ffee', []);
    expect(read.model).toEqual({
      name: 'b',
      digest: '',
      source: { hub: 'a/b', revision: 'c0ffee', file: null },
    });
    expect(notes).toEqual([]);
    expect(await formatLink(read, [], { includeData: false, fingerprint: null })).toContain(
      'model.hub=a/b%40c0ffee',
    );
  });

  it('that names none keeps the model, and says so', async () => {
    const { recipe: read, notes } = await parseLink('#model=0123456789abcdef~b&model.hub=../b@c', []);
    expect(read.model).toEqual({ name: 'b', digest: '0123456789abcdef' });
    expect(notes.map(({ en }) => en)).toEqual([expect.stringContaining('expected owner/name@revision')]);
  });
});

it.each([
  { ...source, hub: 'a' },
  { ...source, revision: '' },
  { ...source, file: '../x' },
  { ...source, token: 'hf_x' },
])('%j is no source', (value) => {
  expect(shaped(modelSource, value).misfit).not.toBeNull();
});
