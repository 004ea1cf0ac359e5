// Kept runs over a folder in memory: what is put is listed whole, renamed, taken out and brought back with its name; a folder that is full, a
// file that was cut off and a run that went on elsewhere cost nothing that was there.
import { describe, expect, it } from 'vitest';
import { memoryFolder, memoryLocks } from '../hub/cache/memoryFolder.ts';
import { defaultValues } from '../recipe/recipe.ts';
import { metrics } from '../testing/messageSamples.ts';
import { RunShelf } from './runShelf.ts';
import type { Snapshot } from './snapshot.ts';
import { encodeSnapshot } from './snapshot.ts';
import { decodeSnapshot } from './snapshotDecode.ts';

const id = '0123456789abcdef';
const other = 'fedcba9876543210';

const made = (run: string, step: number, at = 1): Snapshot => ({
  recipe: { preset: 'ships-log', values: defaultValues, data: { name: 'mine.jsonl', text: 'secret' } },
  state: { step, adapter: new Float32Array(64), optimizer: [], best: null },
  metrics: Array.from({ length: step }, (_, i) => ({ ...metrics, step: i + 1, loss: 3 - i, stepMs: 10 })),
  totalSteps: 9,
  before: [{ prompt: 'Hi?', text: 'no' }],
  device: 'cpu',
  note: { id: run, name: '', at, rowsDigest: 'd', after: [{ prompt: 'Hi?', text: 'yes', step }] },
});

function shelfOf(roomBytes: number | null = null) {
  const folder = memoryFolder(roomBytes);
  const shelf = new RunShelf({ folder, locks: memoryLocks(), lasts: true });
  const put = (run: string, step: number, at = 1) =>
    shelf.put(run, step, encodeSnapshot(made(run, step, at)));
  return { folder, shelf, put };
}

describe('a kept run', () => {
  it('is listed with curve, answers and time, and without its rows', async () => {
    const { shelf, put } = shelfOf();
    await put(id, 2);
    const [run] = await shelf.list();
    expect(run).toMatchObject({ id, name: '', at: 1, step: 2, totalSteps: 9, trainedMs: 20, device: 'cpu' });
    expect(run?.curve.map(([step, loss]) => [step, loss])).toEqual([
      [1, 3],
      [2, 2],
    ]);
    expect(run?.after).toEqual([{ prompt: 'Hi?', text: 'yes', step: 2 }]);
    expect(run?.rowsName).toBe('mine.jsonl');
    expect(JSON.stringify(run)).not.toContain('secret');
  });

  it('takes the place of what it was before, and stands once', async () => {
    const { shelf, put, folder } = shelfOf();
    await put(id, 1);
    await put(id, 3);
    expect((await shelf.list()).map(({ step }) => step)).toEqual([3]);
    expect(await folder.names()).toEqual([`${id}-3.lora-run`]);
  });

  it('keeps its name over going on, and gives it to the file', async () => {
    const { shelf, put } = shelfOf();
    await put(id, 1);
    await shelf.name(id, 'the good one');
    await put(id, 2);
    expect((await shelf.list())[0]?.name).toBe('the good one');
    const bytes = await shelf.take(id);
    expect(decodeSnapshot(bytes).note?.name).toBe('the good one');
    const { shelf: elsewhere } = shelfOf();
    await elsewhere.bring(bytes);
    expect((await elsewhere.list()).map(({ name, step }) => [name, step])).toEqual([['the good one', 2]]);
    expect(decodeSnapshot(await elsewhere.take(id)).recipe.data).toEqual(made(id, 2).recipe.data);
  });

  it('comes youngest first and goes alone', async () => {
    const { shelf, put, folder } = shelfOf();
    await put(id, 1, 5);
    await put(other, 1, 9);
    expect((await shelf.list()).map((run) => run.id)).toEqual([other, id]);
    await shelf.name(other, 'x');
    await shelf.remove([other]);
    expect(await folder.names()).toEqual([`${id}-1.lora-run`]);
    await expect(shelf.take(other)).rejects.toMatchObject({ code: 'no-kept-run' });
    await expect(shelf.name(other, 'y')).rejects.toMatchObject({ code: 'no-kept-run' });
  });

  it('is not taken back by an earlier file of it', async () => {
    const { shelf, put } = shelfOf();
    await put(id, 3);
    await shelf.bring(encodeSnapshot(made(id, 1)));
    expect((await shelf.list()).map(({ step }) => step)).toEqual([3]);
  });

  it('stays what it was where there is no room for more', async () => {
    const { shelf, put, folder } = shelfOf(encodeSnapshot(made(id, 1)).length + 200);
    await put(id, 1);
    await expect(put(other, 3)).rejects.toMatchObject({ code: 'save-full' });
    expect(await folder.names()).toEqual([`${id}-1.lora-run`]);
    expect((await shelf.list()).map((run) => run.id)).toEqual([id]);
  });
});

it('leaves out what was cut off, and what is no run', async () => {
  const { shelf, put, folder } = shelfOf();
  await put(id, 1);
  const cut = await folder.write(`${other}-1.lora-run`);
  await cut.append(encodeSnapshot(made(other, 1)).subarray(0, 40));
  const alien = await folder.write('notes.txt');
  await alien.append(new Uint8Array(3));
  expect((await shelf.list()).map((run) => run.id)).toEqual([id]);
});

it('refuses a file that is no run', async () => {
  const { shelf } = shelfOf();
  await expect(shelf.bring(new Uint8Array(30))).rejects.toMatchObject({ code: 'saved-unreadable' });
  expect(await shelf.list()).toEqual([]);
});
