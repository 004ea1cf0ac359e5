// Made once for all who ask, and anew after a failure.
import { expect, it } from 'vitest';
import { kept } from './kept.ts';

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
