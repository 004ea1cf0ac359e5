// The page's own files as the build knows them: the table holds every one with its digest, and nothing else is taken for them.
import { readdirSync, readFileSync } from 'node:fs';
import { pageFiles } from 'virtual:page-files';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { browserHost, pyodideBytes } from '../../python/host/browserHost.ts';
import { ownFiles } from './ownFiles.ts';
import type { HostileServer } from './testing/hostileServer.ts';
import { hostileServer, serving, sha256Of, status, testNet } from './testing/hostileServer.ts';

let server: HostileServer;
beforeAll(async () => {
  server = await hostileServer();
});
afterAll(() => server.close());

it('are all in the table, with the bytes that they have', () => {
  for (const folder of ['model', 'presets'])
    for (const name of readdirSync(`public/${folder}`)) {
      if (name.endsWith('.md')) continue;
      const bytes = readFileSync(`public/${folder}/${name}`);
      expect(pageFiles[`${folder}/${name}`]).toEqual([bytes.length, sha256Of(bytes)]);
    }
  const python = Object.entries(pageFiles).filter(([path]) => path.startsWith('pyodide/'));
  expect(python.reduce((sum, [, [bytes]]) => sum + bytes, 0)).toBe(pyodideBytes);
});

it('come from the page’s folder, under their path, and as they were built', async () => {
  const config = readFileSync('public/model/config.json');
  server.answers('/some/path/model/config.json', serving({ bytes: config }));
  server.answers('/some/path/presets/presets.json', serving({ bytes: config }));
  const read = ownFiles(testNet(), `${server.origin}/some/path/`, pageFiles);
  expect(sha256Of(await read('model/config.json'))).toBe(sha256Of(config));
  await expect(read('presets/presets.json')).rejects.toThrow(
    `presets/presets.json: expected ${pageFiles['presets/presets.json']?.[0]} bytes, the server has ${config.length}.`,
  );
  await expect(read('model/tokenizer.json')).rejects.toThrow(
    'model/tokenizer.json: the server has no such file (404)',
  );
});

it.each(['model/other.bin', '__proto__', 'constructor', '../index.html'])('are no other: %s', (path) => {
  const read = ownFiles(testNet(), `${server.origin}/`, pageFiles);
  expect(() => read(path)).toThrow(`the build knows no file ${path}`);
});

it('fail Python with the file that failed', async () => {
  server.answers('/py/pyodide/pyodide.mjs', status(503));
  const read = ownFiles(testNet(), `${server.origin}/py/`, pageFiles);
  const opening = browserHost(`${server.origin}/py/pyodide/`, read, () => {});
  await expect(opening).rejects.toMatchObject({
    code: expect.stringMatching(/^fetch-(busy|missing)$/),
    message: expect.stringMatching(/^pyodide\/[\w.-]+: /),
  });
});
