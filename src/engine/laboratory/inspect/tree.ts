// The module tree as the page shows it: PyTorch names, what each parameter got in the first backward, output facts.

import type { Tape } from '../../torch/autograd/tape.ts';
import type { Module, Parameter } from '../../torch/nn/module.ts';
import type { AdapterLayout } from '../../torch/trainedLayout.ts';
import type { GradientState, ModuleInfo, ParameterInfo } from './inspection.ts';

export interface TreeFacts {
  /** null: the script ended before the forward pass. */
  readonly tape: Tape | null;
  readonly layout: AdapterLayout;
  readonly gradientOf: (parameter: Parameter) => GradientState;
  /** PEFT before 0.7 keeps the frozen weight on the adapted layer itself. */
  readonly hasBaseLayer: boolean;
}

function parameterInfo(facts: TreeFacts, path: string, parameter: Parameter): ParameterInfo {
  const tensor = facts.layout.byParameter.get(parameter);
  return {
    name: path === '' ? parameter.name : `${path}.${parameter.name}`,
    shape: parameter.shape,
    dtype: parameter.dtype,
    quantised: parameter.quantised,
    requiresGrad: parameter.requiresGrad,
    gradient: facts.gradientOf(parameter),
    bytes: parameter.bytes,
    normIndex: tensor ? facts.layout.tensors.indexOf(tensor) : null,
  };
}

const isEmptyDict = (module: Module): boolean =>
  /^(ModuleDict|ParameterDict)$/.test(module.className) &&
  module.children.size === 0 &&
  module.parameters.size === 0;

/** Modules below `path`, tied parameters only where named_parameters() lists them first. */
export function moduleTree(
  facts: TreeFacts,
  module: Module,
  path = '',
  seen = new Set<Parameter>(),
): ModuleInfo {
  const lifted = !facts.hasBaseLayer && module.kind.type === 'adapted' ? module.child('base_layer') : null;
  const own = [...module.parameters.values(), ...(lifted?.parameters.values() ?? [])].filter(
    (parameter) => !seen.has(parameter),
  );
  for (const parameter of own) seen.add(parameter);
  const output = facts.tape?.moduleOutputs.get(path) ?? null;
  return {
    path,
    name: path.split('.').at(-1) ?? '',
    className: lifted ? lifted.className : module.className,
    parameters: own.map((parameter) => parameterInfo(facts, path, parameter)),
    // PEFT keeps a dictionary for every kind of adapter; those that hold nothing are left out of the picture.
    children: [...module.children]
      .filter(([, child]) => child !== lifted && !isEmptyDict(child))
      .map(([name, child]) => moduleTree(facts, child, path === '' ? name : `${path}.${name}`, seen)),
    output: output && { requiresGrad: output.requiresGrad, gradFn: output.gradFn },
  };
}
