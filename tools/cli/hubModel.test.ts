// A model by its name on the command line: fetched once into a folder, opened from there without a request, its name in the recipe, the
// link and the script; a link of another machine finds it again. A read token stands in none of them.
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { hostileServer, serving, testNet } from '../../src/engine/ground/fetching/testing/hostileServer.ts';
import { writeGguf } from '../../src/engine/ground/formats/gguf/writer.ts';
import type { HubServer } from '../../src/engine/hub/testing/hubServer.ts';
import { COMMIT, hubServer, READ_TOKEN } from '../../src/engine/hub/testing/hubServer.ts';
import { WRITE_TOKEN, WRITER } from '../../src/engine/hub/testing/pushDoor.ts';
import { formatLink, recipeJson } from '../../src/engine/recipe/link.ts';
import { presetValues } from '../../src/engine/recipe/presets.ts';
import { Assets } from '../../src/engine/session/assets.ts';
import { inspectRecipe } from '../../src/engine/session/inspectRecipe.ts';
import { randomFolder } from '../../src/engine/testing/checkpoint.ts';
import { tinySpec } from '../../src/engine/testing/ggufModel.ts';
import { nodeLocks } from './modelCache.ts';
import { readPublic } from './readPublic.ts';
import { recipeOf } from './recipeOf.ts';
import { main as train } from './train.ts';

let server: HubServer;
let cache = '';
const folder = randomFolder();
beforeAll(async () => {
  server = await hubServer();
  server.serve({ id: 'tests/Tiny', files: folder, gated: 'auto' });
});
afterAll(() => server.close());
beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), 'models-'));
  vi.stubEnv('LORA_PLAYGROUND_MODELS', cache);
  vi.stubEnv('HF_TOKEN', READ_TOKEN);
});
afterEach(() => {
  server.forget();
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

const plain = { link: null, recipe: null, preset: null, data: null, model: null, adapter: [], steps: null };

async function opened(named: Partial<Record<'model' | 'link' | 'recipe', string>>) {
  const assets = new Assets(readPublic);
  const notes: string[] = [];
  const note = (text: string): void => void notes.push(text);
  const recipe = await recipeOf({ ...plain, hub: server.address, ...named }, assets, note, testNet());
  const presets = presetValues(await assets.presets());
  const link = await formatLink(recipe, presets, { includeData: false, fingerprint: null });
  const json = recipeJson(recipe, presets);
  expect(`${link} ${json} ${notes.join(' ')}`).not.toContain(READ_TOKEN);
  return { assets, notes, recipe, link, json };
}

it('is fetched once, and found again by a link, a recipe or its name without a request', async () => {
  const first = await opened({ model: 'tests/Tiny' });
  const source = { hub: 'tests/Tiny', revision: COMMIT, file: null };
  expect(first.recipe.model).toMatchObject({ name: 'Tiny', source });
  expect(first.notes.join('\n')).toContain(`Tiny: tests/Tiny at ${COMMIT}, kept in ${cache}`);
  expect(first.link).toContain(`model.hub=tests/Tiny%40${COMMIT}`);
  server.forget();
  const saved = join(cache, 'saved.json');
  writeFileSync(saved, first.json);
  for (const named of [{ model: 'tests/Tiny' }, { link: `#${first.link}` }, { recipe: saved }])
    expect((await opened(named)).recipe.model).toEqual(first.recipe.model);
  // A link written by hand needs no digest.
  const byHand = await opened({ link: `#v=1&model.hub=tests/Tiny@${COMMIT}` });
  expect(byHand.recipe.model).toEqual(first.recipe.model);
  expect(server.asked).toEqual([]);
});

it('is named in the script by its id and commit', async () => {
  const { assets, recipe } = await opened({ model: 'tests/Tiny' });
  const { script } = await inspectRecipe(assets, recipe);
  expect(script).toContain('MODEL = "tests/Tiny"\n');
  expect(script).toContain(`REVISION = "${COMMIT}"\n`);
  expect(script).toContain('AutoTokenizer.from_pretrained(MODEL, revision=REVISION)');
  expect(script).toMatch(/AutoModelForCausalLM\.from_pretrained\(\s*MODEL,\s*revision=REVISION,/);
});

it('leaves its token in no file that a run writes, nor in what is printed', async () => {
  const out = mkdtempSync(join(tmpdir(), 'run-'));
  let printed = '';
  const hear = (text: unknown): boolean => {
    printed += String(text);
    return true;
  };
  vi.spyOn(process.stdout, 'write').mockImplementation(hear);
  vi.spyOn(process.stderr, 'write').mockImplementation(hear);
  const args = ['--model', 'tests/Tiny', '--hub', server.address, '--backend', 'cpu', '--steps', '1'];
  expect(await train([...args, '--checkpoint', join(out, 'saved'), '--export', out])).toBe(0);
  expect(server.asked.some(({ headers }) => headers.authorization === `Bearer ${READ_TOKEN}`)).toBe(true);
  const all = [cache, out].flatMap((root) =>
    readdirSync(root, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => readFileSync(join(parentPath, name), 'latin1')),
  );
  expect(all.length).toBeGreaterThan(8);
  for (const text of [printed, ...all]) expect(text.includes(READ_TOKEN)).toBe(false);
  const config: unknown = JSON.parse(readFileSync(join(out, 'peft', 'adapter_config.json'), 'utf8'));
  expect(config).toMatchObject({ base_model_name_or_path: 'tests/Tiny', revision: COMMIT });
});

it('hands a run to a repository, whose files say and hold what was trained', async () => {
  vi.stubEnv('HF_TOKEN', WRITE_TOKEN);
  vi.spyOn(process.stdout, 'write').mockImplementation(() => true);
  const args = ['--hub', server.address, '--backend', 'cpu', '--steps', '1'];
  expect(await train([...args, '--push', `${WRITER}/run`])).toBe(0);
  const there = server.pushed.get(`${WRITER}/run`);
  expect(there?.private).toBe(true);
  const names = [...(there?.files.keys() ?? [])];
  for (const name of ['README.md', 'adapter_config.json', 'adapter_model.safetensors', 'train.py'])
    expect(names).toContain(name);
  const log: unknown = JSON.parse(Buffer.from(there?.files.get('trainer_state.json') ?? []).toString());
  expect(log).toMatchObject({ global_step: 1 });
});

it('trains nothing for a repository that it could not hand it to', async () => {
  vi.stubEnv('HF_TOKEN', '');
  let told = '';
  vi.spyOn(process.stdout, 'write').mockImplementation(() => true);
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    told += String(text);
    return true;
  });
  expect(await train(['--hub', server.address, '--backend', 'cpu', '--steps', '1', '--push', 'a/b'])).toBe(1);
  expect(told).toContain('hub-write-token');
});

it('by the address of a file is kept too, and opened the next time without a request', async () => {
  const bytes = writeGguf(tinySpec()).file;
  const host = await hostileServer();
  try {
    const url = `${host.answers('/models/tiny.gguf', serving({ bytes }))}?X-Signature=s3cr3t`;
    const net = testNet();
    const open = async () => {
      const assets = new Assets(readPublic);
      const notes: string[] = [];
      const asked = { ...plain, hub: server.address, model: url, keep: true };
      const { model } = await recipeOf(asked, assets, (text) => notes.push(text), net);
      return { model, notes: notes.join(' ') };
    };
    const first = await open();
    expect(first.notes).toContain(`tiny.gguf: kept in ${cache}`);
    const asked = host.asked('/models/tiny.gguf').length;
    expect(asked).toBeGreaterThan(0);
    expect((await open()).model).toEqual(first.model);
    expect(host.asked('/models/tiny.gguf')).toHaveLength(asked);
    // What signs the address is written nowhere.
    for (const name of readdirSync(cache))
      expect(readFileSync(join(cache, name), 'latin1').includes('s3cr3t')).toBe(false);
    expect(first.notes).not.toContain('s3cr3t');
  } finally {
    await host.close();
  }
});

it('is listed with its bytes, and deleted by its name with what no other model needs', async () => {
  let printed = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += String(text);
    return true;
  });
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    printed += String(text);
    return true;
  });
  const told = async (code: number, ...args: readonly string[]): Promise<string> => {
    printed = '';
    expect(await train(args)).toBe(code);
    return printed;
  };
  expect(await told(0, '--list-models')).toBe(`No model is kept in ${cache}.\n`);
  await opened({ model: 'tests/Tiny' });
  const bytes = [...folder.values()].reduce((sum, file) => sum + file.length, 0);
  const listed = await told(0, '--list-models');
  expect(listed).toMatch(
    new RegExp(`^tests/Tiny@${COMMIT}  \\d+\\.\\d MiB, last used \\d{4}-\\d\\d-\\d\\d\n`),
  );
  const [fact] = (await told(0, '--list-models', '--json')).trim().split('\n');
  expect(JSON.parse(fact ?? '')).toMatchObject({
    model: `tests/Tiny@${COMMIT}`,
    whole: true,
    bytes,
    keptBytes: bytes,
  });
  // Neither a part of the name nor another revision is this model.
  for (const other of ['tests/Tin', 'tests/Tiny@0000', ''])
    expect(await told(1, '--delete-model', other)).toContain(`no kept model is called '${other}'`);
  expect(await told(0, '--delete-model', 'tests/Tiny')).toContain(`Deleted: tests/Tiny@${COMMIT}`);
  expect(readdirSync(cache)).toEqual([]);
});

it('waits for another process that fetches a file, and not for one that ended', async () => {
  const [one, other] = [nodeLocks(cache), nodeLocks(cache)];
  const seen: string[] = [];
  let second: Promise<unknown> = Promise.resolve();
  await one.hold('a', {}, async () => {
    // Asked for while it is held: the first goes on when the second has been told.
    await new Promise<void>((told) => {
      second = other.hold('a', { waits: told }, async () => void seen.push('second'));
    });
    seen.push('first');
  });
  await second;
  expect(seen).toEqual(['first', 'second']);
  // No process has such a number.
  writeFileSync(join(cache, 'b.lock'), '2147483647');
  await other.hold('b', {}, async () => void seen.push('b'));
  expect(seen).toContain('b');
});
