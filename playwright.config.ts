// End-to-end journeys over the built page, served as a static host would under a sub-path, in the system's Chromium.
// Two projects: one with a software WebGPU adapter, one without WebGPU, where the CPU backend runs.
import { defineConfig } from '@playwright/test';
import { tellsTests } from './tools/check/progress.ts';

const port = 4281;
const executablePath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';
const launch = (args: readonly string[]) => ({ executablePath, args: ['--no-sandbox', ...args] });

export default defineConfig({
  testDir: 'e2e',
  outputDir: 'test-results/e2e',
  workers: 1,
  timeout: 120_000,
  expect: { timeout: 20_000 },
  reporter: tellsTests() ? [['json'], ['./tools/check/playwrightProgress.ts']] : [['list']],
  use: { baseURL: `http://localhost:${port}/some/sub/path/`, locale: 'en-US', colorScheme: 'light' },
  webServer: {
    command: `node tools/run.mjs tools/start/start.ts --port ${port} --base /some/sub/path/`,
    url: `http://localhost:${port}/some/sub/path/`,
    timeout: 180_000,
  },
  projects: [
    {
      name: 'webgpu',
      testIgnore: ['cpu.spec.ts'],
      use: { launchOptions: launch(['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader']) },
    },
    {
      name: 'cpu',
      testMatch: ['cpu.spec.ts'],
      use: { launchOptions: launch(['--disable-features=WebGPU', '--disable-gpu']) },
    },
  ],
});
