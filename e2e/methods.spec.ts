// Methods beyond plain LoRA, and pairs, trained in the browser: each link runs to its end with a loss, and what they log is handed out.
import { strFromU8, unzipSync } from 'fflate';
import { downloaded, expect, losses, open, test, trainToTheEnd } from './playground.ts';

// How a run is computed is not what these journeys are about.
test.use({ backend: 'ort' });

const short =
  'train.max_steps=2&train.warmup_steps=0&train.per_device_train_batch_size=2&generate.max_new_tokens=2';

for (const [name, settings] of [
  ['DoRA on a 4-bit base', 'lora.use_dora=true&lora.r=4'],
  ['VeRA', 'peft.peft_type=VERA&lora.r=16&train.learning_rate=0.5'],
  ['PiSSA with packed rows', 'lora.init_lora_weights=pissa&bnb.bnb_4bit_quant_type=none&train.packing=bfd'],
] as const) {
  test(name, async ({ page }) => {
    await open(page, `preset=ships-log&${short}&${settings}`);
    await trainToTheEnd(page);
    const { first, last } = await losses(page);
    expect(last).toBeLessThan(first);
  });
}

test('pairs: the preset learns, logs rewards, and says which version it was compared with', async ({
  page,
}) => {
  await open(page, `preset=better-answers&${short}&wiring.stack=trl-0.19.1`);
  await page.getByText('The examples it learns from').click();
  await expect(page.locator('.row-tokens .token-rejected').first()).toBeVisible();
  await page.getByRole('button', { name: 'Train', exact: true }).click();
  await expect(page.locator('.failure')).toContainText('wiring.stack to trl-1.16.0');
  await open(page, `preset=better-answers&${short}`);
  await trainToTheEnd(page);
  const { bytes } = await downloaded(page, 'trainer_state.json, CSV, TensorBoard (zip)');
  const files = unzipSync(Uint8Array.from(bytes));
  const [, state] = Object.entries(files).find(([path]) => path.endsWith('trainer_state.json')) ?? [];
  const { log_history } = JSON.parse(strFromU8(state ?? new Uint8Array()));
  expect(log_history[1]).toMatchObject({ step: 2, 'rewards/margins': expect.any(Number) });
});
