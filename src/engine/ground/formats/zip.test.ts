// Archives that are none: each byte of the directory and of the headers counts, and nothing is unpacked that is out of proportion.
import { strToU8, zipSync } from 'fflate';
import { expect, it } from 'vitest';
import { badSettings } from '../settings/settingErrors.ts';
import { readZip } from './zip.ts';

const refuse = (problem: { readonly en: string; readonly zh: string }) =>
  badSettings({ problems: [problem] });
const open = (bytes: Uint8Array) => readZip(Uint8Array.from(bytes), refuse);
const contents = (bytes: Uint8Array) =>
  open(bytes).map(({ path, read }) => [path, new TextDecoder().decode(read())]);
const two = zipSync({ 'a.txt': strToU8('hello hello hello'), 'b/c.txt': [strToU8('stored'), { level: 0 }] });

it('reads deflated and stored entries', () => {
  expect(contents(two)).toEqual([
    ['a.txt', 'hello hello hello'],
    ['b/c.txt', 'stored'],
  ]);
});

/** The archive with the bytes at the nth of these signatures changed. */
function changed(
  bytes: Uint8Array,
  signature: number,
  nth: number,
  offset: number,
  values: readonly number[],
): Uint8Array {
  const copy = bytes.slice();
  const view = new DataView(copy.buffer);
  let seen = 0;
  for (let at = 0; at + 4 <= copy.length; at++)
    if (view.getUint32(at, true) === signature && seen++ === nth) copy.set(values, at + offset);
  return copy;
}
const [LOCAL, ENTRY, END] = [0x04034b50, 0x02014b50, 0x06054b50];

it.each([
  ['another checksum', changed(two, ENTRY, 0, 16, [1]), /content of "a.txt" is damaged/],
  ['a smaller size than it unpacks to', changed(two, ENTRY, 0, 24, [5]), /content of "a.txt" is damaged/],
  ['a larger one', changed(two, ENTRY, 0, 24, [99]), /damaged/],
  ['another method', changed(two, ENTRY, 0, 10, [12]), /packed by method 12/],
  ['a method that its header denies', changed(two, LOCAL, 1, 8, [8]), /header of "b\/c.txt" differs/],
  ['another name in the header', changed(two, LOCAL, 0, 30, [0x7a]), /header of "a.txt" differs/],
  ['encryption', changed(two, ENTRY, 0, 8, [1]), /encrypted/],
  ['two entries over each other', changed(two, ENTRY, 1, 42, [0, 0, 0, 0]), /lies over another|differs/],
  ['more entries than it has', changed(two, END, 0, 8, [3, 0, 3]), /cut|part/],
  ['fewer', changed(two, END, 0, 8, [1, 0, 1]), /more than it says/],
  ['several disks', changed(two, END, 0, 4, [1]), /one part of several/],
  ['something behind its end', Uint8Array.of(...two, 0), /no directory/],
  ['a cut end', two.slice(0, -5), /no directory/],
])('refuses %s', (_, bytes, words) => {
  expect(() => contents(bytes)).toThrow(words);
});

it('refuses a name that stands twice', () => {
  const twice = zipSync({ 'aa.txt': strToU8('1'), 'ab.txt': strToU8('2') });
  const bytes = changed(changed(twice, LOCAL, 1, 31, [0x61]), ENTRY, 1, 47, [0x61]);
  expect(() => contents(bytes)).toThrow(/"aa.txt" stands in it twice/);
});

it('does not begin to unpack 900 MB from 0.9 MB', () => {
  // The claim alone is enough: what an entry says of its size stands in the directory.
  const small = zipSync({ 'bomb.bin': new Uint8Array(2 ** 20) });
  const size = new Uint8Array(Uint32Array.of(900_000_000).buffer);
  expect(() => contents(changed(small, ENTRY, 0, 24, [...size]))).toThrow(/out of all proportion/);
});

it('reads an archive whose folder is named in a code page, unless it says that names are UTF-8', () => {
  const named = zipSync({ 'XX/a.txt': strToU8('hello') });
  const gbk = changed(changed(named, LOCAL, 0, 30, [0xd6, 0xd0]), ENTRY, 0, 46, [0xd6, 0xd0]);
  expect(contents(gbk).map(([, content]) => content)).toEqual(['hello']);
  const lying = changed(changed(gbk, LOCAL, 0, 7, [8]), ENTRY, 0, 9, [8]);
  expect(() => contents(lying)).toThrow(/not UTF-8/);
});
