// Whole files from a hostile server: what each status does, what is asked again and when, and that no other bytes are ever taken for
// the file.
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Cancelled, UserError } from '../errors.ts';
import { readAddress } from './address.ts';
import type { DownloadOptions } from './download.ts';
import { fetchBytes } from './download.ts';
import type { FileProgress } from './progress.ts';
import type { Answer, HostileServer, Serving, TestNet } from './testing/hostileServer.ts';
import {
  file,
  hostileServer,
  otherFile,
  serving,
  sha256Of,
  status,
  testNet,
} from './testing/hostileServer.ts';

let server: HostileServer;
beforeAll(async () => {
  server = await hostileServer();
});
afterAll(() => server.close());

const known = { sizeBytes: file.length, sha256: sha256Of(file) };
let paths = 0;

/** What comes of a file that is answered so: the bytes' name or the error, and how often it was asked for. */
async function got(
  answers: readonly Answer[],
  options: Partial<DownloadOptions> = {},
  net: TestNet = testNet(),
) {
  paths += 1;
  const path = `/file-${paths}.bin`;
  const address = readAddress(server.answers(path, ...answers));
  let outcome: string;
  let error: UserError | null = null;
  try {
    const bytes = await fetchBytes(net, address, { mostBytes: 10 ** 6, ...options });
    const names = new Map([
      [sha256Of(file), 'file'],
      [sha256Of(otherFile), 'other file'],
    ]);
    outcome = names.get(sha256Of(bytes)) ?? `${bytes.length} other bytes`;
  } catch (thrown) {
    if (thrown instanceof UserError) error = thrown;
    outcome = error?.code ?? (thrown instanceof Cancelled ? 'cancelled' : String(thrown));
  }
  const asked = server.asked(path);
  return { outcome, error, times: asked.length, ranges: asked.map(({ range }) => range ?? ''), asked, net };
}

describe('a status', () => {
  it.each([
    [401, 'fetch-login', 'who you are'],
    [403, 'fetch-forbidden', 'refuses'],
    [404, 'fetch-missing', 'Was the file moved'],
    [410, 'fetch-missing', 'Was the file moved'],
    [418, 'fetch-status', 'answered 418'],
    [501, 'fetch-status', 'answered 501'],
    [206, 'fetch-status', 'answered 206'],
    [304, 'fetch-status', 'answered 304'],
  ])('%i is told at once', async (code, expected, words) => {
    const { outcome, error, times } = await got([status(code)]);
    expect({ outcome, times }).toEqual({ outcome: expected, times: 1 });
    expect(error?.message).toContain(words);
  });

  it.each([408, 425, 429, 500, 502, 503, 504])('%i once is asked again', async (code) => {
    const { outcome, times, net } = await got([status(code), serving()]);
    expect({ outcome, times, waits: net.waits }).toEqual({ outcome: 'file', times: 2, waits: [500] });
  });

  it('that stays is told after five tries, each waiting twice as long', async () => {
    const { outcome, error, net } = await got([status(503)]);
    expect(outcome).toBe('fetch-busy');
    expect(error?.data).toMatchObject({ status: 503, tries: 5, waitSeconds: null });
    expect(net.waits).toEqual([500, 1000, 2000, 4000]);
  });

  it.each([
    ['seconds', '7', 7000],
    ['a date', 'Fri, 02 Jan 2026 03:04:25 GMT', 20_000],
    ['a date that is over', 'Fri, 02 Jan 2026 03:00:00 GMT', 0],
    ['nothing that can be read', 'soon', 500],
    ['a number of another kind', '-1', 500],
  ])('with Retry-After as %s', async (_, header, wait) => {
    const { outcome, net } = await got([status(429, { 'retry-after': header }), serving()]);
    expect({ outcome, waits: net.waits }).toEqual({ outcome: 'file', waits: [wait] });
  });

  it('that sends people away for an hour is told with the hour', async () => {
    const { outcome, error, times } = await got([status(429, { 'retry-after': '3600' })]);
    expect({ outcome, times }).toEqual({ outcome: 'fetch-busy', times: 1 });
    expect(error?.message).toContain('in 3600 seconds');
  });
});

describe('a body that is cut', () => {
  it('goes on where it ended, if the tag is still the same', async () => {
    const { outcome, asked } = await got([serving({ cutAfter: 70_000 }), serving()]);
    expect(outcome).toBe('file');
    expect(asked[1]).toMatchObject({ range: 'bytes=70000-', 'if-range': '"one"' });
  });

  it('goes on by its digest where the tag is weak', async () => {
    const weak = { tag: 'W/"one"' };
    const { outcome, asked } = await got([serving({ ...weak, cutAfter: 70_000 }), serving(weak)], { known });
    expect(outcome).toBe('file');
    expect(asked[1]?.range).toBe('bytes=70000-');
    expect(asked[1]?.['if-range']).toBeUndefined();
  });

  it('begins anew where nobody knows that the rest belongs to it', async () => {
    const { outcome, ranges } = await got([serving({ tag: null, cutAfter: 70_000 }), serving({ tag: null })]);
    expect({ outcome, ranges }).toEqual({ outcome: 'file', ranges: ['', ''] });
  });

  it('begins anew with the file that stands there now', async () => {
    const changed = serving({ bytes: otherFile, tag: '"two"' });
    const { outcome, ranges } = await got([serving({ cutAfter: 70_000 }), changed]);
    expect({ outcome, ranges }).toEqual({ outcome: 'other file', ranges: ['', 'bytes=70000-'] });
  });

  it.each<[string, Serving]>([
    ['another tag', { tag: '"two"', headers: { 'content-range': 'bytes 70000-199999/200000' } }],
    ['another place', { headers: { 'content-range': 'bytes 60000-199999/200000' } }],
    ['another length', { headers: { 'content-range': 'bytes 70000-199999/300000' } }],
    ['a range that can’t be', { headers: { 'content-range': 'bytes 70000-69999/200000' } }],
    ['no range', { headers: { 'content-range': 'lines 3-4/9' } }],
    ['a compressed part', { headers: { 'content-encoding': 'br' } }],
  ])('begins anew when the part comes with %s', async (_, odd) => {
    const part: Answer = (request, response) => {
      // Whatever the condition was: a server that does not know If-Range.
      delete request.headers['if-range'];
      serving(odd)(request, response);
    };
    const { outcome, ranges } = await got([serving({ cutAfter: 70_000 }), part, serving()]);
    expect({ outcome, ranges }).toEqual({ outcome: 'file', ranges: ['', 'bytes=70000-', ''] });
  });

  it('begins anew when the file became shorter than what came', async () => {
    const { outcome, ranges } = await got([serving({ cutAfter: 70_000 }), status(416), serving()]);
    expect({ outcome, ranges }).toEqual({ outcome: 'file', ranges: ['', 'bytes=70000-', ''] });
  });

  it('goes on for parts that are shorter than asked for', async () => {
    const short: Answer = (request, response) => {
      request.headers.range = 'bytes=70000-99999';
      serving()(request, response);
    };
    const { outcome, ranges } = await got([serving({ cutAfter: 70_000 }), short, serving()]);
    expect({ outcome, ranges }).toEqual({ outcome: 'file', ranges: ['', 'bytes=70000-', 'bytes=100000-'] });
  });

  it('again and again is told with how far it came', async () => {
    const { outcome, error, times } = await got([serving({ cutAfter: 1000 })]);
    expect({ outcome, times }).toEqual({ outcome: 'fetch-cut', times: 5 });
    expect(error?.message).toContain('at 5000 of 200000 bytes, 5 times');
  });

  it('without an error is told too, by the length', async () => {
    // Node's own reader notices; another may not.
    const net = testNet(async () => new Response(file, { headers: { 'content-length': '200001' } }));
    expect((await got([], {}, net)).outcome).toBe('fetch-cut');
  });

  it('before anything came is a connection that failed', async () => {
    const { outcome, times } = await got([(_, response) => void response.destroy()]);
    expect({ outcome, times }).toEqual({ outcome: 'fetch-offline', times: 5 });
  });
});

describe('other bytes', () => {
  it('of the right length are never taken for the file', async () => {
    const { outcome, times } = await got([serving({ bytes: otherFile })], { known });
    expect({ outcome, times }).toEqual({ outcome: 'fetch-digest', times: 2 });
  });

  it.each([
    ['shorter', file.subarray(1)],
    ['longer', Uint8Array.from([...file, 1])],
  ])('%s ones are told with both lengths', async (_, bytes) => {
    const { outcome, error } = await got([serving({ bytes })], { known });
    expect(outcome).toBe('fetch-digest');
    expect(error?.message).toContain(`expected 200000 bytes, the server has ${bytes.length}`);
  });

  it('that a browser kept are asked for anew, past what it keeps', async () => {
    const kept = new Map<string, Uint8Array>();
    const caches: (string | undefined)[] = [];
    // A cache as browsers have one.
    const net = testNet(async (address, asked) => {
      caches.push(asked.cache);
      const found = asked.cache === 'default' ? kept.get(address) : undefined;
      if (found) return new Response(found.slice());
      const answer = await fetch(address, asked);
      kept.set(address, new Uint8Array(await answer.clone().arrayBuffer()));
      return answer;
    });
    const answers = [serving({ bytes: otherFile }), serving()];
    const address = readAddress(server.answers('/kept.bin', ...answers));
    const options = { mostBytes: 10 ** 6 };
    const digest = async (more: object) => sha256Of(await fetchBytes(net, address, { ...options, ...more }));
    expect(await digest({})).toBe(sha256Of(otherFile));
    expect(await digest({ known })).toBe(known.sha256);
    expect(await digest({ known })).toBe(known.sha256);
    expect(caches).toEqual(['default', 'default', 'reload', 'default']);
  });

  it('after a cut, under the same tag, are found by the digest', async () => {
    const forged = serving({ bytes: otherFile });
    const { outcome, ranges } = await got([serving({ cutAfter: 70_000 }), forged, serving()], { known });
    expect({ outcome, ranges }).toEqual({ outcome: 'file', ranges: ['', 'bytes=70000-', ''] });
  });
});

it('a page in place of the file, of no announced length, is told as other bytes and not as a cut', async () => {
  const page: Answer = (_, response) => {
    response.writeHead(200, { 'content-type': 'text/html' });
    response.end('<!doctype html><title>Log in</title>');
  };
  const { outcome, error, times } = await got([page], { known });
  expect({ outcome, times }).toEqual({ outcome: 'fetch-digest', times: 3 });
  expect(error?.message).toContain('expected 200000 bytes, the server has 36');
});

describe('a body', () => {
  const gzipped = gzipSync(file);
  const encoding = { 'content-encoding': 'gzip' };

  it('that was compressed on its way is held to what it unpacks to', async () => {
    const { outcome } = await got([serving({ bytes: gzipped, headers: encoding })], { known });
    expect(outcome).toBe('file');
  });

  it('that was compressed and cut begins anew', async () => {
    const whole = { bytes: gzipped, headers: encoding };
    const { outcome, ranges } = await got([serving({ ...whole, cutAfter: 900 }), serving(whole)], { known });
    expect({ outcome, ranges }).toEqual({ outcome: 'file', ranges: ['', ''] });
  });

  it('without end is ended', async () => {
    const endless: Answer = (_, response) => {
      const more = (): void => void (response.destroyed || response.write(file, more));
      response.writeHead(200);
      more();
    };
    const { outcome, error } = await got([endless], { mostBytes: 500_000 });
    expect(outcome).toBe('fetch-length');
    expect(error?.message).toContain('500000 bytes');
    await server.hungUp;
  });

  it('longer than announced is ended', async () => {
    // Node's own reader cuts there; another may not.
    const net = testNet(async () => new Response(file, { headers: { 'content-length': '1000' } }));
    const { outcome, error } = await got([], {}, net);
    expect(outcome).toBe('fetch-length');
    expect(error?.message).toContain('1000 bytes');
  });

  it('of another origin may be longer than the length that it shows, which is of the compressed form', async () => {
    const net = testNet(async () => {
      const response = new Response(file, { headers: { 'content-length': '1000' } });
      return Object.defineProperty(response, 'type', { value: 'cors' });
    });
    expect((await got([], {}, net)).outcome).toBe('file');
  });

  it('of a server that says nothing more is ended, and tells how far it came', async () => {
    const silent: Answer = (_, response) => {
      response.writeHead(200, { 'content-length': String(file.length) });
      response.write(file.subarray(0, 1000));
    };
    const net = testNet();
    const onProgress = (): void => {
      net.silence = 'passes';
    };
    const { outcome, error, times } = await got([silent], { onProgress }, net);
    expect({ outcome, times }).toEqual({ outcome: 'fetch-silent', times: 1 });
    expect(error?.message).toContain('nothing came for 30 seconds, at 1000 of 200000 bytes');
  });

  it('that never begins is ended', async () => {
    const net = testNet();
    net.silence = 'passes';
    const { outcome } = await got([() => {}], {}, net);
    expect(outcome).toBe('fetch-silent');
  });

  it('is waited for anew by a machine that slept', async () => {
    const net = testNet();
    net.silence = 'asleep once';
    expect((await got([serving()], {}, net)).outcome).toBe('file');
  });
});

describe('the way there', () => {
  it('follows redirects, and gives the login to the first server alone', async () => {
    const other = await hostileServer();
    const target = other.answers('/there.bin', serving());
    server.answers('/here.bin', status(302, { location: `${target}?signed=1` }));
    const address = readAddress(`${server.origin.replace('//', '//ann:s%20t@')}/here.bin`);
    const bytes = await fetchBytes(testNet(), address, { mostBytes: 10 ** 6 });
    expect(sha256Of(bytes)).toBe(known.sha256);
    const basic = `Basic ${Buffer.from('ann:s t').toString('base64')}`;
    expect(server.asked('/here.bin')[0]?.authorization).toBe(basic);
    expect(other.asked('/there.bin')[0]?.authorization).toBeUndefined();
    other.close();
  });

  it('ends where it leads in a circle', async () => {
    paths += 1;
    const path = `/file-${paths + 1}.bin`;
    const { outcome } = await got([status(302, { location: path })]);
    expect(outcome).toBe('fetch-offline');
  });

  it('says what the system says of a server that is not there', async () => {
    const gone = await hostileServer();
    gone.close();
    const read = fetchBytes(testNet(), readAddress(`${gone.origin}/x`), { mostBytes: 1 });
    await expect(read).rejects.toThrow(/no answer came \(ECONNREFUSED\), asked 5 times/);
  });
});

describe('giving up', () => {
  const cancelling = async (when: 'before' | 'asked' | 'reading' | 'waiting') => {
    const giving = new AbortController();
    const net = testNet();
    if (when === 'before') giving.abort();
    const onProgress = ({ done }: FileProgress): void => {
      if ((when === 'reading') === done > 0) giving.abort();
    };
    const answer: Answer = (request, response) => {
      if (when === 'asked') giving.abort();
      else (when === 'waiting' ? status(503) : serving({ cutAfter: 5000 }))(request, response);
    };
    return got([answer], { signal: giving.signal, onProgress }, net);
  };

  it.each([
    ['before', 0],
    ['asked', 1],
    ['reading', 1],
    ['waiting', 1],
  ] as const)('%s: nothing more is asked', async (when, times) => {
    expect(await cancelling(when)).toMatchObject({ outcome: 'cancelled', times });
  });
});

it('tells name, size and pauses on the way', async () => {
  const told: FileProgress[] = [];
  await got([status(503), serving({ cutAfter: 70_000 }), serving()], { onProgress: (one) => told.push(one) });
  expect(told[0]).toEqual({ file: `file-${paths}.bin`, done: 0, total: 0, waitMs: 500 });
  expect(told).toContainEqual({ file: `file-${paths}.bin`, done: 70_000, total: 200_000, waitMs: 1000 });
  expect(told.at(-1)).toEqual({ file: `file-${paths}.bin`, done: 200_000, total: 200_000, waitMs: 0 });
});

it('lets a fault of who takes the bytes through as it is', async () => {
  const full = new Error('the disk is full');
  const onProgress = (): void => {
    throw full;
  };
  const { outcome, times } = await got([serving()], { onProgress });
  expect({ outcome, times }).toEqual({ outcome: 'Error: the disk is full', times: 1 });
});

it('gives up a file that is begun anew each time, however much of it comes', async () => {
  // Nobody knows that the rest belongs to it: no tag, no digest.
  const cut = serving({ bytes: new Uint8Array(3 * 2 ** 20), tag: null, cutAfter: 2 * 2 ** 20 });
  const { outcome, times } = await got([cut], { mostBytes: 2 ** 22 });
  expect([outcome, times]).toEqual(['fetch-cut', 5]);
});
