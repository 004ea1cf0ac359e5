// Every command of package.json that is a tool of ours answers --help with each of its options, and refuses others.
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test, vi } from 'vitest';
import { z } from 'zod';
import { readManifest } from './check/documents.ts';
import { run } from './check/process.ts';
import type { Command } from './commandLine.ts';
import { readArguments, tool, usageOf } from './commandLine.ts';

const root = resolve(fileURLToPath(new URL('..', import.meta.url)));
const { scripts } = readManifest(readFileSync(join(root, 'package.json'), 'utf8'));
const tools = Object.entries(scripts).flatMap(([name, script]) => {
  const path = /^node tools\/run\.mjs (\S+)/.exec(script)?.[1];
  return path === undefined ? [] : [[name, path] as const];
});

const option = z.object({ help: z.string().min(5) });
const loaded = z.object({
  command: z.object({ call: z.string(), about: z.string().min(20), options: z.record(z.string(), option) }),
  main: z.custom<(args: readonly string[]) => Promise<number>>((value) => typeof value === 'function'),
});

async function written(
  main: (args: readonly string[]) => Promise<number>,
  args: readonly string[],
): Promise<{ status: number; out: string; err: string }> {
  const text = { out: '', err: '' };
  const keep = (to: 'out' | 'err') => (chunk: unknown) => {
    text[to] += String(chunk);
    return true;
  };
  const spies = [
    vi.spyOn(process.stdout, 'write').mockImplementation(keep('out')),
    vi.spyOn(process.stderr, 'write').mockImplementation(keep('err')),
  ];
  try {
    return { status: await main(args), ...text };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

test('the commands are tools', () => {
  expect(tools.map(([name]) => name).sort()).toEqual(
    expect.arrayContaining(['bench', 'check', 'lab', 'parity', 'screenshots', 'start', 'test', 'train']),
  );
});

test.each(tools)('%s --help says what it does and each option, and ends well', async (_name, path) => {
  const { command, main } = loaded.parse(await import(join(root, path)));
  const { status, out } = await written(main, ['--help']);
  expect(status).toBe(0);
  expect(out).toContain(command.call);
  expect(out).toContain(command.about);
  for (const [name, { help }] of [...Object.entries(command.options), ['help', { help: 'this' }] as const])
    expect(out).toMatch(
      new RegExp(`^ {2}--${name}\\b.* ${help.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')}`, 'm'),
    );
});

test.each(tools)('%s refuses an option that it has not, and names it', async (_name, path) => {
  const { main } = loaded.parse(await import(join(root, path)));
  const { status, out, err } = await written(main, ['--no-such-option']);
  expect(status).not.toBe(0);
  expect(`${out}${err}`).toContain("'--no-such-option'");
});

test('through the runner, as npm calls it', async () => {
  const args = ['tools/run.mjs', 'tools/cli/train.ts', '--help'];
  const done = await run(process.execPath, args, { cwd: root, quietMs: 1_200_000 });
  expect(done.status).toBe(0);
  expect(done.output).toContain('--checkpoint DIR');
});

test('no tool reads its arguments beside the declaration', () => {
  const own = readdirSync(join(root, 'tools'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts') && path !== 'commandLine.ts')
    .filter((path) => readFileSync(join(root, 'tools', path), 'utf8').includes('parseArgs'));
  expect(own).toEqual([]);
});

const sample = {
  call: 'npm run sample --',
  about: 'Shows how options are read.',
  options: {
    name: { type: 'string', value: 'NAME', help: 'whom to greet', default: 'you' },
    file: { type: 'string', value: 'FILE', help: 'a file, several times', multiple: true },
    loud: { type: 'boolean', help: 'in capitals' },
  },
} as const satisfies Command;

test('options are read as declared, and usage lines up', () => {
  expect({ ...readArguments(sample, ['--file', 'a', '--file', 'b', '--loud']) }).toEqual({
    name: 'you',
    file: ['a', 'b'],
    loud: true,
  });
  expect(usageOf(sample)).toBe(`npm run sample -- [options]

Shows how options are read.

  --name NAME  whom to greet (default: you)
  --file FILE  a file, several times
  --loud       in capitals
  --help       prints this
`);
});

test('a wrong argument gives status 2, the reason and the usage on standard error', async () => {
  const main = tool(sample, () => 0);
  const { status, out, err } = await written(main, ['stray']);
  expect([status, out]).toEqual([2, '']);
  expect(err).toContain("'stray'");
  expect(err).toContain('--loud');
  expect(await written(main, ['--loud'])).toMatchObject({ status: 0, out: '' });
});
