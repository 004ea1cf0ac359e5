// One training of a program on the tape: forward, loss and backward of its first step, and how that ends. Whoever calls backward, a
// trainer or a loop of the script's own, it is judged by the same record.

import type { DecoderPaths } from '../../models/decoder.ts';
import { decoderOf } from '../../models/families.ts';
import type { TrainingEvent } from '../../python/run/acting.ts';
import type { ScriptModel } from '../../python/run/scriptModel.ts';
import type { Wired } from '../../python/run/wire.ts';
import { wiredModel } from '../../python/run/wire.ts';
import { backward } from '../../torch/autograd/backward.ts';
import { PythonError } from '../../torch/autograd/pythonError.ts';
import type { Parameter } from '../../torch/nn/module.ts';
import type { BatchShape } from '../../torch/recording.ts';
import type { GradientState, StepOutcome } from './inspection.ts';
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
  readonly outcome: StepOutcome;
  readonly gradientOf: (parameter: Parameter) => GradientState;
}

export interface ExaminedTraining extends Examination {
  readonly raised: PythonError | null;
}

const BACKWARD_TWICE =
  'Trying to backward through the graph a second time (or directly access saved tensors after they have already been freed). Saved intermediate values of the graph are freed when you call .backward() or autograd.grad(). Specify retain_graph=True if you need to backward through the graph a second time or if you need to access saved tensors after calling backward.';

function lossGradFn(script: ScriptModel, { trainer }: TrainingEvent): StepOptions['lossGradFn'] {
  const divides = trainer !== 'loop' && script.behaves('trainerDividesLoss');
  return divides ? 'DivBackward0' : 'NllLossBackward0';
}

/** What the libraries print of cache and checkpointing while the first layers run. */
function warnForward(script: ScriptModel, { trainer }: TrainingEvent): void {
  const active = script.checkpointing !== null && script.causal.training;
  const cache = script.behaves('cacheTupleLog');
  if (!active) {
    if (cache && (cache.inTraining || !script.causal.training)) script.warn(`log: ${cache.text}`);
    return;
  }
  const cacheOff =
    (trainer === 'SFTTrainer' && script.behaves('sftCacheOff')) ||
    (trainer !== 'loop' && script.behaves('trainerCacheOff'));
  if (!cacheOff) script.warn(`log: ${script.behaves('useCacheLog')}`);
  const text = script.behaves('checkpointWarning');
  if (!script.checkpointing?.explicit && text !== null) script.warn(`UserWarning: ${text}`);
}

/** What torch prints when backward runs the first checkpointed layer again: the loss has a graph, and it leads through the layers. */
function warnRecomputation(script: ScriptModel, step: RecordedStep): void {
  const text = script.behaves('recomputeWarning');
  const active = script.checkpointing !== null && script.causal.training;
  const reached = step.loss.requiresGrad && step.layers.at(-1)?.requiresGrad;
  if (text !== null && active && reached) script.warn(`FutureWarning: ${text}`);
}

function runBackward(step: RecordedStep, wired: Wired, event: TrainingEvent): PythonError | null {
  try {
    const refused = wired.script.forwardRaises;
    if (refused) throw new PythonError(refused.type, refused.message, wired.backwardCall);
    if (event.twice) throw new PythonError('RuntimeError', BACKWARD_TWICE, wired.backwardCall);
    // A loss that only the script's own layers gave a graph goes back to them.
    if (step.loss.requiresGrad || !event.own) backward(step.tape, step.loss, wired.backwardCall);
    const half = [...wired.root.namedParameters()].some(
      ([, parameter]) => parameter.requiresGrad && parameter.dtype === 'float16',
    );
    if (event.fp16 && half) {
      const call = 'trainer.train() → scaler.unscale_(optimizer)';
      throw new PythonError('ValueError', 'Attempting to unscale FP16 gradients.', call);
    }
    return null;
  } catch (error) {
    if (error instanceof PythonError) return error;
    throw error;
  }
}

/** Parts that see images; the batch that is recorded has none. */
const VISION = /(^|\.)(visual|vision_tower|vision_model|image_newline|multi_modal_projector|merger)\./;

const trainedVision = ({ root }: ScriptModel): Set<Parameter> =>
  new Set(
    [...root.namedParameters()].flatMap(([name, parameter]) =>
      parameter.requiresGrad && VISION.test(name) ? [parameter] : [],
    ),
  );

/** Records the step that a training of a program begins with. */
export function examineTraining(event: TrainingEvent, options: ExamineOptions): ExaminedTraining {
  const { script, architecture } = event.model;
  const paths = 'flow' in architecture ? architecture.paths : decoderOf(architecture).paths;
  const plain = wiredModel(event);
  // Images enter where the embedding's output does: what trains on them makes that require grad.
  const vision = 'flow' in architecture ? trainedVision(script) : new Set<Parameter>();
  const wired = vision.size === 0 ? plain : { ...plain, inputGradHooks: plain.inputGradHooks + 1 };
  warnForward(script, event);
  const step = recordStep(wired, architecture, {
    batch: options.batch,
    allMasked: options.allMasked || event.allMasked,
    gradMode: event.gradMode,
    treatment: event.loss,
    severed: event.severed ?? false,
    lossGradFn: lossGradFn(script, event),
  });
  for (const warning of step.tape.warnings) script.warn(`${warning.category}: ${warning.message}`);
  const recorded = step.tape.warnings.length;
  const raised = runBackward(step, wired, event);
  for (const warning of step.tape.warnings.slice(recorded))
    script.warn(`${warning.category}: ${warning.message}`);
  warnRecomputation(script, step);
  const gradientOf = (parameter: Parameter): GradientState => {
    if (!parameter.requiresGrad) return 'frozen';
    if (vision.has(parameter)) return step.loss.requiresGrad ? 'nonzero' : 'none';
    const gradient = step.recording.gradientOf(parameter);
    if (!gradient) return 'none';
    return gradient.zero ? 'zero' : 'nonzero';
  };
  return {
    script,
    paths,
    wired,
    step,
    outcome: outcomeOf(script, raised, gradientOf, event.own),
    gradientOf,
    raised,
  };
}

/**
 * How a program stands: by what it raised, or by what the parameters that require grad received. `own`: tensors of no model that
 * received one.
 */
export function outcomeOf(
  script: ScriptModel,
  error: PythonError | null,
  gradientOf: (parameter: Parameter) => GradientState,
  own = 0,
): StepOutcome {
  const parameters = [...script.root.namedParameters()].map(([, parameter]) => parameter);
  const trainable = parameters.filter((parameter) => parameter.requiresGrad);
  const count = (state: GradientState): number =>
    trainable.filter((parameter) => gradientOf(parameter) === state).length;
  const [none, zero, nonzero] = [count('none'), count('zero'), count('nonzero') + own];
  const learns = trainable.length + own > 0 && none === 0 && nonzero > 0;
  return {
    kind: error ? 'raises' : learns ? 'trains' : 'silent',
    error: error && { type: error.type, message: error.message, call: error.call },
    warnings: script.warnings,
    trainableTensors: trainable.length + own,
    allTensors: parameters.length + own,
    noneGradients: none,
    zeroGradients: zero,
    nonzeroGradients: nonzero,
  };
}
