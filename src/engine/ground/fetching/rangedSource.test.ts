// Parts of a file from a hostile server: the same bytes as from a disk, or an error that says what the server did.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UserError } from '../errors.ts';
import { rangedSource } from './rangedSource.ts';
import type { Answer, HostileServer } from './testing/hostileServer.ts';
import { file, hostileServer, otherFile, serving, status, testNet } from './testing/hostileServer.ts';

let server: HostileServer;
beforeAll(async () => {
  server = await hostileServer();
});
afterAll(() => server.close());

let paths = 0;

/** What a reading of these places gives when the server answers so; the last answer stays. */
async function read(answers: readonly Answer[], ...places: readonly (readonly [number, number])[]) {
  paths += 1;
  const path = `/model-${paths}.gguf`;
  const net = testNet();
  let outcome = 'the same bytes';
  let message = '';
  try {
    const source = await rangedSource(net, server.answers(path, ...answers));
    expect({ name: source.name, size: source.size }).toEqual({ name: path.slice(1), size: file.length });
    for (const [offset, length] of places) {
      const bytes = await source.read(offset, length);
      expect(Buffer.compare(bytes, file.subarray(offset, offset + length))).toBe(0);
    }
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    outcome = error.code;
    message = error.message;
  }
  return { outcome, message, asked: server.asked(path), waits: net.waits };
}

/** The same answer under another header, or without one. */
const saying =
  (headers: Readonly<Record<string, string>>, over: object = {}): Answer =>
  (request, response) =>
    serving({ ...over, headers })(request, response);

describe('a good server', () => {
  it.each([
    [0, 1],
    [123, 456],
    [65_535, 2],
    [65_536, 65_536],
    [10, 199_990],
    [199_999, 1],
    [0, 200_000],
    [5, 0],
  ])('gives bytes from %i on, %i of them', async (offset, length) => {
    expect((await read([serving()], [offset, length])).outcome).toBe('the same bytes');
  });

  it('is asked for whole blocks under the tag of the first answer', async () => {
    const { asked } = await read([serving()], [70_000, 10]);
    expect(asked.map((one) => [one.range, one['if-range']])).toEqual([
      ['bytes=0-65535', undefined],
      ['bytes=65536-131071', '"one"'],
    ]);
  });

  it('that is busy, or cuts, is asked again and goes on where it ended', async () => {
    const { outcome, asked, waits } = await read(
      [status(503), serving(), serving({ cutAfter: 100 }), status(429, { 'retry-after': '2' }), serving()],
      [70_000, 10],
    );
    expect(outcome).toBe('the same bytes');
    expect(waits).toEqual([500, 500, 2000]);
    expect(asked.at(-1)?.range).toBe('bytes=65636-131071');
  });

  it('without tags is asked for the whole part again after a cut', async () => {
    const { outcome, asked } = await read(
      [serving({ tag: null }), serving({ tag: null, cutAfter: 100 }), serving({ tag: null })],
      [70_000, 10],
    );
    expect(outcome).toBe('the same bytes');
    expect(asked.at(-1)?.range).toBe('bytes=65536-131071');
  });
});

describe('a server that knows no ranges', () => {
  it.each<[string, Answer, string, RegExp]>([
    ['sends everything', status(200), 'fetch-range', /the server answered 200/],
    ['has no such file', status(404), 'fetch-missing', /no such file \(404\)/],
    ['asks for a login', status(401), 'fetch-login', /who you are/],
    ['is empty', status(416), 'fetch-range', /the server answered 416/],
    ['does not say which part', status(206), 'fetch-range', /does not say which/],
    ['hides the length', saying({ 'content-range': 'bytes 0-65535/*' }), 'fetch-range', /does not say which/],
    [
      'sends a later part',
      (request, response) => {
        request.headers.range = 'bytes=1-65535';
        serving()(request, response);
      },
      'fetch-range',
      /bytes 1 to 65536/,
    ],
    [
      'sends another part',
      saying({ 'content-range': 'bytes 1-65536/200000' }),
      'fetch-range',
      /bytes 1 to 65537/,
    ],
    ['compresses', saying({ 'content-encoding': 'br' }), 'fetch-range', /compressed/],
    [
      'names other lengths',
      saying({ 'content-range': 'bytes 0-99/200000' }),
      'fetch-range',
      /100 bytes are named and 65536 announced/,
    ],
  ])('%s', async (_, answer, code, words) => {
    const { outcome, message, asked } = await read([answer]);
    expect({ outcome, times: asked.length }).toEqual({ outcome: code, times: 1 });
    expect(message).toMatch(words);
  });
});

describe('a file that changes while it is read', () => {
  const [early, late] = [
    [0, 100],
    [70_000, 100],
  ] as const;
  const ignoring =
    (answer: Answer): Answer =>
    (request, response) => {
      delete request.headers['if-range'];
      answer(request, response);
    };

  it.each<[string, Answer, Answer, RegExp]>([
    ['under If-Range', serving(), serving({ bytes: otherFile, tag: '"two"' }), /ETag is another/],
    ['without If-Range', serving(), ignoring(serving({ bytes: otherFile, tag: '"two"' })), /ETag or date/],
    ['under a weak tag', serving({ tag: 'W/"1"' }), serving({ tag: 'W/"2"' }), /ETag or date/],
    ['and loses its tag', serving(), ignoring(serving({ tag: null })), /ETag or date/],
    [
      'by its date',
      saying({ 'last-modified': 'Fri, 02 Jan 2026 03:04:25 GMT' }, { tag: null }),
      saying({ 'last-modified': 'Sat, 03 Jan 2026 03:04:25 GMT' }, { tag: null }),
      /ETag or date/,
    ],
    [
      'in its length',
      serving({ tag: null }),
      serving({ tag: null, bytes: Uint8Array.from([...file, 1]) }),
      /200000 bytes before, now 200001/,
    ],
    [
      'in its bytes alone',
      serving({ tag: null }),
      serving({ tag: null, bytes: otherFile }),
      /bytes 0 to 65536 are others than before/,
    ],
    ['in its bytes, under the same tag', serving(), serving({ bytes: otherFile }), /others than before/],
  ])('%s', async (_, before, after, words) => {
    const { outcome, message } = await read([before, after], early, late);
    expect(outcome).toBe('fetch-changed');
    expect(message).toMatch(words);
  });

  it('is noticed when it comes a second time, warm as cold', async () => {
    const { outcome } = await read(
      [serving(), serving(), serving(), serving({ bytes: otherFile })],
      early,
      late,
      late,
    );
    expect(outcome).toBe('fetch-changed');
  });
});

it('ends with a server that says nothing more', async () => {
  const net = testNet();
  const source = await rangedSource(
    net,
    server.answers('/silent.gguf', serving(), () => {}),
  );
  net.silence = 'passes';
  await expect(source.read(0, 10)).rejects.toThrow(/nothing came for 30 seconds/);
});

it('refuses places beyond the end without asking', async () => {
  const { outcome, asked } = await read([serving()], [199_990, 20]);
  expect({ outcome, times: asked.length }).toEqual({ outcome: 'fetch-range', times: 1 });
});

it('asks for a large part in several, each of which may be cut', async () => {
  const large = new Uint8Array(2 ** 23 + 70_000).fill(7).fill(9, 2 ** 23 - 5);
  const whole = serving({ bytes: large });
  const address = server.answers('/large.gguf', whole, whole, serving({ bytes: large, cutAfter: 9 }), whole);
  const source = await rangedSource(testNet(), address);
  const bytes = await source.read(3, large.length - 3);
  expect(Buffer.compare(bytes, large.subarray(3))).toBe(0);
  expect(server.asked('/large.gguf').map(({ range }) => range)).toEqual([
    'bytes=0-65535',
    'bytes=0-8388607',
    'bytes=8388608-8458607',
    'bytes=8388617-8458607',
  ]);
});
