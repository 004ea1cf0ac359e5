// What the format forbids is refused by name: each of these was taken before, or is next to one that was.
import { expect, it } from 'vitest';
import { readSafetensors, writeTensors } from './safetensors.ts';

function fileOf(header: string, dataBytes: number): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder().encode(header);
  const file = new Uint8Array(8 + text.length + dataBytes);
  new DataView(file.buffer).setBigUint64(0, BigInt(text.length), true);
  file.set(text, 8);
  return file;
}
const entry = (begin: number, end: number, more = ''): string =>
  `{"dtype":"F32","shape":[${(end - begin) / 4}],"data_offsets":[${begin},${end}${more}]}`;

it.each([
  [
    'tensors that overlap',
    `{"a":${entry(0, 8)},"b":${entry(4, 12)},"c":${entry(12, 16)}}`,
    20,
    /'b' begins at byte 4/,
  ],
  ['two over the same bytes', `{"a":${entry(0, 8)},"b":${entry(0, 8)}}`, 16, /'b' begins at byte 0/],
  ['a hole', `{"a":${entry(0, 4)},"b":${entry(8, 12)}}`, 12, /begins at byte 8 .* ends at 4/],
  ['a name that stands twice', `{"a":${entry(0, 4)},"a":${entry(4, 8)}}`, 8, /the key "a" stands twice/],
  ['a third offset', `{"a":${entry(0, 4, ',4')}}`, 4, /data_offsets: expected a pair/],
  [
    'a field that no entry has',
    `{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"x":1}}`,
    4,
    /x: expected no field/,
  ],
  [
    'metadata that is no text',
    `{"__metadata__":{"a":1},"a":${entry(0, 4)}}`,
    4,
    /__metadata__, a: expected text/,
  ],
  [
    'metadata that is a list',
    `{"__metadata__":["a"],"a":${entry(0, 4)}}`,
    4,
    /__metadata__, expected an object/,
  ],
  ['data of no tensor', `{"a":${entry(0, 4)}}`, 8, /cover 4 of 8/],
  ['a header that begins with a blank', ` {"a":${entry(0, 4)}}`, 4, /not a JSON object/],
  [
    'a dtype that is a method',
    `{"a":{"dtype":"constructor","shape":[1],"data_offsets":[0,4]}}`,
    4,
    /unknown dtype/,
  ],
])('refuses %s', (_, header, bytes, words) => {
  expect(() => readSafetensors(fileOf(header, bytes))).toThrow(words);
});

it('reads back what is written, empty and scalar tensors too', () => {
  const tensors = [
    { name: 'b', dtype: 'F32', shape: [2], bytes: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8) },
    { name: 'none', dtype: 'F16', shape: [0, 4], bytes: new Uint8Array(0) },
    { name: '__proto__x', dtype: 'U8', shape: [], bytes: Uint8Array.of(9) },
  ];
  const read = readSafetensors(writeTensors(tensors));
  expect([...read].map(([name, { dtype, shape, bytes }]) => ({ name, dtype, shape, bytes }))).toEqual(
    tensors,
  );
});
