// Pages of code name the releases that this project is built with, and a question of any characters stays a question.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { SNIPPET_PACKAGES, withOnnxRuntime, withTransformers } from './snippets.ts';

const { dependencies }: { readonly dependencies: Readonly<Record<string, string>> } = JSON.parse(
  readFileSync('package.json', 'utf8'),
);

it('names the releases that it was tried with', () => {
  const ours = Object.entries(SNIPPET_PACKAGES).filter(([name]) => name in dependencies);
  expect(ours.length).toBe(3);
  for (const [name, version] of ours) expect(version, name).toBe(dependencies[name]);
});

it.each([withTransformers, withOnnxRuntime])('no question ends the script', (page) => {
  const text = page('</script><script>alert("a")\u2028\\', 'wasm');
  expect(text.match(/<\/script>/g)?.length).toBe(1);
  expect(text).toContain(String.raw`"\u003c/script>\u003cscript>alert(\"a\")`);
});
