// `npm run bench -- --against DIR`: the steps of this checkout beside those of another, in turns that swap: on Dawn's adapter in Node and in Chromium
// on SwiftShader. What runs beside it on the machine meets both alike, so the ratio tells more than either figure.
import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { InlineConfig, Plugin } from 'vite';
import { build } from 'vite';
import { withSoftwarePage } from '../browser/softwarePage.ts';
import { median } from '../peak.ts';
import type { CaseName, Turn } from './part.ts';
import { readTurn } from './readTurn.ts';

const here = fileURLToPath(new URL('./', import.meta.url));
/** Of this checkout. */
export const root = resolve(here, '../../..');
const PORT = 4951;

export interface Pair {
  readonly where: string;
  readonly name: CaseName;
  /** Milliseconds of a step by turn. */
  readonly ours: readonly number[];
  readonly theirs: readonly number[];
  /** Of the first turns' losses; null where the other checkout tells none. */
  readonly sameLosses: boolean | null;
  /** Share of a step that attention's kernels take here; null unless profiled. */
  readonly attention: number | null;
}

/** What the files of this folder import comes from the other checkout, if not from this folder itself. */
const takenFrom = (checkout: string): Plugin => ({
  name: 'taken-from',
  enforce: 'pre',
  resolveId(source, importer) {
    if (!importer || !source.startsWith('.')) return null;
    const path = resolve(importer, '..', source);
    if (!importer.startsWith(here) || path.startsWith(here)) return null;
    return join(checkout, relative(root, path));
  },
});

interface Bundle {
  readonly checkout: string;
  readonly node: string;
  readonly page: string;
}

/** A turn's program for Node and for a page, from a checkout's sources. */
export async function bundled(checkout: string, turn: string): Promise<Bundle> {
  const folder = resolve(root, 'node_modules/.cache/bench-against', turn);
  const common: InlineConfig = {
    configFile: false,
    logLevel: 'error',
    publicDir: false,
    plugins: [takenFrom(checkout)],
  };
  await build({
    ...common,
    root,
    ssr: { noExternal: true, external: ['webgpu', 'onnxruntime-node'], target: 'node' },
    build: {
      ssr: true,
      outDir: join(folder, 'node'),
      target: 'es2023',
      rolldownOptions: {
        input: { inNode: join(here, 'inNode.ts') },
        output: { format: 'es', entryFileNames: '[name].mjs' },
      },
    },
  });
  const page = join(folder, 'page');
  await build({
    ...common,
    root: here,
    base: './',
    build: {
      outDir: page,
      emptyOutDir: true,
      target: 'esnext',
      rolldownOptions: { input: join(here, 'page.html') },
    },
  });
  return { checkout, node: join(folder, 'node/inNode.mjs'), page };
}

type Take = (bundle: Bundle) => Promise<Turn>;

const inNode =
  (name: CaseName, profile: boolean, gguf: string): Take =>
  async ({ checkout, node }) => {
    const given = [node, name, profile ? 'profile' : 'plain', join(checkout, 'public'), resolve(gguf)];
    const { stdout } = await promisify(execFile)(process.execPath, given, { maxBuffer: 2 ** 26 });
    return readTurn(stdout);
  };

export const inChromium =
  (name: CaseName, gguf: string): Take =>
  async ({ checkout, page: folder }) => {
    const model = join(checkout, 'public/model');
    const files = gguf === '' ? readdirSync(model).map((file) => join(model, file)) : [resolve(gguf)];
    return withSoftwarePage({ folder, port: PORT, patienceMs: 1_800_000 }, async (page) => {
      await page.waitForFunction(() => 'takeTurn' in window);
      await page.locator('input').setInputFiles(files);
      return page.evaluate((one) => window.takeTurn(one), name);
    });
  };

const sum = (list: readonly { readonly ms: number }[]): number => list.reduce((all, { ms }) => all + ms, 0);

/** In turns: theirs, ours, ours, theirs, … */
async function paired(
  where: string,
  name: CaseName,
  take: Take,
  both: readonly [Bundle, Bundle],
  turns: number,
): Promise<Pair> {
  const [theirs, ours]: [Turn[], Turn[]] = [[], []];
  for (let turn = 0; turn < turns; turn += 1)
    for (const which of turn % 2 === 0 ? [0, 1] : [1, 0])
      (which === 0 ? theirs : ours).push(await take(both[which === 0 ? 0 : 1]));
  const [a, b] = [theirs[0]?.losses ?? [], ours[0]?.losses ?? []];
  const kernels = ours[0]?.kernels ?? [];
  return {
    where,
    name,
    ours: ours.map(({ stepMs }) => stepMs),
    theirs: theirs.map(({ stepMs }) => stepMs),
    sameLosses: a.length === 0 ? null : JSON.stringify(a) === JSON.stringify(b),
    attention:
      kernels.length === 0
        ? null
        : sum(kernels.filter(({ name: one }) => one.startsWith('attention'))) / sum(kernels),
  };
}

/** `gguf`: SmolLM2's file, or nothing to leave it out. Prints each pair as it comes. */
export async function measureAgainst(
  checkout: string,
  gguf: string,
  turns: number,
  say: (line: string) => void,
): Promise<void> {
  const other = resolve(checkout);
  if (!existsSync(join(other, 'tools/bench/steps.ts')))
    throw new Error(`${other}: not a checkout of this repository: it has no tools/bench/steps.ts.`);
  const both = [await bundled(other, 'theirs'), await bundled(root, 'ours')] as const;
  say('median milliseconds of a step, by turn; the ratio is of the medians of the turns');
  const print = ({ where, name, ours, theirs, sameLosses, attention }: Pair): void => {
    const list = (times: readonly number[]): string => times.map((ms) => ms.toFixed(0)).join(' ');
    const same =
      { true: '; losses bit for bit', false: '; losses differ', null: '' }[String(sameLosses)] ?? '';
    const share =
      attention === null ? '' : `; attention ${(100 * attention).toFixed(1)} % of the kernels' time here`;
    say(
      `${where}, ${name}: theirs ${list(theirs)}, ours ${list(ours)}: ${(median(theirs) / median(ours)).toFixed(2)} times as fast${same}${share}`,
    );
  };
  print(await paired('Chromium, SwiftShader', 'embedded', inChromium('embedded', ''), both, turns));
  if (gguf === '') return;
  print(await paired('Node', 'smollm2', inNode('smollm2', false, gguf), both, turns));
  print(await paired('Chromium, SwiftShader', 'smollm2', inChromium('smollm2', gguf), both, turns));
  print(await paired('Node', 'long', inNode('long', true, gguf), both, 1));
}
