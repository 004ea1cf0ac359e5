// The scripts that scripts.sh runs: one a recipe, two steps each, named with the stack they need.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { main } from './writeScripts.ts';

it('writes one script a recipe and lists them', () => {
  const folder = mkdtempSync(join(tmpdir(), 'scripts-'));
  const written: string[] = [];
  const stdout = vi
    .spyOn(process.stdout, 'write')
    .mockImplementation((text) => written.push(String(text)) > 0);
  try {
    expect(main([folder])).toBe(0);
  } finally {
    stdout.mockRestore();
  }
  const recipes: object = JSON.parse(readFileSync('tools/golden/script_recipes.json', 'utf8'));
  expect(written).toHaveLength(Object.keys(recipes).length);
  for (const line of written) {
    const [, file = '', stack = ''] = line.trimEnd().split('\t');
    const script = readFileSync(file, 'utf8');
    expect(script).toContain(`trl==${stack.replace('trl-', '')}`);
    expect(script).toMatch(/max_steps=2|steps = 2/);
  }
  rmSync(folder, { recursive: true });
});
