// Made once for all who ask, and anew after a failure.
import { expect, it } from 'vitest';
import { kept, keptFor } from './kept.ts';

it('is made once, for those who ask while it is made too', async () => {
  let made = 0;
  const one = kept(async () => ++made);
  expect(await Promise.all([one(), one()])).toEqual([1, 1]);
  expect(await one()).toBe(1);
});

it('is made anew after it failed, for all who wait then', async () => {
  let made = 0;
  const one = kept(async () => {
    made += 1;
    if (made === 1) throw new Error('cut');
    return made;
  });
  const [a, b] = await Promise.allSettled([one(), one()]);
  expect([a.status, b.status]).toEqual(['rejected', 'rejected']);
  expect(await Promise.all([one(), one()])).toEqual([2, 2]);
});

it('is made once for each question, and anew after a failure', async () => {
  const made: string[] = [];
  const one = keptFor(async ({ of }: { readonly of: string }) => {
    made.push(of);
    if (made.length === 2) throw new Error('cut');
    return of;
  });
  expect(await one({ of: 'a' })).toBe('a');
  await expect(one({ of: 'b' })).rejects.toThrow('cut');
  expect([await one({ of: 'a' }), await one({ of: 'b' })]).toEqual(['a', 'b']);
  expect(made).toEqual(['a', 'b', 'b']);
});
