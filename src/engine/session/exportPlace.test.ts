// Where exported files go: whole and in order, into a folder while it has room and to the browser when it has none, and old ones are forgotten.
import { expect, it } from 'vitest';
import type { ExportPiece } from '../exchange/export/pieces.ts';
import { memoryFolder } from '../hub/cache/memoryFolder.ts';
import type { ExportPlace } from './exportPlace.ts';
import { folderExports, memoryExports } from './exportPlace.ts';

async function* pieces(...all: readonly (readonly [string, string])[]): AsyncGenerator<ExportPiece> {
  for (const [name, text] of all) yield { name, bytes: Uint8Array.from(new TextEncoder().encode(text)) };
}
const three = () => pieces(['a', 'one '], ['a', 'two'], ['b', 'three'], ['b', ' four']);

async function textsOf(place: ExportPlace): Promise<Record<string, string>> {
  const files = await place.take(three());
  return Object.fromEntries(
    await Promise.all(files.map(async ({ name, file }) => [name, await file.text()] as const)),
  );
}
const wanted = { a: 'one two', b: 'three four' };

it('keeps files whole', async () => {
  expect(await textsOf(memoryExports)).toEqual(wanted);
  const folder = memoryFolder();
  expect(await textsOf(folderExports(folder, () => 5))).toEqual(wanted);
  expect((await folder.names()).length).toBe(2);
});

it.each([0, 4, 7, 9, 12])('goes on where a folder has room for %i bytes', async (room) => {
  expect(await textsOf(folderExports(memoryFolder(room), () => 5))).toEqual(wanted);
});

it('goes on where a folder takes no file', async () => {
  const folder = { ...memoryFolder(), write: () => Promise.reject(new Error('no access')) };
  expect(await textsOf(folderExports(folder, () => 5))).toEqual(wanted);
});

it('forgets files that nobody reads any more', async () => {
  const folder = memoryFolder();
  let now = 1_000_000;
  const place = folderExports(folder, () => now);
  await place.take(three());
  now += 3_000_000;
  await place.take(three());
  expect((await folder.names()).length, 'a download may still read the first').toBe(4);
  now += 1_000_000;
  await place.take(three());
  expect((await folder.names()).length).toBe(4);
});
