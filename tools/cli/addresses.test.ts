// Addresses on the command line, from a hostile server: the same recipe as from the file on the disk, or an error that says what the
// server did; and nothing that is secret in an address ever stands in a recipe, a link or what is printed.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { UserError } from '../../src/engine/ground/errors.ts';
import type { Answer, HostileServer } from '../../src/engine/ground/fetching/testing/hostileServer.ts';
import {
  hostileServer,
  serving,
  status,
  testNet,
} from '../../src/engine/ground/fetching/testing/hostileServer.ts';
import { writeGguf } from '../../src/engine/ground/formats/gguf/writer.ts';
import { formatLink } from '../../src/engine/recipe/link.ts';
import { presetValues } from '../../src/engine/recipe/presets.ts';
import { Assets } from '../../src/engine/session/assets.ts';
import { tinySpec } from '../../src/engine/testing/ggufModel.ts';
import { main as lab } from './lab.ts';
import { readPublic } from './readPublic.ts';
import { recipeOf } from './recipeOf.ts';
import { noOptions } from './testing/noOptions.ts';
import { main as train } from './train.ts';

const bytes = writeGguf(tinySpec()).file;
let server: HostileServer;
beforeAll(async () => {
  server = await hostileServer();
});
afterAll(() => server.close());
beforeEach(() => void vi.stubEnv('LORA_PLAYGROUND_MODELS', mkdtempSync(join(tmpdir(), 'models-'))));
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

const secrets = /annie|hunter2|s3cr3t/;
let paths = 0;

/** An address with a login and a signature, answered so; the last answer stays. */
function address(...answers: readonly Answer[]): { readonly url: string; readonly path: string } {
  paths += 1;
  const path = `/models/tiny-${paths}.gguf`;
  server.answers(path, ...answers);
  return { path, url: `${server.origin.replace('//', '//annie:hunter2@')}${path}?X-Signature=s3cr3t` };
}

async function opened(url: string) {
  const assets = new Assets(readPublic);
  const notes: string[] = [];
  const net = testNet();
  const recipe = await recipeOf({ ...noOptions, model: url }, assets, (text) => notes.push(text), net);
  return { recipe, notes, link: await formatLink(recipe, presetValues(await assets.presets()), none) };
}
const none = { includeData: false, fingerprint: null };

describe('a model by its address', () => {
  it('is the model of the file, by the name of the file', async () => {
    const { path, url } = address(serving({ bytes }));
    const { recipe, link, notes } = await opened(url);
    const other = await opened(`${server.answers('/other.gguf', serving({ bytes }))}`);
    expect(recipe.model).toEqual({ name: path.split('/').at(-1), digest: other.recipe.model?.digest });
    expect(`${JSON.stringify(recipe)} ${link} ${notes.join(' ')}`).not.toMatch(secrets);
    expect(server.asked(path)[0]).toMatchObject({ url: `${path}?X-Signature=s3cr3t` });
    expect(server.asked(path)[0]?.authorization).toBe(`Basic ${btoa('annie:hunter2')}`);
  });

  it('comes in the end from a server that is busy and cuts, and that is said', async () => {
    const { url } = address(
      status(503),
      serving({ bytes }),
      status(429, { 'retry-after': '3' }),
      serving({ bytes, cutAfter: 9000 }),
      serving({ bytes }),
    );
    const { recipe, notes } = await opened(url);
    expect(recipe.model?.name).toBe(`tiny-${paths}.gguf`);
    expect(notes).toEqual([
      expect.stringContaining('asked again in 0.5 s'),
      expect.stringContaining('asked again in 3.0 s'),
      expect.stringMatching(/asked again in [01]\.\d s/),
    ]);
  });

  const changed = bytes.map((byte, i) => (i > 100_000 ? byte ^ 1 : byte));
  it.each<[string, readonly Answer[], string]>([
    ['asks for a login', [status(401)], 'fetch-login'],
    ['refuses', [status(403)], 'fetch-forbidden'],
    ['lacks the file', [status(404)], 'fetch-missing'],
    ['is busy for ever', [status(500)], 'fetch-busy'],
    ['knows no ranges', [status(200)], 'fetch-range'],
    ['changes the file', [serving({ bytes }), serving({ bytes: changed, tag: '"2"' })], 'fetch-changed'],
    [
      'changes the bytes under one tag',
      [serving({ bytes }), serving({ bytes: bytes.map((b) => b ^ 1) })],
      'fetch-changed',
    ],
    ['cuts for ever', [serving({ bytes, cutAfter: 10 })], 'fetch-cut'],
    ['ends the connection', [(_, response) => void response.destroy()], 'fetch-offline'],
  ])('is refused where the server %s', async (_, answers, code) => {
    const { url } = address(...answers);
    const error: unknown = await opened(url).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UserError);
    expect(error).toMatchObject({ code });
    expect(String(error)).not.toMatch(secrets);
  });
});

describe('what is printed', () => {
  const printed = (): (() => string) => {
    const told: string[] = [];
    for (const stream of [process.stdout, process.stderr])
      vi.spyOn(stream, 'write').mockImplementation((text) => {
        told.push(String(text));
        return true;
      });
    return () => told.join('');
  };

  it.each([
    ['a report', lab, serving({ bytes }), 0, /tiny-\d+\.gguf/],
    [
      'a refusal',
      lab,
      status(403),
      1,
      /fetch-forbidden.*models\/tiny-\d+\.gguf: the server knows the request/,
    ],
    ['a run that does not begin', train, status(404), 1, /fetch-missing.*no such file \(404\)/],
    ['an address without a server', lab, null, 1, /fetch-address/],
  ])('holds no secret: %s', async (_, main, answer, code, words) => {
    const url = answer === null ? 'https://annie:hunter2@/x?s3cr3t' : address(answer).url;
    const told = printed();
    expect(await main(['--preset', 'ships-log', '--model', url, '--json'])).toBe(code);
    expect(told()).toMatch(words);
    expect(told()).not.toMatch(secrets);
  });
});
