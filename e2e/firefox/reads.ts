// Proof that the built page reads a script in Firefox: the interpreter starts in a thread of a thread, and the verdict stands on the page.
import type { Page } from 'puppeteer-core';
import { elementZero, failing } from '../failingScript.ts';

/** Opens the box, reads the failing script, and gives the verdict's words. Throws when they are others. */
export async function readsScript(page: Page): Promise<string> {
  await page.waitForSelector('.strip-cells', { timeout: 0 });
  await page.keyboard.press('p');
  const box = await page.waitForSelector('#paste-in', { timeout: 0 });
  await box?.evaluate((field, text) => {
    if (!(field instanceof HTMLTextAreaElement)) return;
    // React listens to the field's own setter.
    Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, 'value')?.set?.call(field, text);
    field.dispatchEvent(new Event('input', { bubbles: true }));
  }, failing);
  await page.click('.paste-box .button-main');
  const card = await page.waitForSelector('.verdict-card', { timeout: 0 });
  const words = (await card?.evaluate((shown) => shown.textContent)) ?? '';
  if (!words.includes(elementZero)) throw new Error(`The failing script was read as: ${words}`);
  await page.keyboard.press('Escape');
  return 'a script was read';
}
