// The module tree of a known model, freshly loaded, as its release of transformers builds it: real names, classes and shapes, quantised
// linears where the load quantises. Nothing is shared between trees; the text of a node is read once.

import { invariant } from '../../ground/errors.ts';
import type { DType } from '../../torch/autograd/value.ts';
import type { ModuleKind, Parameter } from '../../torch/nn/module.ts';
import { Module, parameter } from '../../torch/nn/module.ts';
import type { Numbers } from './formula.ts';
import { evaluate } from './formula.ts';
import { lastModule } from './forward.ts';
import type { KnownNode } from './node.ts';
import { readNode } from './node.ts';
import type { Quantisation } from './quantised.ts';
import { quantisedLinear } from './quantised.ts';
import type { HeadRow, KnownTable } from './table.ts';

export interface KnownLoad {
  /** dtype of the weights that are not quantised. */
  readonly dtype: DType;
  readonly quantisation: Quantisation | null;
  /** Modules that the script leaves out of it (llm_int8_skip_modules). */
  readonly skip?: readonly string[];
}

/** Everything that shapes one tree. */
export interface TreePlan {
  readonly table: KnownTable;
  readonly head: HeadRow;
  readonly numbers: Numbers;
  readonly tied: boolean;
}

class Builder {
  readonly #plan: TreePlan;
  readonly #load: KnownLoad;
  readonly #keep: readonly string[];
  readonly #sizes = new Map<string, number>();

  constructor(plan: TreePlan, load: KnownLoad) {
    this.#plan = plan;
    this.#load = load;
    const { k, o } = plan.head;
    const usual = k ?? [o ?? lastModule(plan.table, plan.head) ?? ''];
    this.#keep = load.skip && load.skip.length > 0 ? load.skip : usual;
  }

  size(formula: string): number {
    const known = this.#sizes.get(formula);
    if (known !== undefined) return known;
    const value = evaluate(formula, this.#plan.numbers);
    this.#sizes.set(formula, value);
    return value;
  }

  build(index: number, path: string, layer: number | null): Module {
    const node = readNode(this.#plan.table, index);
    const shapes = node.parameters.map((one) => ({
      ...one,
      shape: one.shape.map((formula) => this.size(formula)),
    }));
    const kind = this.#kind(node, shapes[0]?.shape ?? [], layer);
    if (kind.type === 'linear' && this.#load.quantisation && !this.#isKept(path))
      return quantisedLinear(kind, shapes, this.#load.quantisation, this.#load.dtype);
    const module = new Module(node.className, kind);
    for (const { name, shape, frozen } of shapes)
      module.parameters.set(name, parameter(name, shape, { dtype: this.#load.dtype, requiresGrad: !frozen }));
    if (node.extra !== '')
      module.extra = node.extra.replace(/\{([^}]*)\}/g, (_, formula) => String(this.size(formula)));
    this.#children(module, node, path);
    return module;
  }

  #children(module: Module, node: KnownNode, path: string): void {
    const at = path === '' ? '' : `${path}.`;
    for (const { name, node: child } of node.children)
      module.children.set(name, this.build(child, at + name, null));
    if (node.list === null) return;
    const count = this.size(node.list.count);
    const first = node.list.first === null ? 0 : this.size(node.list.first.count);
    for (let i = 0; i < count; i++) {
      const child = node.list.first !== null && i < first ? node.list.first.node : node.list.node;
      module.children.set(String(i), this.build(child, at + i, i));
    }
  }

  #kind(node: KnownNode, [first = 0, second = 0]: readonly number[], layer: number | null): ModuleKind {
    switch (node.kind) {
      case 'L':
        return { type: 'linear', inFeatures: second, outFeatures: first };
      case 'T':
        return { type: 'linear', inFeatures: first, outFeatures: second, transposed: true };
      case 'E':
        return { type: 'embedding', rows: first, width: second };
      case 'N':
        return { type: 'norm', width: first, eps: 1e-5 };
      case 'D':
        return { type: 'decoder-layer', index: layer ?? 0 };
      case 'V':
        return { type: 'convolution' };
      default:
        return { type: 'container' };
    }
  }

  #isKept(path: string): boolean {
    const whole = `.${path}.`;
    return this.#keep.some((name) => whole.includes(`.${name}.`));
  }
}

function owner(root: Module, name: string): { readonly module: Module | null; readonly local: string } {
  const at = name.lastIndexOf('.');
  return { module: root.at(at < 0 ? '' : name.slice(0, at)), local: name.slice(at + 1) };
}

/** One parameter under all its names. A module that stands at two paths is in the tree once, under the first. */
function tie(root: Module, groups: readonly (readonly string[])[]): void {
  for (const names of groups) {
    const places = names.map((name) => owner(root, name));
    let shared: Parameter | undefined;
    for (const { module, local } of places) {
      if (!module) continue;
      shared ??= module.parameters.get(local);
      if (shared && module.parameters.has(local)) module.parameters.set(local, shared);
    }
  }
}

/** The model as from_pretrained leaves it: in eval mode, everything that is a float trainable. */
export function buildTree(plan: TreePlan, load: KnownLoad): Module {
  const root = new Builder(plan, load).build(plan.head.n, '', null);
  const { h, o, t, u } = plan.head;
  const usual = h !== undefined && o !== undefined ? [[`${h}.weight`, `${o}.weight`]] : [];
  tie(root, plan.tied ? (t ?? usual) : (u ?? []));
  invariant(root.kind.type === 'container', 'known models: a root is a container');
  return root;
}
