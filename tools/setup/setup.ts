// Brings what the tests need onto a Debian machine when run as root, and says what is missing anywhere else.
// Quick when all is there: it only probes. Never touches a package that is already good enough.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run, tail } from '../check/process.ts';
import type { Need } from './debian.ts';
import { backportsSource, installCalls, needs, osField } from './debian.ts';
import { isMet } from './probe.ts';

type Say = (line: string) => void;

async function missingNeeds(root: string): Promise<readonly Need[]> {
  const met = await Promise.all(needs.map((need) => isMet(need, root)));
  return needs.filter((_need, i) => met[i] === false);
}

function read(path: string): string {
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

function aptSources(): string {
  const folder = '/etc/apt/sources.list.d';
  const names = existsSync(folder)
    ? readdirSync(folder).filter((name) => /\.(list|sources)$/.test(name))
    : [];
  return [read('/etc/apt/sources.list'), ...names.map((name) => read(join(folder, name)))].join('\n\n');
}

async function apt(args: readonly string[], root: string, say: Say): Promise<boolean> {
  const env = { DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' };
  const done = await run('apt-get', args, { cwd: root, quietMs: 900_000, env });
  if (done.status === 0) return true;
  say(`apt-get ${args.join(' ')} failed:\n${tail(done.output, 15)}`);
  return false;
}

async function installOnDebian(
  missing: readonly Need[],
  codename: string,
  root: string,
  say: Say,
): Promise<void> {
  const source = missing.some((need) => need.backports) ? backportsSource(aptSources(), codename) : undefined;
  if (source !== undefined)
    writeFileSync('/etc/apt/sources.list.d/lora-playground-backports.sources', source);
  await apt(['update', '-o', 'Acquire::Retries=3'], root, say);
  for (const call of installCalls(missing, codename)) await apt(call, root, say);
}

/**
 * Probes the needs and, with `install`, installs what is missing on Debian as root. Says how to get each that is still missing; the tests
 * that need it look for it themselves and are skipped by name.
 */
export async function setUp(root: string, { install, say }: { install: boolean; say: Say }): Promise<void> {
  const missing = await missingNeeds(root);
  if (missing.length === 0) return;
  const osRelease = read('/etc/os-release');
  const isDebian = osField(osRelease, 'ID') === 'debian';
  const codename = osField(osRelease, 'VERSION_CODENAME') ?? '';
  const isRoot = process.getuid?.() === 0;
  if (install && isDebian && isRoot) {
    say(`installing ${missing.flatMap((need) => need.packages).join(', ')}`);
    await installOnDebian(missing, codename, root, say);
  }
  const left = install && isDebian && isRoot ? await missingNeeds(root) : missing;
  for (const need of left) {
    say(`missing: ${need.thing}`);
    if (!isDebian) say(`  ${need.elsewhere}`);
    else if (isRoot)
      say(
        `  npm test installs it here, or: apt-get ${(installCalls([need], codename)[0] ?? []).slice(0, 2).join(' ')} ${need.packages.join(' ')}`,
      );
    else
      say(
        `  As root, npm test installs it; or: sudo apt-get ${(installCalls([need], codename)[0] ?? []).join(' ')}`,
      );
  }
}
