// A run that loses its device, its worker or its page goes on, and its losses are those of the unbroken run.
import type { BrowserContext, Page, Worker } from '@playwright/test';
import { alone, expect, open, reach, trainToTheEnd } from './playground.ts';

const steps = 7;
const settings = `preset=ships-log&train.max_steps=${steps}&train.per_device_train_batch_size=1&generate.max_new_tokens=2`;

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

interface Place {
  readonly context: BrowserContext;
  /** Losses of the run that nothing happens to. */
  readonly losses: readonly number[];
}

async function opened(context: BrowserContext): Promise<Page> {
  const page = await context.newPage();
  await recordLosses(page);
  await open(page, settings);
  return page;
}

/** In one context, which keeps the choice of kernels that was measured in the unbroken run: others may round differently. */
const test = alone.extend<{ readonly unbroken: readonly number[] }, { readonly place: Place }>({
  place: [
    async ({ browser }, use, { project }) => {
      const { baseURL = '', actionTimeout = 0 } = project.use;
      const context = await browser.newContext({ baseURL });
      context.setDefaultTimeout(actionTimeout);
      const page = await opened(context);
      await trainToTheEnd(page);
      const losses = await toldLosses(page);
      expect(losses.length).toBe(steps);
      await page.close();
      await use({ context, losses });
      await context.close();
    },
    { scope: 'worker' },
  ],
  unbroken: async ({ place }, use) => use(place.losses),
  page: async ({ place }, use) => {
    const page = await opened(place.context);
    await use(page);
    await page.close();
  },
});

/** Presses Train and waits for a step in the middle of the run. */
async function startAndReach(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Train', exact: true }).click();
  await reach(page, /^step [2-4] \//);
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

const finished = new RegExp(`^finished, ${steps} steps`);

test('the device destroyed in mid-run', async ({ page, unbroken }) => {
  const workers = await keepDevices(page);
  await startAndReach(page);
  for (const worker of workers)
    await worker.evaluate(() => {
      const { held } = self as unknown as { held: GPUDevice[] };
      for (const device of held) device.destroy();
    });
  await reach(page, finished);
  expect(await toldLosses(page)).toEqual(unbroken);
});

test('the page reloaded in mid-run', async ({ page, unbroken }) => {
  await startAndReach(page);
  // Pausing saves; so does every other second of a run.
  await page.getByRole('button', { name: 'Pause', exact: true }).click();
  await expect(page.locator('.progress')).toHaveText(/paused at step/);
  await page.reload();
  await expect(page.getByRole('heading', { name: 'An unfinished run' })).toBeVisible();
  await page.getByRole('button', { name: 'Go on', exact: true }).click();
  await reach(page, finished);
  expect(await toldLosses(page)).toEqual(unbroken);
});

test('the worker closed in mid-run', async ({ page, unbroken }) => {
  const workers = page.workers();
  await startAndReach(page);
  for (const worker of workers) await worker.evaluate(() => self.close()).catch(() => {});
  await reach(page, finished);
  expect(await toldLosses(page)).toEqual(unbroken);
});
