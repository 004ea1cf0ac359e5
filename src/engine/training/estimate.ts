// Memory and work of a run before anything runs, without a device: the buffers that it makes and the plans that it prepares,
// of the largest batches, counted instead. What follows from the device alone (tuning, readback) is left out.
import { packedBytes } from '../../shaders/quant/packing.ts';
import type { LargestBatches } from '../data/prepareData.ts';
import type { ModelConfig } from '../models/modelConfig.ts';
import { weightPlaces } from '../models/weightPlaces.ts';
import type { Wired } from '../python/run/wire.ts';
import { isHalved } from '../torch/autograd/halved.ts';
import type { KernelProfile } from '../torch/autograd/operation.ts';
import type { Plan } from '../torch/autograd/plan.ts';
import { makePlan, roomOf } from '../torch/autograd/plan.ts';
import { PythonError } from '../torch/autograd/pythonError.ts';
import type { Tape } from '../torch/autograd/tape.ts';
import type { BatchShape, WeightFormats } from '../torch/recording.ts';
import type { AdapterLayout } from '../torch/trainedLayout.ts';
import { layoutAdapters } from '../torch/trainedLayout.ts';
import { sessionBytes } from './backends/ort/lowerPlan.ts';
import { beforeStep } from './beforeStep.ts';
import type { CostEstimate, MemoryPlan } from './cost.ts';
import { generationBuffers, recordGeneration } from './generate/generator.ts';
import { gradientBuffers, optimizerBuffers } from './learner.ts';
import { batchBuffers, bytesOf, LEAST_FLOATS } from './namedBuffers.ts';
import { beyondEngine } from './reach.ts';
import { runPositions } from './runPositions.ts';
import { StepTapes } from './stepTapes.ts';
import type { TrainerOptions } from './trainer.ts';

const portable: KernelProfile = { linear: 'narrow', maxBindingBytes: 2 ** 27 };

/** Buffers that loadWeights makes. */
function weightsBytes(config: ModelConfig, formats: WeightFormats, positions: number): number {
  const { tables, positions: learned, layers, norms } = weightPlaces(config);
  let floats = learned ? learned.shape[0] * learned.shape[1] : 0;
  for (const { width, bias } of [...norms, ...layers.flatMap((layer) => layer.norms)])
    floats += bias ? 2 * width : width;
  // cos and sin of half the turned dimensions, for every position that the run comes to.
  for (const { dims } of config.rotations) floats += positions * dims;
  let bytes = 0;
  for (const { path, members } of [...tables, ...layers.flatMap((layer) => layer.groups)]) {
    bytes += packedBytes(
      formats(path),
      members.map(({ shape: [out, k] }) => out * k),
    );
    if (members.some(({ bias }) => bias)) floats += members.reduce((sum, { shape: [out] }) => sum + out, 0);
  }
  return bytes + 4 * floats;
}

export interface EstimateInputs {
  readonly config: ModelConfig;
  readonly wired: Wired;
  readonly options: Pick<TrainerOptions, 'loss' | 'noiseAlpha' | 'learner' | 'evalSteps'>;
  readonly largest: LargestBatches;
  readonly steps: number;
  /** Of the backend that will run; without one, the portable kernels. */
  readonly profile?: KernelProfile;
  /** ONNX Runtime runs the plans: each that it runs holds its weights once more, decoded, in its session. */
  readonly sessions?: boolean;
}

/** What the run prepares, but for the training of a micro-batch. */
interface OtherPlans {
  /** The reference of a micro-batch, if it has one. */
  readonly reference: readonly Plan[];
  /** Once a step. */
  readonly step: readonly Plan[];
  /** Of an evaluation. Answers need no room of their own: they run the same layers over fewer tokens than any batch has. */
  readonly between: readonly Plan[];
}

function otherPlans(inputs: EstimateInputs, layout: AdapterLayout, tapes: StepTapes): OtherPlans {
  const { config, wired, options, largest, profile = portable } = inputs;
  const planOf = (tape: Tape): Plan => makePlan(tape, profile);
  const reference = (shape: BatchShape | null): Plan[] =>
    shape && tapes.hasReference ? [planOf(tapes.reference(shape))] : [];
  const evaluated = options.evalSteps > 0 ? largest.test : null;
  const { tape } = beforeStep(config, wired, layout);
  return {
    reference: reference(largest.train),
    step: [...(tape ? [tape] : []), tapes.update()].map(planOf),
    between: [...(evaluated ? [planOf(tapes.evaluation(evaluated))] : []), ...reference(evaluated)],
  };
}

/** What answers replay: a chunk of a prompt (of any width) and one token, with the adapter and without. */
const answerPlans = (
  { config, wired: model, profile = portable }: EstimateInputs,
  layout: AdapterLayout,
): Plan[] =>
  [2, 1].flatMap((tokens) =>
    [true, false].map((adapter) =>
      makePlan(recordGeneration({ model, config, layout }, tokens, adapter), profile),
    ),
  );

/** Beside the plans' room, by what it is for. */
function bufferBytes({ config, wired, options, largest }: EstimateInputs, layout: AdapterLayout) {
  const shapes = [largest.train, ...(largest.test ? [largest.test] : [])];
  const tables = beforeStep(config, wired, layout).buffers;
  return {
    weightsBytes: weightsBytes(config, wired.weightFormat, runPositions(config, largest)),
    adapterBytes:
      4 * Math.max(LEAST_FLOATS, layout.total) + bytesOf(gradientBuffers(layout)) + bytesOf(tables),
    optimizerBytes: bytesOf(optimizerBuffers(layout, options.learner)),
    activationBytes: bytesOf(batchBuffers(shapes, layout)),
    generationBytes: bytesOf(generationBuffers(config)),
  };
}

/** null when the recorded loss has no grad_fn or the engine does not train what the script asks for: then nothing runs. */
export function estimateCost(inputs: EstimateInputs): CostEstimate | null {
  const { config, wired, options, largest, steps, profile = portable } = inputs;
  if (beyondEngine(wired).length > 0) return null;
  const layout = layoutAdapters(wired);
  const trainingOf = (model: Wired): Plan => {
    const tapes = new StepTapes({ config, wired: model, layout, options });
    return makePlan(tapes.training(largest.train).tape, profile);
  };
  try {
    const training = trainingOf(wired);
    const others = otherPlans(inputs, layout, new StepTapes({ config, wired, layout, options }));
    const { reference, step, between } = others;
    const buffers = bufferBytes(inputs, layout);
    const memoryWith = (plan: Plan): MemoryPlan => {
      const plans = [plan, ...reference, ...step, ...between];
      const { slotBytes, scratchBytes } = roomOf(plans);
      const activationBytes = buffers.activationBytes + slotBytes;
      const held = inputs.sessions
        ? [...plans, ...answerPlans(inputs, layout)].reduce((sum, one) => sum + sessionBytes(one), 0)
        : 0;
      const parts = {
        ...buffers,
        weightsBytes: buffers.weightsBytes + held,
        activationBytes,
        scratchBytes,
      };
      return { ...parts, peakBytes: Object.values(parts).reduce((sum, bytes) => sum + bytes, 0) };
    };
    const checkpointed = { ...wired, checkpointing: { useReentrant: false } };
    const aStep = (of: (plan: Plan) => number): number => {
      const sum = (plans: readonly Plan[]): number => plans.reduce((total, plan) => total + of(plan), 0);
      return sum([training, ...reference]) * largest.microBatches + sum(step);
    };
    return {
      memory: memoryWith(training),
      lessBytes: wired.checkpointing === null ? memoryWith(trainingOf(checkpointed)).peakBytes : null,
      halved: isHalved(training),
      flopsPerStep: aStep(({ flops }) => flops),
      dispatchesPerStep: aStep(({ dispatches }) => dispatches),
      steps,
    };
  } catch (error) {
    if (error instanceof PythonError) return null;
    throw error;
  }
}
