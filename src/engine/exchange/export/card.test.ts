// README.md of an adapter whose base has a hostile name: its front matter says what it is meant to say and nothing else.
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { plainName } from '../../ground/plainName.ts';
import { modelCard } from './card.ts';

const readmeOf = async (base: string): Promise<string> => {
  const summary = { method: 'LoRA', whole: 'LoRA', targets: ['q_proj'] };
  const { bytes } = await modelCard({ base, recipe: '#v=1' }, summary);
  return new TextDecoder().decode(bytes);
};

const names = [
  'Tiny',
  'x\nlicense: mit\ntags: [safe]',
  'x\r\n---\n# Trust me',
  '"quoted": yes',
  "it's: {a: 1}",
  '*alias',
  '&anchor',
  '!!python/object/apply:os.system ["x"]',
  '| block',
  '# comment',
  'yes',
  '0x10',
  '1e3',
  'null',
  '- item',
  '\u2028license: mit',
  '\u202elicense',
  '```\n<script>alert(1)</script>\n```',
  '[click](javascript:alert(1))',
  '\ud800',
];

it.each(names.map((name) => [JSON.stringify(name), name]))('%s', async (_, name) => {
  const readme = await readmeOf(name);
  const end = readme.indexOf('\n---\n', 3);
  const matter: unknown = parse(readme.slice(4, end));
  expect(Object.keys(Object(matter))).toEqual(['base_model', 'library_name', 'pipeline_tag', 'tags']);
  expect(matter).toMatchObject({
    base_model: name.replace('\ud800', '\ufffd'),
    tags: ['lora', 'lora-playground'],
  });
  const lines = readme
    .slice(end + 5)
    .trim()
    .split('\n');
  expect(lines[0]).toMatch(/^# LoRA adapter for `[^`]*`$/);
  expect(lines).toHaveLength(12);
});

it('a file is called by its name alone', () => {
  const asked = ['../../.bashrc', 'C:\\x\\con.gguf', 'a\nb', '..', '', '\u202egpj.exe', 'a:b|c'];
  expect(asked.map((one) => plainName(one))).toEqual([
    'bashrc',
    'con.gguf',
    'ab',
    'model',
    'model',
    'gpj.exe',
    'a_b_c',
  ]);
});
