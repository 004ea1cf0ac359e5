// What of an address may be shown, for every way that a request can end: never its user, password, query or fragment.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UserError } from '../errors.ts';
import { readAddress } from './address.ts';
import { fetchBytes } from './download.ts';
import { rangedSource } from './rangedSource.ts';
import type { Answer, HostileServer } from './testing/hostileServer.ts';
import { hostileServer, serving, status, testNet } from './testing/hostileServer.ts';

let server: HostileServer;
beforeAll(async () => {
  server = await hostileServer();
});
afterAll(() => server.close());

it.each([
  ['https://h.org/a/b.gguf', 'https://h.org/a/b.gguf', 'b.gguf'],
  ['https://ann:pw@h.org/a/b.gguf?token=t#f', 'https://h.org/a/b.gguf', 'b.gguf'],
  ['http://h.org:81/a%20b.gguf', 'http://h.org:81/a%20b.gguf', 'a b.gguf'],
  ['https://h.org/', 'https://h.org/', 'h.org'],
  ['https://h.org/a%2F..%2Fb%0Ac', 'https://h.org/a%2F..%2Fb%0Ac', 'a_.._b_c'],
  ['https://h.org/%E0%A4%A', 'https://h.org/%E0%A4%A', '%E0%A4%A'],
])('shows of %s the place, and the name of the file', (text, shown, file) => {
  expect(readAddress(text)).toMatchObject({ shown, file });
});

it.each([
  'file:///etc/passwd',
  'ftp://ann:pw@h.org/x',
  'data:,x',
  'http://',
  'h.org/x',
  'https://ann:pw@/x',
  '',
])('refuses %s without quoting it', (text) => {
  expect(() => readAddress(text)).toThrow(
    /^Address: expected http:\/\/ or https:\/\/ and the name of a server/,
  );
});

it('takes the query along to the server, and a login in UTF-8', () => {
  const { url, headers } = readAddress('https://j%C3%BC%3A:p%40%25@h.org/x?token=a%20b#f');
  expect(url).toBe('https://h.org/x?token=a%20b');
  expect(Buffer.from(headers.authorization?.slice(6) ?? '', 'base64').toString()).toBe('jü::p@%');
});

describe('a secret', () => {
  const secrets = /annie|hunter2|s3cr3t|fr4gment/;
  const ways: readonly (readonly [string, Answer | null])[] = [
    ...[401, 403, 404, 418, 503].map((code) => [`a status ${code}`, status(code)] as const),
    ['a cut', serving({ cutAfter: 9 })],
    ['an answer without ranges', status(200)],
    ['a connection that fails', (_, response) => void response.destroy()],
    ['a redirect that fails', status(302, { location: 'http://annie:hunter2@127.0.0.1:9/x?s3cr3t' })],
    ['a redirect to nowhere', status(302, { location: 'nowhere://annie:hunter2@/s3cr3t' })],
    ['silence', null],
  ];

  it.each(ways)('does not show after %s', async (_, answer) => {
    const net = testNet();
    if (answer === null) net.silence = 'passes';
    server.answers('/m.gguf', answer ?? (() => {}));
    const text = `${server.origin.replace('//', '//annie:hunter2@')}/m.gguf?token=s3cr3t#fr4gment`;
    const told: unknown[] = [];
    const options = {
      mostBytes: 10,
      known: { sizeBytes: 1 },
      onProgress: (one: unknown) => void told.push(one),
    };
    for (const way of [
      () => fetchBytes(net, readAddress(text), options),
      () => rangedSource(net, text, options),
    ]) {
      const error: unknown = await way().catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(UserError);
      if (!(error instanceof UserError)) continue;
      told.push(error.message, error.problem, error.remedy, error.data, error.stack);
    }
    expect(JSON.stringify(told)).toContain('/m.gguf');
    expect(JSON.stringify(told)).not.toMatch(secrets);
  });
});
