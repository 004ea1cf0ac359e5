// Records one training step of a wired model, forward and loss, for the inspection: the family's own forward pass and the
// tape, checkpointing and backward of the engine's run, in the operations that PyTorch would show.

import type { HiddenStates } from '../../models/decoder.ts';
import { recordDecoder } from '../../models/decoder.ts';
import { decoderOf } from '../../models/families.ts';
import type { KnownForward } from '../../models/known/forward.ts';
import type { ModelConfig } from '../../models/modelConfig.ts';
import type { GradMode, LossTreatment } from '../../python/run/objects.ts';
import { Tape } from '../../torch/autograd/tape.ts';
import type { Value } from '../../torch/autograd/value.ts';
import type { BatchShape, WiredModel } from '../../torch/recording.ts';
import { Recording } from '../../torch/recording.ts';
import { layoutAdapters } from '../../torch/trainedLayout.ts';
import { AutogradRecorder } from './autogradRecorder.ts';
import { ModuleOperations } from './moduleOperations.ts';
import type { KnownStates } from './recordKnown.ts';
import { recordKnown } from './recordKnown.ts';
import { runModule } from './recordModules.ts';

export interface StepOptions {
  readonly batch: BatchShape;
  /** Every label is -100: the loss does not depend on anything, so all its gradients are zero. */
  readonly allMasked: boolean;
  readonly gradMode: GradMode;
  readonly treatment: LossTreatment['loss'];
  /** As of LossTreatment. */
  readonly severed?: boolean;
  /** grad_fn of the loss under this trainer. */
  readonly lossGradFn: 'DivBackward0' | 'NllLossBackward0';
}

export interface RecordedStep extends HiddenStates {
  readonly tape: Tape;
  readonly recording: Recording;
  readonly logits: Value;
  readonly loss: Value;
}

/** Hidden states, logits and what the loss is made of, of a family of ours or of a known model. */
function recordModel(
  recorder: AutogradRecorder,
  architecture: ModelConfig | KnownForward,
  batch: BatchShape,
): KnownStates {
  if ('flow' in architecture) return recordKnown(recorder, architecture, batch);
  const decoder = decoderOf(architecture);
  const hidden = recordDecoder(recorder.recording, new ModuleOperations(recorder, batch), decoder);
  const logits = runModule(recorder, decoder.paths.head, hidden.final);
  return { ...hidden, logits, ends: [logits] };
}

/** The loss with the penalties that a model adds to it on tensors of its adapters. */
function withPenalties(recorder: AutogradRecorder, loss: Value): Value {
  const { recording } = recorder;
  const penalised = recording.layout.adapters.flatMap(({ adapter }) => adapter.penalised ?? []);
  const inputs = penalised.map((one) =>
    recorder.parameter(one, recording.layout.byParameter.get(one)?.name ?? 'penalty'),
  );
  if (inputs.length === 0) return loss;
  return recorder.apply({ name: 'loss', shape: [1], gradFn: 'AddBackward0', inputs: [loss, ...inputs] });
}

/** Forward pass and loss [1] of `model` under the step's own grad mode; backward is left to the caller. */
export function recordStep(
  model: WiredModel,
  architecture: ModelConfig | KnownForward,
  options: StepOptions,
): RecordedStep {
  const tape = new Tape();
  const recording = new Recording(tape, model, layoutAdapters(model));
  const recorder = new AutogradRecorder(recording);
  const { treatment } = options;
  return tape.withGrad(options.gradMode === 'grad', () => {
    const { ends, ...states } = recordModel(recorder, architecture, options.batch);
    const plain = recorder.apply({
      name: 'loss',
      shape: [1],
      gradFn: options.lossGradFn,
      inputs: ends,
      zeroGradient: () => options.allMasked,
    });
    const loss = withPenalties(recorder, plain);
    const severed =
      treatment === 'detach' || treatment === 'item' || (treatment === 'requires_grad_' && options.severed);
    const cut = severed ? tape.leaf('loss', [1], { kind: 'planned' }) : loss;
    if (treatment === 'requires_grad_') cut.requiresGrad = true;
    return { tape, recording, ...states, loss: cut };
  });
}
