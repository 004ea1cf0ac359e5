// End-to-end journeys over the built page, served as a static host would under a sub-path, in the system's Chromium.
// Two projects: one with a software WebGPU adapter, one without WebGPU, where the CPU backend runs.
import { createServer } from 'node:net';
import { defineConfig } from '@playwright/test';
import { tellsTests } from './tools/check/progress.ts';

/** A port that is free now. The workers read this file again and are to find the same one, so it goes through the environment. */
async function freePort(): Promise<string> {
  const server = createServer();
  await new Promise<void>((listens) => server.listen(0, 'localhost', listens));
  const address = server.address();
  await new Promise((closed) => server.close(closed));
  return String(address === null || typeof address === 'string' ? 4281 : address.port);
}

process.env.E2E_PORT ??= await freePort();
const port = process.env.E2E_PORT;
/** For one answer of the page, or the start of the server. */
const patienceMs = 240_000;
const executablePath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';
const launch = (args: readonly string[]) => ({ executablePath, args: ['--no-sandbox', ...args] });

export default defineConfig({
  testDir: 'e2e',
  outputDir: 'test-results/e2e',
  workers: 2,
  // No limit on a test: a busy machine would reach it. What a test waits for must come within minutes, whatever the machine, and a
  // run of training must get on (playground.ts); the check ends a runner in which no test ends (tools/check/parts.ts).
  timeout: 0,
  expect: { timeout: patienceMs },
  reporter: tellsTests() ? [['json'], ['./tools/check/playwrightProgress.ts']] : [['list']],
  use: {
    baseURL: `http://localhost:${port}/some/sub/path/`,
    locale: 'en-US',
    // What a journey does to a server must reach the page; offline.spec.ts is about what is kept.
    serviceWorkers: 'block',
    colorScheme: 'light',
    actionTimeout: patienceMs,
    navigationTimeout: patienceMs,
  },
  webServer: {
    command: `node tools/run.mjs tools/start/start.ts --port ${port} --base /some/sub/path/`,
    url: `http://localhost:${port}/some/sub/path/`,
    timeout: 3 * patienceMs,
  },
  projects: [
    {
      name: 'webgpu',
      testIgnore: ['cpu.spec.ts', 'fetching.spec.ts', 'hub.spec.ts', 'offline.spec.ts'],
      use: { launchOptions: launch(['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader']) },
    },
    {
      name: 'cpu',
      testMatch: ['cpu.spec.ts', 'fetching.spec.ts', 'hub.spec.ts', 'offline.spec.ts'],
      use: { launchOptions: launch(['--disable-features=WebGPU', '--disable-gpu']) },
    },
  ],
});
