// A browser without WebGPU: the page says what happened, fetches ONNX Runtime when training begins and no sooner, and trains on it without
// freezing; where it can't be had, in plain TypeScript.
import { expect, losses, open, reach, test } from './playground.ts';

/** What is fetched of ONNX Runtime. */
const ofRuntime = /\/onnxruntime\/|\/assets\/ort\./;

test('says that the CPU runs, how to get WebGPU, and trains on ONNX Runtime', async ({ page }) => {
  const fetched: string[] = [];
  page.context().on('request', (request) => {
    if (ofRuntime.test(request.url())) fetched.push(request.url());
  });
  await page.addInitScript(() => {
    // What the page hears of its workers, and when it answered a key: in between lies how long it left the key lying.
    const heard = { steps: 0, atKey: -1, atDialog: -1 };
    Object.assign(window, { heard });
    const Original = Worker;
    window.Worker = class extends Original {
      constructor(...args: ConstructorParameters<typeof Worker>) {
        super(...args);
        this.addEventListener('message', ({ data }) => {
          if (data.type === 'step') heard.steps += 1;
        });
      }
    };
    addEventListener('keydown', () => {
      if (heard.atKey < 0) heard.atKey = heard.steps;
    });
    new MutationObserver(() => {
      if (heard.atDialog < 0 && document.querySelector('[role=dialog]')) heard.atDialog = heard.steps;
    }).observe(document, { childList: true, subtree: true });
  });
  await open(page, 'train.max_steps=20&train.learning_rate=0.02&train.warmup_steps=0');
  const banner = page.getByRole('region', { name: 'Training on the CPU' });
  await expect(banner).toContainText('only slower');
  await expect(banner).toContainText('ONNX Runtime');
  expect(fetched).toEqual([]);
  await banner.getByText('How to get WebGPU').click();
  await expect(banner).toContainText('Firefox');
  await page.getByRole('button', { name: 'Train', exact: true }).click();
  await reach(page, /^step [3-9] \/ 20/);
  await page.keyboard.press('s');
  await expect(page.getByRole('dialog')).toBeVisible();
  await page.keyboard.press('Escape');
  await reach(page, /^finished, 20 steps/);
  expect(fetched.some((address) => address.endsWith('.wasm'))).toBe(true);
  const { steps, first, last } = await losses(page);
  expect(last).toBeLessThanOrEqual(first / 2);
  const before = await page.locator('.answer-before .answer-text').first().textContent();
  await expect(page.locator('.answer-after .answer-text').first()).not.toHaveText(before ?? '');
  const heard = await page.evaluate(
    () => (window as unknown as { heard: { steps: number; atKey: number; atDialog: number } }).heard,
  );
  // Every step was computed by a worker, and the key was answered while they went on: a page that trained by itself would have opened the
  // dialog after the last. (How many steps lie between depends on what else the machine does, for the dialog's own file is fetched first.)
  expect(heard.steps).toBe(steps);
  expect(heard.atKey).toBeGreaterThan(0);
  expect(heard.atDialog).toBeLessThan(steps);
});

test('trains in plain TypeScript where another file stands in the place of ONNX Runtime', async ({
  page,
}) => {
  await page.context().route(/\/onnxruntime\//, (route) => route.fulfill({ body: 'another file' }));
  await open(page, 'train.max_steps=2');
  await page.getByRole('button', { name: 'Train', exact: true }).click();
  await reach(page, /^finished, 2 steps/);
  const banner = page.getByRole('region', { name: 'Training on the CPU' });
  await expect(banner).toContainText('Plain TypeScript runs the same');
  await expect(banner).toContainText('onnxruntime/ort-wasm-simd-threaded.wasm: expected');
  await page.context().unroute(/\/onnxruntime\//);
});
