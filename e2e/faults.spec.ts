// A run that loses its device, its worker or its page goes on, and its losses are those of the unbroken run.
import type { Page, Worker } from '@playwright/test';
import { expect, open, test, trainToTheEnd } from './playground.ts';

const settings = 'preset=ships-log&train.max_steps=24&generate.max_new_tokens=6';

/** Gathers every step's loss as the worker reports it, all its digits; a step told again replaces the earlier one. */
async function recordLosses(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const told: number[] = JSON.parse(sessionStorage.getItem('losses') ?? '[]');
    const Original = Worker;
    window.Worker = class extends Original {
      constructor(...args: ConstructorParameters<typeof Worker>) {
        super(...args);
        this.addEventListener('message', ({ data }) => {
          if (data.type !== 'step') return;
          told[data.metrics.step - 1] = data.metrics.loss;
          sessionStorage.setItem('losses', JSON.stringify(told));
        });
      }
    };
  });
}

const toldLosses = (page: Page): Promise<number[]> =>
  page.evaluate(() => JSON.parse(sessionStorage.getItem('losses') ?? '[]'));

/** Losses of the run that nothing happens to; what was gathered is then forgotten. */
async function unbroken(page: Page): Promise<number[]> {
  await recordLosses(page);
  await open(page, settings);
  await trainToTheEnd(page);
  const losses = await toldLosses(page);
  expect(losses.length).toBe(24);
  await page.evaluate(() => sessionStorage.clear());
  await page.reload();
  await expect(page.locator('.strip-cells')).toBeVisible();
  return losses;
}

async function startAndReach(page: Page, step: number): Promise<void> {
  await page.getByRole('button', { name: 'Train', exact: true }).click();
  await expect(page.locator('.progress')).toHaveText(
    new RegExp(`step (${step}|${step + 1}|${step + 2}|${step + 3}) /`),
    {
      timeout: 60_000,
    },
  );
}

/** Makes every worker of the page keep the devices it opens. */
async function keepDevices(page: Page): Promise<Worker[]> {
  const workers = page.workers();
  for (const worker of workers)
    await worker.evaluate(() => {
      const held: GPUDevice[] = [];
      Object.assign(self, { held });
      const original = GPUAdapter.prototype.requestDevice;
      GPUAdapter.prototype.requestDevice = async function request(...args) {
        const device = await original.apply(this, args);
        held.push(device);
        return device;
      };
    });
  return workers;
}

test('the device destroyed in mid-run', async ({ page }) => {
  const want = await unbroken(page);
  const workers = await keepDevices(page);
  await startAndReach(page, 8);
  for (const worker of workers)
    await worker.evaluate(() => {
      const { held } = self as unknown as { held: GPUDevice[] };
      for (const device of held) device.destroy();
    });
  await expect(page.locator('.progress')).toHaveText(/finished, 24 steps/, { timeout: 60_000 });
  expect(await toldLosses(page)).toEqual(want);
});

test('the page reloaded in mid-run', async ({ page }) => {
  const want = await unbroken(page);
  await startAndReach(page, 8);
  // Pausing saves; so does every other second of a run.
  await page.getByRole('button', { name: 'Pause', exact: true }).click();
  await expect(page.locator('.progress')).toHaveText(/paused at step/);
  await page.reload();
  await expect(page.getByRole('heading', { name: 'An unfinished run' })).toBeVisible();
  await page.getByRole('button', { name: 'Go on', exact: true }).click();
  await expect(page.locator('.progress')).toHaveText(/finished, 24 steps/, { timeout: 60_000 });
  expect(await toldLosses(page)).toEqual(want);
});

test('the worker closed in mid-run', async ({ page }) => {
  test.setTimeout(180_000);
  const want = await unbroken(page);
  const workers = page.workers();
  await startAndReach(page, 8);
  for (const worker of workers) await worker.evaluate(() => self.close()).catch(() => {});
  await expect(page.locator('.progress')).toHaveText(/finished, 24 steps/, { timeout: 120_000 });
  expect(await toldLosses(page)).toEqual(want);
});
