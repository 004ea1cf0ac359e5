// Whatever way a disk has of being full, at whatever moment of a save: the last good snapshot opens, byte for byte, what failed leaves
// nothing behind, and the next save that fits is kept.
import { describe, expect, it } from 'vitest';
import { UserError } from '../ground/errors.ts';
import { FakeDisk, fullnesses } from '../testing/fakeDisk.ts';
import { savedOf } from '../testing/savedRun.ts';
import { encodeSnapshot, isWhole } from './snapshot.ts';
import { decodeSnapshot } from './snapshotDecode.ts';
import { TURN_BYTES, twoFiles } from './twoFiles.ts';

const made = new Map<string, Uint8Array<ArrayBuffer>>();
function bytesOf(step: number, floats = 64): Uint8Array<ArrayBuffer> {
  const key = `${step} ${floats}`;
  const known = made.get(key) ?? encodeSnapshot(savedOf(step, floats));
  made.set(key, known);
  return known;
}

async function newest(disk: FakeDisk): Promise<Uint8Array<ArrayBuffer> | undefined> {
  return (await twoFiles(disk, isWhole).load()).find(isWhole);
}

/** Byte for byte, without a matcher's description of a million of them. */
const stepOf = (bytes: Uint8Array<ArrayBuffer> | undefined): number | null =>
  bytes ? decodeSnapshot(bytes).state.step : null;
const isSame = (a: Uint8Array | undefined, b: Uint8Array | undefined): boolean =>
  a === b || (a !== undefined && b !== undefined && Buffer.compare(a, b) === 0);

/** A quota of 0 and of 1,000 bytes holds no snapshot, one of a million holds these two. */
const quotas = [0, 1000, 1_000_000] as const;
const cases = quotas.flatMap((quota) => fullnesses.map((fullness) => [quota, fullness] as const));

describe('a disk that is full', () => {
  it.each(cases)('with %i bytes, which %s', async (quota, fullness) => {
    // One snapshot that fits in the quota where any does, and then one that can't beside it.
    const disk = new FakeDisk(quota, fullness);
    const files = twoFiles(disk, isWhole);
    const fits = bytesOf(1, 40_000);
    const kept = quota > fits.length ? fits : undefined;
    if (kept) await files.save(kept);
    const tooLarge = bytesOf(2, 90_000);
    for (let attempt = 0; attempt < 3; attempt++) {
      const failed: unknown = await files.save(tooLarge).catch((error: unknown) => error);
      expect(failed instanceof UserError && failed.code).toMatch(/^save/);
      expect(isSame(await newest(disk), kept)).toBe(true);
      expect(disk.used).toBe(kept ? kept.length + TURN_BYTES : 0);
    }
    expect(stepOf(await newest(disk))).toBe(kept ? 1 : null);
    // Room again: the next save is kept.
    disk.quota = 10_000_000;
    await files.save(tooLarge);
    expect(isSame(await newest(disk), tooLarge)).toBe(true);
  });

  it.each(fullnesses)(
    'in another visit, which %s: the good file is found by what is in it',
    async (fullness) => {
      const disk = new FakeDisk(1_000_000, fullness);
      await twoFiles(disk, isWhole).save(bytesOf(1));
      // A tab that ended in the middle of a write: younger than the good file, and not whole.
      const torn = await disk.open('run-b.bin');
      torn.write(bytesOf(2).slice(0, 90), { at: 0 });
      disk.quota = disk.used;
      const files = twoFiles(disk, isWhole);
      await expect(files.save(bytesOf(2, 4096))).rejects.toThrow(/can't be saved/);
      expect(isSame(await newest(disk), bytesOf(1))).toBe(true);
    },
  );
});

it.each([
  ['goes on', 1],
  ['does not change when a file is written again', 0],
  ['is set back', -1],
])('keeps two in turn and gives the newest first, whose time %s', async (_, tick) => {
  const disk = new FakeDisk(1_000_000);
  disk.tick = tick;
  for (const step of [1, 2]) await twoFiles(disk, isWhole).save(bytesOf(step));
  const files = twoFiles(disk, isWhole);
  await files.save(bytesOf(3));
  const steps = (await files.load()).map((bytes) => decodeSnapshot(bytes).state.step);
  expect(steps).toEqual([3, 2]);
  await files.clear();
  expect(await files.load()).toEqual([]);
});

it('takes the file of an earlier page, which names no turn, for the older one', async () => {
  const disk = new FakeDisk(1_000_000);
  await twoFiles(disk, isWhole).save(bytesOf(2));
  const old = await disk.open('run-b.bin');
  old.write(bytesOf(1), { at: 0 });
  const steps = (await twoFiles(disk, isWhole).load()).map((bytes) => decodeSnapshot(bytes).state.step);
  expect(steps).toEqual([2, 1]);
});
