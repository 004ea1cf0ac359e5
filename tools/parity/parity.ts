// `npm run -s parity`: every recipe of
// tools/golden/parity_recipes.json here against the real libraries' numbers; fails where a bound does not hold.
import { BOUNDS } from '../../src/engine/testing/agreement.ts';
import type { Parity } from '../../src/engine/testing/parity.ts';
import { compareWithLibraries, parityProblems } from '../../src/engine/testing/parity.ts';
import { parityRecipes } from '../../src/engine/testing/parityRecipes.ts';
import { isBackendChoice } from '../../src/engine/training/backends/deviceInfo.ts';
import { openBackend } from '../../src/engine/training/backends/openDevice.ts';
import { openOrt } from '../../src/engine/training/backends/ort/openOrt.ts';
import { gpuVariants, portableVariants } from '../../src/engine/training/backends/variants.ts';
import { nodeGpu, nodeOrtGpu } from '../cli/nodeGpu.ts';
import type { Command } from '../commandLine.ts';
import { tool, usageError } from '../commandLine.ts';

const figure = (value: number | null): string =>
  value === null ? '–' : value === 0 ? '0' : value.toExponential(1);

const heads = [
  'recipe',
  'steps',
  'initial',
  'order',
  'loss',
  'grad_norm',
  'learning_rate',
  'entropy',
  'eval_loss',
  'end',
];

function rowOf(name: string, parity: Parity): string[] {
  const same = (is: boolean): string => (is ? 'same' : 'DIFFERS');
  return [
    name,
    String(parity.steps),
    same(parity.sameInitial),
    same(parity.sameOrder),
    figure(parity.loss),
    figure(parity.gradNorm),
    figure(parity.learningRate),
    figure(parity.entropy),
    figure(parity.evalLoss),
    figure(parity.end?.norm ?? null),
  ];
}

export const command = {
  call: 'npm run -s parity --',
  about: 'Trains every recipe of the parity table and compares it with what the real libraries computed.',
  options: {
    only: { type: 'string', value: 'TEXT', help: 'the recipes with this text in their name', default: '' },
    backend: {
      type: 'string',
      value: 'NAME',
      help: 'webgpu, ort (ONNX Runtime), ort-webgpu (its own WebGPU) or cpu (otherwise webgpu where there is an adapter)',
    },
    steps: { type: 'string', value: 'N', help: 'at most N steps of each' },
    variants: {
      type: 'string',
      value: 'NAME',
      help: 'gpu or portable: the kernels of a GPU, or of a software adapter, whatever is faster here',
    },
    markdown: { type: 'boolean', help: 'print the table as Markdown' },
  },
} as const satisfies Command;

export const main = tool(command, async (values) => {
  const choice = values.backend ?? 'webgpu';
  if (!isBackendChoice(choice))
    throw usageError(command, `--backend: expected webgpu, ort, ort-webgpu or cpu, got '${choice}'.`);
  const { variants } = values;
  if (variants !== undefined && variants !== 'gpu' && variants !== 'portable')
    throw usageError(command, `--variants: expected gpu or portable, got '${variants}'.`);
  // As if they had been measured before.
  // In loops: a software adapter takes minutes to compile attention's straight code, which does the same sums in the same order.
  const forced = variants === 'gpu' ? ({ ...gpuVariants, attention: 'rolled' } as const) : portableVariants;
  const tuning = variants ? { load: () => Promise.resolve(forced), save: () => Promise.resolve() } : null;
  const say = (cells: readonly string[]): void => {
    const line = values.markdown
      ? `| ${cells.join(' | ')} |`
      : cells
          .map((cell, i) => cell.padEnd(i === 0 ? 38 : 10))
          .join(' ')
          .trimEnd();
    process.stdout.write(`${line}\n`);
  };
  const failures: string[] = [];
  const recipes = parityRecipes().filter(({ name }) => name.includes(values.only));
  let first = true;
  for (const recipe of recipes) {
    const opened = await openBackend({
      gpu: await nodeGpu(),
      ort: () => openOrt(),
      ortGpu: nodeOrtGpu,
      choice,
      now: () => performance.now(),
      tuning,
    });
    if (first) {
      process.stdout.write(`backend ${opened.backend.kind}; bounds ${JSON.stringify(BOUNDS)}\n\n`);
      say(heads);
      if (values.markdown) say(heads.map(() => '---'));
      first = false;
    }
    const parity = await compareWithLibraries(
      recipe,
      opened.backend,
      values.steps === undefined ? undefined : Number(values.steps),
    );
    opened.backend.destroy();
    if (!parity) {
      say([recipe.name, 'skipped: no model file, see README']);
      continue;
    }
    say(rowOf(recipe.name, parity));
    failures.push(...parityProblems(parity).map((problem) => `${recipe.name}: ${problem}`));
  }
  process.stdout.write(
    `\n${recipes.length} recipes, ${failures.length === 0 ? 'every bound holds' : failures.join('; ')}\n`,
  );
  return failures.length === 0 && recipes.length > 0 ? 0 : 1;
});
