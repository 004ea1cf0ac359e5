// The strip: one cell a layer boundary, with whether the hidden state that leaves it requires grad, what its parameters
// received, and the first cell at which the graph is cut.

import type { Value } from '../../torch/autograd/value.ts';
import type { Module, Parameter } from '../../torch/nn/module.ts';
import type { Examination } from './examine.ts';
import type { GradientState, StripCell } from './inspection.ts';

function received(
  parameters: readonly Parameter[],
  gradientOf: (parameter: Parameter) => GradientState,
): StripCell['received'] {
  const states = parameters.filter((parameter) => parameter.requiresGrad).map(gradientOf);
  if (states.length === 0) return 'nothing-trainable';
  const missing = states.filter((state) => state === 'none' || state === 'pending').length;
  if (missing === states.length) return 'none';
  if (missing > 0) return 'some';
  return states.every((state) => state === 'zero') ? 'zero' : 'all';
}

const parametersOf = (module: Module | null): Parameter[] =>
  module ? [...module.namedParameters()].map(([, parameter]) => parameter) : [];

interface CellFacts {
  readonly id: string;
  /** Inside the causal LM. */
  readonly relative: string;
  readonly value: Value | null;
}

function cellFacts(examination: Examination): CellFacts[] {
  const { step, script, paths } = examination;
  const layers = script.causal.at(paths.layers)?.children.size ?? 0;
  return [
    { id: 'embed', relative: paths.embedding, value: step?.embedding ?? null },
    ...Array.from({ length: layers }, (_, i) => ({
      id: String(i),
      relative: `${paths.layers}.${i}`,
      value: step?.layers[i] ?? null,
    })),
    { id: 'norm', relative: paths.norm, value: step?.final ?? null },
    { id: 'head', relative: paths.head, value: step?.logits ?? null },
  ];
}

/** Whether the body of a cell ran under no_grad: for a checkpointed layer that shows on the first part inside it. */
function ranUnderNoGrad({ step, script }: Examination, relative: string, module: Module | null): boolean {
  const full = script.causalPath === '' ? relative : `${script.causalPath}.${relative}`;
  const outputs = step?.tape.moduleOutputs;
  const [first] = module?.kind.type === 'decoder-layer' ? module.children.keys() : [];
  return (outputs?.get(`${full}.${first}`) ?? outputs?.get(full))?.underNoGrad ?? false;
}

function cellOf(examination: Examination, { id, relative, value }: CellFacts): StripCell {
  const { script, gradientOf } = examination;
  const module = script.causal.at(relative);
  const parameters = parametersOf(module);
  const isLayer = module?.kind.type === 'decoder-layer';
  const mode = isLayer && module.training ? script.checkpointing : null;
  return {
    id,
    path: script.causalPath === '' ? relative : `${script.causalPath}.${relative}`,
    requiresGrad: value?.requiresGrad ?? false,
    gradFn: value?.gradFn ?? null,
    trainable: parameters.filter((parameter) => parameter.requiresGrad).length,
    received: received(parameters, gradientOf),
    checkpoint: mode === null ? 'off' : mode.useReentrant ? 'reentrant' : 'non-reentrant',
    underNoGrad: ranUnderNoGrad(examination, relative, module),
    cut: false,
  };
}

/** Cells in the order of the forward pass, the loss last. */
export function stripOf(examination: Examination): StripCell[] {
  const { step } = examination;
  const cells = cellFacts(examination).map((facts) => cellOf(examination, facts));
  const loss: StripCell = {
    id: 'loss',
    path: '',
    requiresGrad: step?.loss.requiresGrad ?? false,
    gradFn: step?.loss.gradFn ?? null,
    trainable: 0,
    received: 'nothing-trainable',
    checkpoint: 'off',
    underNoGrad: false,
    cut: false,
  };
  const all = [...cells, loss];
  if (!step) return all;
  // Cut where trainable parameters sit but what leaves does not require grad; or at the loss, when the logits still did.
  const inside = all.findIndex((cell) => cell.trainable > 0 && !cell.requiresGrad);
  const at = inside >= 0 ? inside : step.logits.requiresGrad && !loss.requiresGrad ? all.length - 1 : -1;
  return all.map((cell, index) => (index === at ? { ...cell, cut: true } : cell));
}
