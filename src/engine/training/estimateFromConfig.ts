// What a run would take, from a model's config.json or the headers of its files and the settings alone, before any of its weights is fetched: the estimate of a run
// (estimate.ts) over formats that config.json says and rows as long as max_length allows, unless it is told how long they are.
import { assertRankFits } from '../adapters/rankFits.ts';
import type { LargestBatches } from '../data/prepareData.ts';
import { storedFormats } from '../models/checkpoint/storedFormats.ts';
import { parseConfig } from '../models/families.ts';
import type { ModelConfig } from '../models/modelConfig.ts';
import type { ModelFiles } from '../models/modelFiles.ts';
import { weightFormatsOf } from '../models/weightPlaces.ts';
import { weightOptions, wire } from '../python/run/wire.ts';
import type { RecipeValues } from '../recipe/recipe.ts';
import { PythonError } from '../torch/autograd/pythonError.ts';
import type { BatchShape } from '../torch/recording.ts';
import type { CostEstimate } from './cost.ts';
import { estimateCost } from './estimate.ts';
import { trainerOptions } from './options.ts';
import { formatsAfter } from './valuesFromBase.ts';

/** Batches of rows that are cut at max_length; pairs are two rows each. */
function fullBatches(values: RecipeValues): LargestBatches {
  const pairs = values['train.objective'] !== 'sft';
  const train: BatchShape = {
    rows: values['train.per_device_train_batch_size'] * (pairs ? 2 : 1),
    tokens: Math.ceil(values['train.max_length'] / 16) * 16,
    packed: !pairs && values['train.packing'] !== 'none',
  };
  const test = values['data.test_size'] > 0 ? train : null;
  return { train, test, microBatches: values['train.gradient_accumulation_steps'] };
}

/** A model of which no weight is here. */
interface Weighed {
  readonly config: ModelConfig;
  readonly formatOf: ModelFiles['formatOf'];
}

/**
 * null where nothing would be trained: the script raises, or asks for what the engine doesn't train. `onOrt`: ONNX Runtime would run it;
 * `largest`: of rows that are known.
 */
export function estimateOfModel(
  { config, formatOf: stored }: Weighed,
  values: RecipeValues,
  onOrt = false,
  largest: LargestBatches = fullBatches(values),
): CostEstimate | null {
  try {
    const bare = wire(config, values);
    assertRankFits(bare.root);
    const formatOf = formatsAfter(stored, bare, values);
    const wired = { ...bare, weightFormat: weightFormatsOf(config, formatOf, weightOptions(values)) };
    const steps = Math.max(1, values['train.max_steps']);
    const options = trainerOptions(values);
    return estimateCost({ config, wired, options, largest, steps, sessions: onOrt });
  } catch (error) {
    if (error instanceof PythonError) return null;
    throw error;
  }
}

/** The same of a config.json. Throws UserError 'model-…' for a configuration that isn't here. */
export function estimateFromConfig(
  parsed: unknown,
  values: RecipeValues,
  onOrt = false,
  largest?: LargestBatches,
): CostEstimate | null {
  const config = parseConfig(parsed);
  return estimateOfModel({ config, formatOf: storedFormats(parsed, config) }, values, onOrt, largest);
}
