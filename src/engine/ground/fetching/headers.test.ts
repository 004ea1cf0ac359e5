// Headers as RFC 9110 writes them, and what is not so.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { announcedBytes, readContentRange, readRetryAfter, strongTag } from './headers.ts';

it.each([
  ['bytes 0-99/1000', { from: 0, to: 100, total: 1000 }],
  ['BYTES 5-5/*', { from: 5, to: 6, total: null }],
  ['bytes 5-4/10', null],
  ['bytes 0-10/10', null],
  ['bytes */10', null],
  ['bytes=0-9/10', null],
  ['bytes 0-9/0x10', null],
  ['bytes 0-99999999999999999999/999999999999999999999', null],
  [null, null],
])('Content-Range %s', (header, range) => {
  expect(readContentRange(header)).toEqual(range);
});

it('never reads a range that ends before it begins or after the file', () => {
  fc.assert(
    fc.property(fc.string(), fc.nat(), fc.nat(), fc.nat(), (text, a, b, c) => {
      for (const header of [text, `bytes ${a}-${b}/${c}`]) {
        const range = readContentRange(header);
        if (range) expect(range.from < range.to && range.to <= (range.total ?? range.to)).toBe(true);
      }
    }),
  );
});

it('never waits for a time that is none', () => {
  fc.assert(
    fc.property(fc.string(), fc.nat(), (text, now) => {
      const wait = readRetryAfter(text, now);
      expect(wait === null || (Number.isFinite(wait) && wait >= 0)).toBe(true);
    }),
  );
});

it.each([
  [{ 'content-length': '7' }, 7],
  [{ 'content-length': '7', 'content-encoding': 'identity' }, 7],
  [{ 'content-length': '7', 'content-encoding': 'gzip' }, null],
  [{ 'content-length': '-7' }, null],
  [{ 'content-length': '7e3' }, null],
  [{}, null],
])('announces %o as %s bytes', (headers, bytes) => {
  expect(announcedBytes({ headers: new Headers(headers as Record<string, string>), type: 'basic' })).toBe(
    bytes,
  );
});

it('takes no weak tag for the bytes', () => {
  expect([null, '"a"', 'W/"a"', 'a', '"a"b"'].map(strongTag)).toEqual([null, '"a"', null, null, null]);
});
