// Links: what goes in comes out, only what differs is written, and garbage becomes notes.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sampleProgram } from '../testing/sampleProgram.ts';
import { deflateText } from './deflate.ts';
import { formatLink, parseLink, recipeJson } from './link.ts';
import type { RecipePatch } from './recipe.ts';
import { defaultValues, withPatch } from './recipe.ts';
import { readRecipeJson } from './recipeFile.ts';

const presets = [
  { id: 'plain', values: defaultValues },
  { id: 'other', values: withPatch(defaultValues, { 'lora.r': 4 }) },
];
const none = { includeData: false, fingerprint: null };

describe('links', () => {
  it('hold only what differs from the preset', async () => {
    const recipe = {
      preset: 'other',
      values: withPatch(defaultValues, { 'lora.r': 16, 'lora.target_modules': '["q_proj","v_proj"]' }),
    };
    const link = await formatLink(recipe, presets, none);
    expect(link).toBe('v=1&preset=other&lora.r=16&lora.target_modules=%5B%22q_proj%22,%22v_proj%22%5D');
    expect(await parseLink(`#${link}`, presets)).toEqual({ recipe, fingerprint: null, notes: [] });
  });

  it('come back from any settings, rows, questions and losses', async () => {
    const patch: fc.Arbitrary<RecipePatch> = fc.record({
      'lora.r': fc.integer({ min: 1, max: 128 }),
      'train.learning_rate': fc.double({ min: 0, max: 1, noNaN: true }),
      'train.gradient_checkpointing': fc.boolean(),
    });
    const rows = fc.string({ unit: 'grapheme' });
    await fc.assert(
      fc.asyncProperty(
        patch,
        rows,
        fc.array(fc.string({ unit: 'grapheme' }), { minLength: 1 }),
        async (settings, text, prompts) => {
          const recipe = {
            preset: 'plain',
            values: withPatch(defaultValues, settings),
            data: { name: 'a.jsonl', text },
            prompts,
          };
          const fingerprint = {
            device: 'webgpu:a b/c~',
            losses: [
              [1, 2.5],
              [20, 0.125],
            ] as const,
          };
          const kept = { ...fingerprint, device: 'webgpu:a b/c' };
          const link = await formatLink(recipe, presets, { includeData: true, fingerprint: kept });
          expect(await parseLink(link, presets)).toEqual({ recipe, fingerprint: kept, notes: [] });
          expect(readRecipeJson(recipeJson(recipe, presets), presets)).toEqual(recipe);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('take a short chat template along, a long one when asked, and say so to whoever opens them', async () => {
    const chatTemplate = '{% for m in messages %}\n{{ m.content }}{% endfor %}';
    const recipe = { preset: 'plain', values: defaultValues, chatTemplate };
    const opened = await parseLink(await formatLink(recipe, presets, none), presets);
    expect(opened.recipe).toEqual(recipe);
    expect(opened.notes.map(({ en }) => en).join()).toMatch(/carries a chat template of 2 lines/);
    const long = { ...recipe, chatTemplate: chatTemplate.repeat(99) };
    expect(await formatLink(long, presets, none)).toBe('v=1&preset=plain');
    const asked = await formatLink(long, presets, { ...none, includeTemplate: true });
    expect((await parseLink(asked, presets)).recipe).toEqual(long);
  });

  it.each([() => 'text', () => 'z.!!', async () => `z.${await deflateText(' ')}`])(
    'use the model’s own in the place of a damaged one: %s',
    async (written) => {
      const template = await written();
      const { recipe, notes } = await parseLink(`#v=1&preset=plain&template=${template}`, presets);
      expect(recipe).toEqual({ preset: 'plain', values: defaultValues });
      expect(notes.map(({ en }) => en).join()).toMatch(/template: .*damaged/);
    },
  );

  it('take a script along when asked, and say so to whoever opens them', async () => {
    const recipe = { preset: 'plain', values: defaultValues, program: sampleProgram };
    const options = { includeData: true, fingerprint: null };
    expect(await formatLink(recipe, presets, options)).toBe('v=1&preset=plain');
    const link = await formatLink(recipe, presets, { ...options, includeProgram: true });
    const opened = await parseLink(link, presets);
    expect(opened.recipe).toEqual(recipe);
    expect(opened.notes.map(({ en }) => en).join()).toMatch(/carries a script of 4 lines/);
    expect(readRecipeJson(recipeJson(recipe, presets), presets)).toEqual(recipe);
  });

  it.each([
    ['a call of nothing', { ...sampleProgram, calls: [{ line: 1 }] }, 'calls.0.callee'],
    [
      'a release that is none',
      { ...sampleProgram, versions: { ...sampleProgram.versions, peft: '0.17; rm' } },
      'versions.peft',
    ],
    [
      'a release of bitsandbytes that is none',
      { ...sampleProgram, versions: { ...sampleProgram.versions, bitsandbytes: '0.48; rm' } },
      'versions.bitsandbytes',
    ],
    ['too many calls', { ...sampleProgram, calls: Array(10_001).fill(sampleProgram.calls[1]) }, 'at most'],
    ['too long a text', { ...sampleProgram, source: 'x'.repeat(950_000) }, 'at most'],
    ['a text whose bytes are too many', { ...sampleProgram, source: '注'.repeat(320_000) }, 'at most'],
    [
      'values that nest without end',
      JSON.parse(
        JSON.stringify(sampleProgram).replace(
          '"HuggingFaceTB/SmolLM2-135M"',
          '['.repeat(99) + ']'.repeat(99),
        ),
      ),
      'nests deeper than 64 levels',
      'Recipe file',
    ],
  ])('go on without a script of %s, and say what is wrong', async (_, program, words, inFile = words) => {
    const { recipe, notes } = await parseLink(
      `#program=z.${await deflateText(JSON.stringify(program))}`,
      presets,
    );
    expect(recipe.program).toBeUndefined();
    expect(notes.map(({ en }) => en).join()).toContain(words);
    const text = JSON.stringify({ version: 1, preset: 'plain', program });
    expect(() => readRecipeJson(text, presets)).toThrow(inFile);
  });

  it('never throw, whatever they hold', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), async (text) => {
        expect((await parseLink(text, presets)).recipe.preset).toBeDefined();
      }),
      { numRuns: 200 },
    );
  });

  it.each([
    ['lora.r=0x10', /lora\.r: expected a number .* got "0x10"/],
    ['lora.r=', /lora\.r: expected a number .* got ""/],
    ['train.learning_rate=Infinity', /learning_rate: expected a number/],
    ['v=0x1', /the link says "0x1"/],
    ['fp=cpu~1:0x2', /fp: the losses/],
    ['fp=cpu~1:2:3', /fp: the losses/],
    ['fp=cpu~-1:2', /fp: the losses/],
    ['__proto__=1', /__proto__: no such setting/],
    ['constructor=1', /constructor: no such setting/],
  ])('keep the default for %s', async (part, words) => {
    const { recipe, notes } = await parseLink(`#preset=plain&${part}`, presets);
    expect(recipe.values).toEqual(defaultValues);
    expect(notes.map(({ en }) => en).join(' ')).toMatch(words);
  });

  it('hold whole characters, and quote no more than a line of what they refuse', async () => {
    const { recipe, notes } = await parseLink(
      `#prompt=\ud800a&lora.target_modules=${'['.repeat(1e5)}&${'k'.repeat(1e5)}=1`,
      presets,
    );
    expect(recipe.prompts).toEqual(['\ufffda']);
    expect(notes).toHaveLength(2);
    for (const { en } of notes) expect(en.length).toBeLessThan(300);
  });

  it('say what they could not use', async () => {
    const { recipe, notes } = await parseLink(
      '#v=9&preset=gone&lora.r=banana&nonsense=1&data=z.%%%&fp=xx',
      presets,
    );
    expect(recipe.values).toEqual(defaultValues);
    for (const word of ['v:', 'preset:', 'lora.r', 'nonsense', 'data:', 'fp:'])
      expect(
        notes.some((note) => note.en.includes(word)),
        word,
      ).toBe(true);
  });
});
