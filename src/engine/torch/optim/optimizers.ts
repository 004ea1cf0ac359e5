// The optimisers by the names that transformers.TrainingArguments(optim=…) takes.
import { adafactor } from './adafactor.ts';
import { adamw } from './adamw.ts';
import { lion } from './lion.ts';
import type { OptimizerName } from './names.ts';
import type { Optimizer } from './optimizer.ts';
import { sgd } from './sgd.ts';

export const optimizers: Readonly<Record<OptimizerName, Optimizer>> = {
  adamw_torch: adamw,
  sgd,
  lion_32bit: lion,
  adafactor,
};
