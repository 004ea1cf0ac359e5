// What the doctor finds in a run is told once, withdrawn when it passes, and told before a NaN ends the run.
import { expect, it } from 'vitest';
import type { Event } from '../protocol.ts';
import { defaultValues } from '../recipe/recipe.ts';
import type { StepMetrics } from '../training/metrics.ts';
import { RunDoctor } from './runDoctor.ts';

const step = (number: number, loss: number): StepMetrics => ({
  step: number,
  loss,
  gradNorm: 1,
  learningRate: 0.1,
  epoch: 0,
  tokens: 1,
  paddedTokens: 1,
  tokensPerSecond: 1,
  meanTokenAccuracy: 0.4,
  entropy: 1,
  evalLoss: null,
  stepMs: 1,
  etaMs: 0,
  tensorNorms: [],
});

function watched() {
  const said: (string | null)[] = [];
  const emit = (event: Event) => event.type === 'diagnosed' && said.push(event.diagnosis?.id ?? null);
  const doctor = new RunDoctor(defaultValues, emit);
  const steps: StepMetrics[] = [];
  const look = (loss: number): void => {
    steps.push(step(steps.length + 1, loss));
    doctor.look(steps);
  };
  return { said, look };
}

it('says each finding once, and that it has passed', () => {
  const { said, look } = watched();
  for (const loss of [2, 1, 3, 9, 20, 30, 2, 1]) look(loss);
  expect(said).toEqual(['loss-explodes', null]);
});

it('says why before a loss that is no number ends the run', () => {
  const { said, look } = watched();
  look(2);
  expect(() => look(Number.NaN)).toThrow(/Step 2: the loss is NaN/);
  expect(said).toEqual(['loss-not-a-number']);
});
