// A page of a folder in Chromium on the software adapter, served from this machine, for as long as something is done with it.
import type { Page } from '@playwright/test';
import { chromium } from '@playwright/test';
import { serve } from '../../start/serve.ts';

/** Opens `page.html` of `folder`. What is done may take `patienceMs`; the server and the browser end with it. */
export async function withSoftwarePage<T>(
  {
    folder,
    port,
    patienceMs,
  }: { readonly folder: string; readonly port: number; readonly patienceMs: number },
  use: (page: Page) => Promise<T>,
): Promise<T> {
  const { address, server } = await serve(folder, { port, base: '/', host: 'localhost' });
  try {
    const browser = await chromium.launch({
      executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
      args: ['--no-sandbox', '--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'],
    });
    try {
      const page = await browser.newPage();
      page.setDefaultTimeout(patienceMs);
      await page.goto(`${address}page.html`);
      return await use(page);
    } finally {
      await browser.close();
    }
  } finally {
    server.closeAllConnections();
    server.close();
  }
}
