// Counts of parameters as PEFT's print_trainable_parameters counts and prints them: elements, tied weights once, a 4-bit
// weight with all the elements it stands for. Source: peft_model.py get_nb_trainable_parameters.

import { elementCount } from '../../torch/autograd/value.ts';
import type { Module } from '../../torch/nn/module.ts';

export interface ParameterCounts {
  readonly trainable: number;
  readonly all: number;
}

export function countParameters(root: Module): ParameterCounts {
  let trainable = 0;
  let all = 0;
  for (const parameter of root.allParameters()) {
    const count = elementCount(parameter.shape);
    all += count;
    if (parameter.requiresGrad) trainable += count;
  }
  return { trainable, all };
}

/** num_parameters(exclude_embeddings=True) of transformers: an output head tied to the embedding goes with it. */
export function withoutEmbeddings(root: Module): number {
  const modules = [...root.modules()];
  const embedding = new Set(
    modules
      .filter(({ kind }) => kind.type === 'embedding')
      .flatMap(({ parameters }) => [...parameters.values()]),
  );
  const others = new Set(
    modules.flatMap(({ parameters }) => [...parameters.values()]).filter((one) => !embedding.has(one)),
  );
  return [...others].reduce((sum, { shape }) => sum + elementCount(shape), 0);
}

/** PEFT >= 0.11: `trainable%: 9.0587`; before, as Python prints the float. */
export function trainableLine(
  { trainable, all }: ParameterCounts,
  form: 'four-decimals' | 'unrounded',
): string {
  const grouped = (count: number): string => count.toLocaleString('en-US');
  const percent = (100 * trainable) / all;
  const printed =
    form === 'four-decimals'
      ? percent.toFixed(4)
      : Number.isInteger(percent)
        ? `${percent}.0`
        : String(percent);
  return `trainable params: ${grouped(trainable)} || all params: ${grouped(all)} || trainable%: ${printed}`;
}
