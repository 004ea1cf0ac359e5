// `parent.name = module`: a module of the script's own in a tree, in the place of one that it may hold. What its forward does was tried by
// whoever runs the script. Leaves out what that records (laboratory/inspect).
import { text } from '../../../ground/text.ts';
import type { DType } from '../../../torch/autograd/value.ts';
import type { ModuleKind } from '../../../torch/nn/module.ts';
import { Module, parameter } from '../../../torch/nn/module.ts';
import type { OwnSource, OwnStep } from '../../../torch/nn/ownModule.ts';
import type { ProgramValue } from '../../program/program.ts';
import { entriesOf, isRef, itemsOf, textOf, truthOf } from '../../program/values.ts';
import type { Acted, Acting, CalleeTable } from '../acting.ts';
import { callee } from '../acting.ts';
import type { ModelObject } from '../objects.ts';
import { moduleAt, selfModel } from './reading.ts';

type Told = ReadonlyMap<string, ProgramValue>;

const FLOATS: readonly DType[] = ['float32', 'bfloat16', 'float16'];

const items = (told: Told, name: string): readonly ProgramValue[] => itemsOf(told.get(name)) ?? [];

function sourceOf(value: ProgramValue): OwnSource {
  const [from, name, dead] = itemsOf(value) ?? [];
  const kind = textOf(from);
  return {
    from: kind === 'step' || kind === 'parameter' ? kind : 'x',
    name: textOf(name) ?? '',
    dead: truthOf(dead) ?? false,
  };
}

const stepOf = (value: ProgramValue): OwnStep => {
  const [path, sources] = itemsOf(value) ?? [];
  return { path: textOf(path) ?? '', sources: (itemsOf(sources) ?? []).map(sourceOf) };
};

const shapeOf = (value: ProgramValue | undefined): number[] =>
  (itemsOf(value) ?? []).map((one) => (typeof one === 'number' ? one : 1));

/** What a layer of torch's is, from its weight. */
function layerKind(className: string, told: Told): ModuleKind {
  const weight = items(told, 'parameters').find((one) => textOf((itemsOf(one) ?? [])[0]) === 'weight');
  const [rows, columns] = shapeOf((itemsOf(weight) ?? [])[1]);
  if (className === 'Linear' && rows && columns)
    return { type: 'linear', inFeatures: columns, outFeatures: rows };
  return { type: 'container' };
}

/** A module as the script made it, without the tree's modules that it holds. */
function made(told: Told, kind: ModuleKind | null): Module {
  const className = textOf(told.get('class')) ?? 'Module';
  const module = new Module(className, kind ?? layerKind(className, told));
  module.training = true;
  for (const one of items(told, 'parameters')) {
    const [name, shape, dtype, grads, zero] = itemsOf(one) ?? [];
    const own = textOf(name) ?? '';
    const float = FLOATS.find((type) => type === textOf(dtype)) ?? 'float32';
    const zeroAtStart = truthOf(zero) ?? false;
    module.parameters.set(
      own,
      parameter(own, shapeOf(shape), {
        dtype: float,
        requiresGrad: truthOf(grads) ?? true,
        zeroAtStart,
        init: zeroAtStart ? 'zeros' : 'normal',
      }),
    );
  }
  for (const one of items(told, 'children')) {
    const [name, child] = itemsOf(one) ?? [];
    const entries = entriesOf(child);
    if (entries) module.children.set(textOf(name) ?? '', made(entries, null));
  }
  return module;
}

/** Puts a module of the tree below the new one. */
function place(below: Module, path: string, module: Module): void {
  const parts = path.split('.');
  const last = parts.pop() ?? '';
  const owner = below.at(parts.join('.'));
  owner?.children.set(last, module);
}

interface Moved {
  readonly path: string;
  readonly module: Module;
}

function heldOf(model: ModelObject, told: Told): Moved[] {
  return items(told, 'held').flatMap((one): Moved[] => {
    const [path, at] = itemsOf(one) ?? [];
    const module = isRef(at) ? model.root.at(at.path ?? '') : null;
    return module && module !== model.root ? [{ path: textOf(path) ?? '', module }] : [];
  });
}

const LISTS = /^(ModuleList|ModuleDict)$/;

const graft = callee('name value', (call: Acting): Acted => {
  const model = selfModel(call);
  const told = entriesOf(call.value('value'));
  const name = textOf(call.value('name')) ?? '';
  const parent = moduleAt(call, model);
  if (!told) return { value: null };
  const before = parent.children.get(name) ?? null;
  const held = heldOf(model, told);
  const className = textOf(told.get('class')) ?? '';
  const original = held.find(({ module }) => module === before)?.path ?? null;
  const plain =
    held.length === 0 && /^(Linear|Embedding|LayerNorm|RMSNorm|Identity|Dropout)$/.test(className);
  const kind: ModuleKind | null =
    LISTS.test(className) || (plain && className === 'Linear')
      ? null
      : {
          type: 'own',
          steps: items(told, 'steps').map(stepOf),
          final: items(told, 'final').map(sourceOf),
          zero: truthOf(told.get('zero')) ?? false,
          original,
        };
  const module = made(told, kind);
  for (const { path, module: one } of held) place(module, path, one);
  parent.children.set(name, module);
  // What looked into the old module finds nothing there.
  if (before && before.children.size > 0 && original === null && !LISTS.test(className))
    model.unknown = call.note(
      'not-modelled',
      text(
        `What ${className} does in the place of ${before.className} is not modelled.`,
        `没有建模：${className} 取代 ${before.className} 之后的行为。`,
      ),
    );
  return { value: null };
});

export const graftCallees: CalleeTable = { 'torch.nn.Module.__setattr__': graft };
