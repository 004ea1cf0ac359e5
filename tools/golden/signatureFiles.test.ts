// The committed files of signatures and exports are one run of their scripts over all stacks: nothing merged by hand, nothing left of an earlier
// script. What the entries say is signatures.test.ts'.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Parameter, Signature } from '../../src/engine/libraries/signatures/signatures.ts';
import { stacks } from '../../src/engine/libraries/stacks.ts';
import { compareVersions } from '../../src/engine/libraries/version.ts';
import { entries, entryOf, folder, shared } from '../../src/engine/testing/signatures.ts';

const again = 'run `npm run golden -- signatures`';
const ids = stacks.map(({ id }) => id);

const isName = (value: unknown): boolean => typeof value === 'string' && value !== '';
const isNames = (value: unknown): boolean => Array.isArray(value) && value.every(isName);
const isParameter = (one: unknown): boolean =>
  isName(one) || (Array.isArray(one) && one.length === 2 && isName(one[0]));
const isParameters = (value: unknown): boolean => Array.isArray(value) && value.every(isParameter);
const isTexts = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.values(value).every(isName);
const isRefusal = (one: unknown): boolean =>
  Array.isArray(one) && one.length === 3 && isNames(one[0]) && isName(one[1]) && isName(one[2]);
const isRenaming = (one: unknown): boolean =>
  Array.isArray(one) &&
  one.length === 3 &&
  isName(one[0]) &&
  (one[1] === null || isName(one[1])) &&
  (one[2] === null || isName(one[2]));
const listOf = (holds: (one: unknown) => boolean) => (value: unknown) =>
  Array.isArray(value) && value.every(holds);

const shape: Readonly<Record<string, (value: unknown) => boolean>> = {
  missing: isName,
  base: isName,
  parameters: (value) => value === null || isParameters(value),
  fields: isParameters,
  types: isTexts,
  refuses: listOf(isRefusal),
  keywordOnly: isNames,
  qualname: isName,
  reads: isParameters,
  renamed: listOf(isRenaming),
  ends: (value) => Array.isArray(value) && value.length === 2 && isName(value[0]) && isNames(value[1]),
  deprecated: isTexts,
  deprecations: isNames,
  members: (value) => typeof value === 'object' && value !== null,
};

/** A field whose type its default doesn't tell: it has none, or None. */
const untold = (fields: readonly Parameter[]): string[] =>
  fields.flatMap((one) => (typeof one === 'string' ? [one] : one[1] === null ? [one[0]] : []));

describe('files of signatures', () => {
  it('were written for every stack by the scripts as they are now', () => {
    const names = ['signatures.py', 'signature_names.py', 'signature_source.py'];
    const hash = createHash('sha256');
    for (const name of names) hash.update(readFileSync(`tools/golden/${name}`));
    const mark = hash.digest('hex').slice(0, 12);
    const written = Object.entries(entries).map(([id, entry]) => [id, entry.script]);
    expect(written, again).toEqual(ids.map((id) => [id, mark]));
  });

  it('have entries of one shape', () => {
    const wrong = Object.entries(shared).flatMap(([name, variants]) =>
      variants.flatMap((variant, at) =>
        Object.entries(variant).flatMap(([key, value]) =>
          shape[key]?.(value) ? [] : [`${name}[${at}].${key}: ${JSON.stringify(value)}`],
        ),
      ),
    );
    expect(wrong, again).toEqual([]);
  });

  it('say the type of every field whose default does not', () => {
    const lacking = Object.entries(shared).flatMap(([name, variants]) =>
      variants.flatMap(({ fields, types }: Signature, at) =>
        untold(fields ?? []).flatMap((field) => (types?.[field] ? [] : [`${name}[${at}].${field}`])),
      ),
    );
    expect(lacking, again).toEqual([]);
  });

  it.each(ids)('%s: settings that check themselves say what they refuse', (id) => {
    const own = 'transformers.TrainingArguments peft.LoraConfig'.split(' ');
    const silent = own.filter((name) => (entryOf(id, name).refuses ?? []).length === 0);
    const lora = compareVersions(entries[id]?.versions.peft ?? '0', '0.7') >= 0;
    expect(silent).toEqual(lora ? [] : ['peft.LoraConfig']);
  });
});

interface Exported {
  readonly versions: readonly string[];
  readonly names: Readonly<Record<string, string>>;
}
const exported: Readonly<Record<string, Exported>> = JSON.parse(
  readFileSync(`${folder}/exports.json`, 'utf8'),
);

describe('files of exports', () => {
  it.each('torch transformers peft trl accelerate bitsandbytes datasets'.split(' '))(
    '%s: every release of the stacks, oldest first',
    (library) => {
      const releases = Object.values(entries).flatMap(({ versions }) => versions[library] ?? []);
      const plain = [...new Set(releases.map((one) => one.replace(/\+.*$/, '')))].sort(compareVersions);
      expect(exported[library]?.versions, again).toEqual(plain);
      for (const span of Object.keys(exported[library]?.names ?? {}))
        for (const end of span.split('..')) expect(plain).toContain(end);
    },
  );
});
