// The two things that everyone does who drives a page: to wait, and to press a button by its name.
import type { Page } from '@playwright/test';

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export const press = (page: Page, name: string): Promise<void> =>
  page.getByRole('button', { name, exact: true }).first().click({ timeout: 20_000 });
