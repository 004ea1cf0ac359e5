// The wired model of a recipe: the program that its settings stand for, executed on a freshly built module tree up to the first forward
// pass. A call that raises ends it there. No tape, no numbers.

import { invariant } from '../../ground/errors.ts';
import { stackOf } from '../../libraries/stacks.ts';
import { buildModel, decoderOf } from '../../models/families.ts';
import type { ModelConfig } from '../../models/modelConfig.ts';
import { weightFormatsOf } from '../../models/weightPlaces.ts';
import type { WeightOptions } from '../../models/weightSource.ts';
import type { RecipeValues } from '../../recipe/recipe.ts';
import type { PythonError } from '../../torch/autograd/pythonError.ts';
import type { WiredModel } from '../../torch/recording.ts';
import type { Signatures } from '../program/signatures.ts';
import type { ModelSource, TrainingEvent, TrainingJudge } from './acting.ts';
import { savedConfig } from './calls/peftConfigs.ts';
import { Machine } from './machine.ts';
import { applyModuleClasses } from './moduleClasses.ts';
import type { LossTreatment } from './objects.ts';
import { ADAPTER, programOf } from './programOf.ts';
import { configArguments } from './programWriter.ts';
import type { ScriptModel } from './scriptModel.ts';

export { passesConfig } from './programOf.ts';

/** How the recipe wants the layers' projections stored. */
export function weightOptions(values: RecipeValues): WeightOptions {
  const type = values['bnb.bnb_4bit_quant_type'];
  return {
    quantType: type === 'none' ? null : type,
    doubleQuant: values['bnb.bnb_4bit_use_double_quant'],
  };
}

/** Models of one configuration, whatever is asked for. */
export function modelsOf(config: ModelConfig): ModelSource {
  return ({ dtype, quantisation, doubleQuant, stack }) => {
    const root = buildModel(config, {
      dtype: dtype === 'auto' ? 'bfloat16' : dtype,
      quantType: quantisation?.type ?? null,
      doubleQuant,
    });
    applyModuleClasses(root, stack);
    const { embedding, head } = decoderOf(config).paths;
    const places = { embedding, head };
    return { root, modelType: config.family, architecture: config, quantisation, places, assumed: [] };
  };
}

export interface FormOptions {
  readonly signatures?: Signatures | null;
  readonly judge?: TrainingJudge;
}

/** What the script left behind, whether it got to the end or not. */
export interface ScriptRun {
  readonly script: ScriptModel;
  /** The first step of its training; null where it raised before. */
  readonly event: TrainingEvent | null;
  /** The exception that ended it, or null. */
  readonly error: PythonError | null;
}

/** Runs the recipe's program on a new model of this architecture. */
export function runScript(config: ModelConfig, values: RecipeValues, options: FormOptions = {}): ScriptRun {
  const machine = new Machine({
    stack: stackOf(values['wiring.stack']),
    models: modelsOf(config),
    watch: false,
    ...options,
  });
  machine.save(ADAPTER, savedConfig(values, configArguments(values)));
  const error = machine.replay(programOf(values, decoderOf(config).paths).calls);
  return { script: machine.only.script, event: machine.trainings[0] ?? null, error };
}

export interface Wired extends WiredModel {
  readonly script: ScriptModel;
  /** What happens around its forward pass and to its loss. */
  readonly treatment: LossTreatment;
  /** What `loss.backward()` is called by: the call that an autograd error is reported at. */
  readonly backwardCall: string;
}

/** The wired model of a recipe, ready to be recorded. Throws the PythonError that a call of the script raises. */
export function wire(config: ModelConfig, values: RecipeValues): Wired {
  let wired: Wired | null = null;
  const { error } = runScript(config, values, {
    judge: (event) => {
      wired ??= wiredModel(event);
      return null;
    },
  });
  if (wired) return wired;
  invariant(error, 'a program without a training');
  throw error;
}

/** The tree as a training finds it, over a base whose files hold float32; a run puts the formats of its own files in place. */
export function wiredModel(event: TrainingEvent): Wired {
  const { model, backwardCall, dropoutDisabled, gradMode, loss, severed, twice, cutAt, own } = event;
  const { script, stored } = model;
  const { root, causalPath, checkpointing, inputGradHooks } = script;
  const { architecture } = model;
  // A model that no family here runs is judged, never stored.
  const weightFormat =
    'flow' in architecture ? () => 'none' as const : weightFormatsOf(architecture, () => 'none', stored);
  return {
    root,
    causalPath,
    tables: script.places,
    checkpointing,
    inputGradHooks,
    weightFormat,
    dropoutDisabled,
    script,
    treatment: {
      gradMode,
      loss,
      twice,
      cutAt,
      ...(severed ? { severed } : {}),
      ...(own === undefined ? {} : { own }),
    },
    backwardCall,
  };
}
