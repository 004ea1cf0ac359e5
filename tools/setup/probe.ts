// Looks whether this machine has what the tests need, by trying it: a GPU adapter is asked for, not guessed from files.
// Installs nothing.
import { existsSync } from 'node:fs';
import { run } from '../check/process.ts';
import type { Need } from './debian.ts';

const candidates = {
  chromium: [
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
  ],
  firefox: ['/usr/bin/firefox-esr', '/usr/bin/firefox', '/Applications/Firefox.app/Contents/MacOS/firefox'],
};

/** The browser named by the environment, else the first that exists in the usual places. */
export function browserPath(kind: 'chromium' | 'firefox'): string | undefined {
  const named = process.env[kind === 'chromium' ? 'CHROMIUM_PATH' : 'FIREFOX_PATH'];
  if (named !== undefined && named !== '') return existsSync(named) ? named : undefined;
  return candidates[kind].find((path) => existsSync(path));
}

// In a process of its own: a driver that crashes must not end the check.
const askForAdapter = `
import { create, globals } from 'webgpu';
Object.assign(globalThis, globals);
const adapter = await create([]).requestAdapter();
process.stdout.write('adapter: ' + (adapter ? [adapter.info.description, adapter.info.vendor].filter(Boolean).join(', ') : 'none'));
process.exit(0);
`;

/** The name of the WebGPU adapter that Node gets here, or undefined. */
async function adapterName(root: string): Promise<string | undefined> {
  const asked = await run(process.execPath, ['--input-type=module', '-e', askForAdapter], {
    cwd: root,
    quietMs: 600_000,
  });
  const name = /adapter: (.*)/.exec(asked.output)?.[1];
  return name === undefined || name === 'none' ? undefined : name;
}

/** Whether a need is met here. */
export async function isMet(need: Need, root: string): Promise<boolean> {
  if (need.id === 'browser') return browserPath('chromium') !== undefined;
  if (need.id === 'firefox') return browserPath('firefox') !== undefined;
  if (need.id === 'gpu') return (await adapterName(root)) !== undefined;
  if (process.platform !== 'linux') return true;
  const fonts = await run('fc-list', [':lang=zh', 'family'], { cwd: root, quietMs: 600_000 });
  return fonts.status === 0 && fonts.output.trim() !== '';
}
