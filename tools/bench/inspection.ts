// What the laboratory takes to answer a keystroke on a model of thirty layers: a ratio to running the recipe's script once on the
// same model in the same run, so that figures of two machines compare. No device.
import { inspect } from '../../src/engine/laboratory/inspect.ts';
import type { ModelConfig } from '../../src/engine/models/modelConfig.ts';
import { oneRotation } from '../../src/engine/models/modelConfig.ts';
import { runScript } from '../../src/engine/python/run/wire.ts';
import type { RecipePatch } from '../../src/engine/recipe/recipe.ts';
import { defaultValues, withPatch } from '../../src/engine/recipe/recipe.ts';
import { median } from './peak.ts';

export interface InspectionResult {
  readonly name: string;
  readonly inspectMs: number;
  /** Of the script alone: load, attach, prepare, trainer. */
  readonly scriptMs: number;
}

/** SmolLM2-135M's shape. */
const config: ModelConfig = {
  hiddenSize: 576,
  intermediateSize: 1536,
  layers: 30,
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
};

const recipes: Readonly<Record<string, RecipePatch>> = {
  'that trains': {},
  'that fails, with its diagnosis': {
    'wiring.attach': 'get_peft_model',
    'train.gradient_checkpointing': true,
  },
};

const rounds = 25;

export function measureInspections(): InspectionResult[] {
  return Object.entries(recipes).map(([name, patch]) => {
    const values = withPatch(defaultValues, patch);
    const timed = (work: () => unknown): number => {
      const started = performance.now();
      work();
      return performance.now() - started;
    };
    // In turn, so that other work on the machine meets both alike; the first rounds compile.
    const pairs = Array.from({ length: rounds }, () => [
      timed(() => runScript(config, values)),
      timed(() => inspect(config, values)),
    ]).slice(5);
    const [scriptMs, inspectMs] = [0, 1].map((i) => median(pairs.map((pair) => pair[i] ?? 0)));
    return { name, scriptMs: scriptMs ?? 0, inspectMs: inspectMs ?? 0 };
  });
}
