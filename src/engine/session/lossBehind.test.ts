// What befell the device, told from the error that came of it: made-up devices, none of them asked for anything.
import { expect, it } from 'vitest';
import type { OpenedBackend } from '../training/backends/openDevice.ts';
import { openBackend } from '../training/backends/openDevice.ts';
import { deviceLost, nanLoss } from '../training/trainingErrors.ts';
import { lossBehind } from './lossBehind.ts';

const opened = async (lost: Promise<ReturnType<typeof deviceLost>>): Promise<OpenedBackend> => ({
  ...(await openBackend({ gpu: null, choice: 'cpu', now: () => 0 })),
  lost,
});
const alive = opened(new Promise(() => {}));
const rejected = (): DOMException => new DOMException('the buffer was not mapped', 'OperationError');

it('takes the device’s own account before what failed of it', async () => {
  const lost = deviceLost({ cause: 'gone' });
  expect(await lossBehind(rejected(), await opened(Promise.resolve(lost)))).toBe(lost);
});

it('takes what WebGPU rejects for a device that stopped answering', async () => {
  for (const device of [await alive, null]) {
    const loss = await lossBehind(rejected(), device);
    expect(deviceLost.is(loss) && loss.message).toContain('the buffer was not mapped');
  }
});

it('tells an allocation that failed from a fault of ours', async () => {
  expect(await lossBehind(new RangeError('Array buffer allocation failed'), await alive)).toMatchObject({
    code: 'out-of-memory',
  });
  const ours = new TypeError('x is undefined');
  expect(await lossBehind(ours, await alive)).toBe(ours);
  const said = nanLoss({ step: 1, loss: Number.NaN });
  expect(await lossBehind(said, null)).toBe(said);
});
