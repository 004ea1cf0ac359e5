// Counts of parameters of a module tree, as PEFT and transformers count them.
import { elementCount } from '../autograd/value.ts';
import type { Module } from './module.ts';

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
