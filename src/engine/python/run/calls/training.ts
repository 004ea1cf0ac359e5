// One training step of a model, whoever calls backward: what the trainers and own loops have in common.
import type { PythonError } from '../../../torch/autograd/pythonError.ts';
import type { Note } from '../../program/bridge.ts';
import type { Acting } from '../acting.ts';
import type { LossTreatment, ModelObject, OutputObject } from '../objects.ts';
import { focus } from '../objects.ts';

/** backward() in a loop of the script itself. */
export function trainLoop(call: Acting, output: OutputObject, how: LossTreatment): PythonError | null {
  focus(output.model).call = 'loss.backward()';
  return call.judge({
    model: output.model,
    trainer: 'loop',
    line: call.line,
    index: call.index,
    ...how,
    fp16: false,
    allMasked: false,
    dropoutDisabled: false,
    backwardCall: 'loss.backward()',
    unknown: output.model.unknown,
  });
}

export interface TrainerStep {
  /** `transformers.Trainer` */
  readonly trainer: string;
  readonly fp16: boolean;
  readonly allMasked: boolean;
  readonly dropoutDisabled: boolean;
  readonly unknown: Note | null;
  readonly treatment: LossTreatment;
}

/** The first step of trainer.train(). Throws what it raises. */
export function trainByTrainer(call: Acting, model: ModelObject, { treatment, ...step }: TrainerStep): void {
  const { call: statement } = focus(model);
  const error = call.judge({
    model,
    line: call.line,
    index: call.index,
    backwardCall: `${statement} → loss.backward()`,
    ...treatment,
    ...step,
  });
  if (error) throw error;
}
