// What the compiler of a real GPU makes of kernels, on a machine without one: Dawn writes their SPIR-V, Mesa's RADV compiles it for a card
// that is not there. Needs gcc, Vulkan's headers, spirv-tools and Mesa's AMD driver; says which is missing.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { invariant } from '../../../src/shaders/invariant.ts';
import type { Loop } from './isa.ts';
import { hottestLoop } from './isa.ts';

export const families = ['navi31', 'navi21', 'polaris10'] as const;
type Family = (typeof families)[number];

export interface Shader {
  /** Tells it from others; no blanks matter. */
  readonly name: string;
  readonly code: string;
  readonly entry: string;
}

export interface CompilerFacts {
  readonly registers: number;
  readonly spilled: number;
  /** That fit one SIMD at a time. */
  readonly waves: number;
  /** null: straight code, or hardly any arithmetic. */
  readonly loop: Loop | null;
}

/** By family. */
export type RadvFacts = ReadonlyMap<Family, CompilerFacts>;

const dumpSpirv = fileURLToPath(new URL('./dumpSpirv.mjs', import.meta.url));
const pipelineFacts = fileURLToPath(new URL('./pipelineFacts.c', import.meta.url));

interface Ran {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

function run(
  program: string,
  args: readonly string[],
  { input = '', env = {} }: { readonly input?: string; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<Ran> {
  return new Promise((resolve) => {
    const child = spawn(program, [...args], { env: { ...process.env, ...env } });
    let [out, err] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (piece: string) => {
      out += piece;
    });
    child.stderr.setEncoding('utf8').on('data', (piece: string) => {
      err += piece;
    });
    child.on('error', (error) => resolve({ status: null, out, err: error.message }));
    child.on('close', (status) => resolve({ status, out, err }));
    child.stdin.on('error', () => {
      // It ended without reading; its status says why.
    });
    child.stdin.end(input);
  });
}

const DRIVERS = '/usr/share/vulkan/icd.d';

/** The file that names RADV to Vulkan's loader. */
function driver(): string | undefined {
  if (!existsSync(DRIVERS)) return undefined;
  const file = readdirSync(DRIVERS).find((name) => name.startsWith('radeon_icd'));
  return file && join(DRIVERS, file);
}

/** What this machine lacks for it; '' for nothing. */
export async function missingForRadv(): Promise<string> {
  const lacking: string[] = [];
  if ((await run('gcc', ['--version'])).status !== 0) lacking.push('gcc');
  if ((await run('spirv-as', ['--version'])).status !== 0) lacking.push('spirv-tools');
  if (!existsSync('/usr/include/vulkan/vulkan.h')) lacking.push('libvulkan-dev');
  if (driver() === undefined) lacking.push('mesa-vulkan-drivers');
  return lacking.join(', ');
}

interface Module {
  readonly path: string;
  readonly entry: string;
  readonly bindings: number;
  /** Binding of the uniform block; -1: none. */
  readonly uniform: number;
}

/** Debian 12's assembler does not know this extension, which changes nothing here. */
const unknownToAssembler = /MaximallyReconverges|maximal_reconvergence/;

/** The assembly that Dawn printed last for a shader. */
function spirvIn(printed: string, name: string): string {
  const at = printed.lastIndexOf('/* Dumped SPIRV disassembly */');
  const error = /@@error (.*)/.exec(printed)?.[1];
  invariant(at >= 0, `radv: '${name}' has no SPIR-V: ${error ?? printed.slice(-200)}`);
  return printed
    .slice(at)
    .split('\n')
    .filter((line) => /^\s*(%\S+ = )?Op/.test(line) && !unknownToAssembler.test(line))
    .join('\n');
}

async function moduleOf(text: string, path: string): Promise<Module> {
  const assembled = await run('spirv-as', ['--target-env', 'spv1.4', '-o', path, '-'], { input: text });
  invariant(assembled.status === 0, `radv: spirv-as: ${assembled.err.slice(0, 300)}`);
  const bindings = new Map(
    [...text.matchAll(/OpDecorate (%\S+) Binding (\d+)/g)].map(([, id = '', at]) => [id, Number(at)]),
  );
  const uniform = /(%\S+) = OpVariable %\S+ Uniform\b/.exec(text)?.[1];
  return {
    path,
    entry: /OpEntryPoint GLCompute %\S+ "([^"]+)"/.exec(text)?.[1] ?? 'main',
    bindings: 1 + Math.max(-1, ...bindings.values()),
    uniform: (uniform !== undefined && bindings.get(uniform)) || (uniform === undefined ? -1 : 0),
  };
}

function factsIn(printed: string): CompilerFacts {
  const fact = (name: string): number =>
    Number(new RegExp(`^@fact ${name}\t(\\d+)`, 'm').exec(printed)?.[1] ?? Number.NaN);
  return {
    registers: fact('VGPRs'),
    spilled: fact('Spilled VGPRs'),
    waves: fact('Subgroups per SIMD'),
    loop: hottestLoop(printed.split('@assembly\n')[1] ?? ''),
  };
}

/** Facts of each shader, in their order. */
export async function compileForRadv(shaders: readonly Shader[]): Promise<RadvFacts[]> {
  const work = await mkdtemp(join(tmpdir(), 'radv-'));
  try {
    const binary = join(work, 'facts');
    const built = await run('gcc', ['-O1', '-o', binary, pipelineFacts, '-lvulkan']);
    invariant(built.status === 0, `radv: gcc: ${built.err.slice(0, 300)}`);
    const named = shaders.map(({ code, entry }, i) => ({ name: String(i), code, entry }));
    const input = join(work, 'shaders.json');
    await writeFile(input, JSON.stringify(named));
    const dumped = await run(process.execPath, [dumpSpirv, input]);
    const printed = dumped.out.split('\n@@ ').slice(1);
    invariant(printed.length === shaders.length, `radv: Dawn: ${dumped.err.slice(-300)}`);
    const modules: Module[] = [];
    for (const [i, { name }] of shaders.entries())
      modules.push(await moduleOf(spirvIn(printed[i] ?? '', name), join(work, `${i}.spv`)));
    const list = modules.map(({ path, entry, bindings, uniform }) =>
      [path, entry, bindings, uniform].join(' '),
    );
    const facts = shaders.map(() => new Map<Family, CompilerFacts>());
    for (const family of families) {
      const env = { RADV_FORCE_FAMILY: family, VK_ICD_FILENAMES: driver() ?? '' };
      const told = await run(binary, [], { input: list.join('\n'), env });
      const parts = told.out.split('@module ').slice(1);
      invariant(parts.length === shaders.length && told.status === 0, `radv: ${told.err.slice(-300)}`);
      for (const [i, part] of parts.entries()) facts[i]?.set(family, factsIn(part));
    }
    return facts;
  } finally {
    await rm(work, { recursive: true });
  }
}
