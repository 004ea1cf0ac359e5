// The optimisers by the names that transformers.TrainingArguments(optim=…) takes.
import { invariant } from '../../ground/errors.ts';
import { adafactor } from './adafactor.ts';
import { adamw } from './adamw.ts';
import { lion } from './lion.ts';
import type { Optimizer } from './optimizer.ts';
import { sgd } from './sgd.ts';

const optimizers: readonly Optimizer[] = [adamw, sgd, lion, adafactor];

export function optimizerNamed(name: string): Optimizer {
  const found = optimizers.find((optimizer) => optimizer.name === name);
  invariant(found, `no optimiser '${name}'`);
  return found;
}
