// Runs a recipe's script and its first training step on the tape, and says how it ends: trains, silent, or raises, with
// the text and the call. The page, the doctor and the command line read everything off this.

import type { DecoderPaths } from '../../models/decoder.ts';
import type { ModelConfig } from '../../models/families.ts';
import { decoderOf } from '../../models/families.ts';
import type { ScriptModel } from '../../python/run/scriptModel.ts';
import type { Wired } from '../../python/run/wire.ts';
import { runScript, wiredModel } from '../../python/run/wire.ts';
import type { RecipeValues } from '../../recipe/recipe.ts';
import { backward } from '../../torch/autograd/backward.ts';
import { PythonError } from '../../torch/autograd/pythonError.ts';
import type { Parameter } from '../../torch/nn/module.ts';
import type { BatchShape } from '../../torch/recording.ts';
import type { GradientState, Outcome } from './inspection.ts';
import type { RecordedStep, StepOptions } from './recordStep.ts';
import { recordStep } from './recordStep.ts';

export interface ExamineOptions {
  readonly batch: BatchShape;
  /** Every label of the first batch is -100. */
  readonly allMasked: boolean;
}

export interface Examination {
  readonly script: ScriptModel;
  /** Where embedding, layers, norm and head stand in the causal LM. */
  readonly paths: DecoderPaths;
  /** null when a call of the script raised before the forward pass. */
  readonly wired: Wired | null;
  readonly step: RecordedStep | null;
  readonly outcome: Outcome;
  readonly gradientOf: (parameter: Parameter) => GradientState;
}

const BACKWARD_TWICE =
  'Trying to backward through the graph a second time (or directly access saved tensors after they have already been freed). Saved intermediate values of the graph are freed when you call .backward() or autograd.grad(). Specify retain_graph=True if you need to backward through the graph a second time or if you need to access saved tensors after calling backward.';

function lossGradFn(script: ScriptModel, values: RecipeValues): StepOptions['lossGradFn'] {
  const divides = values['wiring.trainer'] !== 'loop' && script.behaves('trainerDividesLoss');
  return divides ? 'DivBackward0' : 'NllLossBackward0';
}

/** What the libraries print while the first checkpointed layer runs. */
function warnCheckpointing(script: ScriptModel, values: RecipeValues): void {
  const active = script.checkpointing !== null && script.causal.training;
  if (!active) return;
  const trainer = values['wiring.trainer'];
  const cacheOff =
    (trainer === 'SFTTrainer' && script.behaves('sftCacheOff')) ||
    (trainer !== 'loop' && script.behaves('trainerCacheOff'));
  if (!cacheOff) script.warn(`log: ${script.behaves('useCacheLog')}`);
  const text = script.behaves('checkpointWarning');
  if (!script.checkpointing?.explicit && text !== null) script.warn(`UserWarning: ${text}`);
}

function runBackward(step: RecordedStep, wired: Wired, values: RecipeValues): PythonError | null {
  try {
    backward(step.tape, step.loss, wired.backwardCall);
    if (values['wiring.step'] === 'twice')
      throw new PythonError('RuntimeError', BACKWARD_TWICE, wired.backwardCall);
    const half = [...wired.root.namedParameters()].some(
      ([, parameter]) => parameter.requiresGrad && parameter.dtype === 'float16',
    );
    if (values['train.fp16'] && half) {
      const call =
        values['wiring.trainer'] === 'loop'
          ? 'scaler.unscale_(optimizer)'
          : 'trainer.train() → scaler.unscale_(optimizer)';
      throw new PythonError('ValueError', 'Attempting to unscale FP16 gradients.', call);
    }
    return null;
  } catch (error) {
    if (error instanceof PythonError) return error;
    throw error;
  }
}

/** Runs script, forward and backward of one step on a model of this architecture. */
export function examine(config: ModelConfig, values: RecipeValues, options: ExamineOptions): Examination {
  const { script, error: scriptError } = runScript(config, values);
  const { paths } = decoderOf(config);
  if (scriptError) {
    const gradientOf = (parameter: Parameter): GradientState =>
      parameter.requiresGrad ? 'pending' : 'frozen';
    return {
      script,
      paths,
      wired: null,
      step: null,
      outcome: outcomeOf(script, scriptError, gradientOf),
      gradientOf,
    };
  }
  const wired = wiredModel(script, values);
  warnCheckpointing(script, values);
  const step = recordStep(wired, config, {
    ...options,
    step: values['wiring.step'],
    lossGradFn: lossGradFn(script, values),
  });
  for (const warning of step.tape.warnings) script.warn(`${warning.category}: ${warning.message}`);
  const recorded = step.tape.warnings.length;
  const error = runBackward(step, wired, values);
  for (const warning of step.tape.warnings.slice(recorded))
    script.warn(`${warning.category}: ${warning.message}`);
  const gradientOf = (parameter: Parameter): GradientState => {
    if (!parameter.requiresGrad) return 'frozen';
    const gradient = step.recording.gradientOf(parameter);
    if (!gradient) return 'none';
    return gradient.zero ? 'zero' : 'nonzero';
  };
  return { script, paths, wired, step, outcome: outcomeOf(script, error, gradientOf), gradientOf };
}

function outcomeOf(
  script: ScriptModel,
  error: PythonError | null,
  gradientOf: (parameter: Parameter) => GradientState,
): Outcome {
  const parameters = [...script.root.namedParameters()].map(([, parameter]) => parameter);
  const trainable = parameters.filter((parameter) => parameter.requiresGrad);
  const count = (state: GradientState): number =>
    trainable.filter((parameter) => gradientOf(parameter) === state).length;
  const [none, zero, nonzero] = [count('none'), count('zero'), count('nonzero')];
  const learns = trainable.length > 0 && none === 0 && nonzero > 0;
  return {
    kind: error ? 'raises' : learns ? 'trains' : 'silent',
    error: error && { type: error.type, message: error.message, call: error.call },
    warnings: script.warnings,
    trainableTensors: trainable.length,
    allTensors: parameters.length,
    noneGradients: none,
    zeroGradients: zero,
    nonzeroGradients: nonzero,
  };
}
