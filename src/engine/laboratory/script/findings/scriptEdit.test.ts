// Words and pins in a script's text, which Python's grammar doesn't reach.
import { describe, expect, it } from 'vitest';
import { applyEdits } from './scriptEdit.ts';

const host = { edit: (source: string) => Promise.resolve(`${source}\nedited`) };

describe('edits of a script', () => {
  it('puts other releases where the text names some', async () => {
    const pins = { peft: '0.12.0', trl: '0.9.6' };
    const text = '# pip install "peft==0.10.0" trl>=0.7,<0.9 transformers==4.39.3\nimport peft';
    expect(await applyEdits(text, [{ pins }], host)).toEqual({
      source: '# pip install "peft==0.12.0" trl==0.9.6 transformers==4.39.3\nimport peft',
      pins,
    });
    const words = await applyEdits('# transformers 4.41.2 / trl==0.9.3 / peft 0.11\n', [{ pins }], host);
    expect(words?.source).toBe('# transformers 4.41.2 / trl==0.9.6 / peft 0.12.0\n');
  });

  it('and in a line of its own where it names none', async () => {
    const edited = await applyEdits('#!/usr/bin/env python\nx = 1', [{ pins: { peft: '0.12.0' } }], host);
    expect(edited?.source).toBe('#!/usr/bin/env python\n# pip install peft==0.12.0\nx = 1');
  });

  it('writes whole words otherwise, and says where there are none', async () => {
    const word = { line: 2, word: 'a', becomes: 'b' };
    expect((await applyEdits('a\na + ab + x.a', [word], host))?.source).toBe('a\nb + ab + x.a');
    expect(await applyEdits('a\nc', [word], host)).toBeNull();
  });

  it('leaves the rest to Python', async () => {
    const edits = [
      { line: null, word: 'a', becomes: 'b' },
      { module: 'peft', name: 'x' },
    ] as const;
    expect((await applyEdits('a', edits, host))?.source).toBe('b\nedited');
  });
});
