// How much an inspection does, counted: scripts run, values recorded, walks of the module tree and modules met on them. The
// laboratory answers at every keystroke, so none of these may grow by accident; what that takes in time `npm run bench` tells.
import { afterAll, afterEach, expect, it, vi } from 'vitest';
import type { ModelConfig } from '../../models/modelConfig.ts';
import { oneRotation } from '../../models/modelConfig.ts';
import type { RecipePatch } from '../../recipe/recipe.ts';
import { defaultValues, withPatch } from '../../recipe/recipe.ts';
import type { Module as ModuleType } from '../../torch/nn/module.ts';

vi.mock('./examine.ts', { spy: true });
// Files of one worker share their modules: these are loaded anew, so that the spy is among them whatever ran before.
vi.resetModules();
const { Tape } = await import('../../torch/autograd/tape.ts');
const { Module } = await import('../../torch/nn/module.ts');
const { inspect } = await import('../inspect.ts');
const { examine } = await import('./examine.ts');

const ofDepth = (layers: number): ModelConfig => ({
  hiddenSize: 576,
  intermediateSize: 1536,
  layers,
  heads: 9,
  kvHeads: 3,
  headDim: 64,
  vocabSize: 49_152,
  family: 'llama',
  normEps: 1e-5,
  ...oneRotation(1e5, 64),
  own: {},
  maxPositions: 8192,
  tied: true,
});

interface Work {
  /** Scripts run to the end of a step: the recipe's own, and one for every repair that the doctor tries. */
  readonly examinations: number;
  /** Values made on their tapes: operations' outputs, parameters, gradients. */
  readonly values: number;
  readonly walks: number;
  readonly modules: number;
}

afterEach(() => {
  vi.restoreAllMocks();
});
// The spy stays with this file.
afterAll(() => {
  vi.resetModules();
});

function workOf(patch: RecipePatch, layers: number): Work {
  let [walks, modules] = [0, 0];
  function* counted<T>(walk: Generator<T>): Generator<T> {
    walks += 1;
    for (const one of walk) {
      modules += 1;
      yield one;
    }
  }
  const { namedModules, modules: plain } = Module.prototype;
  vi.spyOn(Module.prototype, 'namedModules').mockImplementation(function (this: ModuleType, prefix) {
    return counted(namedModules.call(this, prefix));
  });
  vi.spyOn(Module.prototype, 'modules').mockImplementation(function (this: ModuleType) {
    return counted(plain.call(this));
  });
  const made = (['leaf', 'record', 'replay'] as const).map((name) => vi.spyOn(Tape.prototype, name));
  vi.mocked(examine).mockClear();
  inspect(ofDepth(layers), withPatch(defaultValues, patch));
  const values = made.reduce((sum, { mock }) => sum + mock.calls.length, 0);
  const examinations = vi.mocked(examine).mock.calls.length;
  vi.restoreAllMocks();
  return { examinations, values, walks, modules };
}

const classical: RecipePatch = { 'wiring.attach': 'get_peft_model', 'train.gradient_checkpointing': true };
/**
 * Budgets for thirty layers: what it took when they were set and a tenth more, so that a walk here and there passes and one for every
 * layer does not. Raise one only with the reason, after a look at what `npm run bench` says.
 */
const budgets: readonly (readonly [name: string, patch: RecipePatch, most: Work])[] = [
  ['that trains', {}, { examinations: 1, values: 4400, walks: 980, modules: 40_400 }],
  [
    'that fails, with its diagnosis',
    classical,
    { examinations: 6, values: 26_200, walks: 5700, modules: 187_000 },
  ],
  [
    'loaded frozen, with its diagnosis',
    { 'wiring.attach': 'from_pretrained', 'wiring.stack': 'trl-0.20.0' },
    { examinations: 6, values: 17_400, walks: 5800, modules: 222_000 },
  ],
];

it.each(budgets)('a recipe %s stays within its budget, and grows with the depth alone', (_, patch, most) => {
  const [half, whole] = [workOf(patch, 15), workOf(patch, 30)];
  expect(whole.examinations).toBeGreaterThan(0);
  for (const key of ['examinations', 'values', 'walks', 'modules'] as const) {
    expect(whole[key], key).toBeLessThanOrEqual(most[key]);
    // A walk of the tree for every layer of it would make four times as much of twice the layers.
    expect(whole[key], `${key} at twice the depth`).toBeLessThanOrEqual(2 * half[key]);
  }
});
