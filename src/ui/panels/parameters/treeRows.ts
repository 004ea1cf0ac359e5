// The module tree as rows to show: containers that only lead to layers are folded into their children's names, a
// wrapped linear shows its base weight on its own row. Pure; keyboard and drawing are in ParameterTree.tsx.
import type { GradientState, ModuleInfo, ParameterInfo } from '../../../engine/index.ts';

export interface TreeNode {
  /** PyTorch path of the module, or of the parameter where it has a row of its own. */
  readonly id: string;
  /** What the row shows: the path below its parent row. */
  readonly label: string;
  readonly parameter: ParameterInfo | null;
  readonly className: string;
  readonly children: readonly TreeNode[];
  /** Over the row's own parameter and everything below. */
  readonly total: number;
  readonly trainable: number;
  readonly gradient: GradientState;
  /** Names of those that a step tells a norm of. */
  readonly told: readonly string[];
}

export interface TreeRow {
  readonly node: TreeNode;
  readonly level: number;
  readonly parent: string | null;
}

export type TreeFilter = 'all' | 'trainable' | 'dead' | 'changed';

const severity: Record<GradientState, number> = { frozen: 0, pending: 1, nonzero: 2, zero: 3, none: 4 };

function leadsToLayers(module: ModuleInfo): boolean {
  return module.children.some((child) => /^\d+$/.test(child.name) || leadsToLayers(child));
}

const isLayer = (module: ModuleInfo): boolean => /^\d+$/.test(module.name);

/** PEFT's wrapper keeps the wrapped module under this name. */
const wrapped = (module: ModuleInfo): ModuleInfo | undefined =>
  module.children.find((child) => child.name === 'base_layer');

function summed(
  own: Pick<TreeNode, 'id' | 'label' | 'className'>,
  parameter: ParameterInfo | null,
  children: readonly TreeNode[],
): TreeNode {
  const states = children.filter((child) => child.trainable > 0).map((child) => child.gradient);
  if (parameter?.requiresGrad) states.push(parameter.gradient);
  const gradient = states.includes('nonzero')
    ? 'nonzero'
    : ([...states].sort((a, b) => severity[b] - severity[a])[0] ?? 'frozen');
  return {
    ...own,
    parameter,
    children,
    total: children.reduce((sum, child) => sum + child.total, parameter === null ? 0 : 1),
    trainable: children.reduce((sum, child) => sum + child.trainable, parameter?.requiresGrad ? 1 : 0),
    gradient,
    told: [
      ...(parameter !== null && parameter.normIndex !== null ? [parameter.name] : []),
      ...children.flatMap((child) => child.told),
    ],
  };
}

const relative = (path: string, base: string): string =>
  base !== '' && path.startsWith(`${base}.`) ? path.slice(base.length + 1) : path;

function parameterNode(parameter: ParameterInfo, base: string): TreeNode {
  const label = relative(parameter.name, base);
  return summed({ id: parameter.name, label, className: '' }, parameter, []);
}

function nodesOf(module: ModuleInfo, base: string): readonly TreeNode[] {
  const inner = wrapped(module);
  const weight = (inner ?? module).parameters.find((parameter) => parameter.name.endsWith('.weight'));
  const own = [...(inner?.parameters ?? []), ...module.parameters].filter(
    (parameter) => parameter !== weight,
  );
  const below = module.children.filter((child) => child !== inner);
  if (!isLayer(module) && inner === undefined && own.length === 0 && weight === undefined) {
    return below.flatMap((child) => nodesOf(child, base));
  }
  const children = [
    ...own.map((parameter) => parameterNode(parameter, module.path)),
    ...below.flatMap((child) => nodesOf(child, module.path)),
  ];
  const row = { id: module.path, label: relative(module.path, base), className: module.className };
  return [summed(row, weight ?? null, children)];
}

/** Rows of the tree. What leads to the layers is left out of the names: `model.layers.0`, not `base_model.model.…`. */
export function treeNodes(root: ModuleInfo): readonly TreeNode[] {
  let top = root;
  for (let only = top.children[0]; only !== undefined && top.children.length === 1 && leadsToLayers(only); ) {
    if (isLayer(only)) break;
    top = only;
    only = top.children[0];
  }
  // Keep the last two names of the wrappers out: the top module's own path is what every name shares.
  const shared = top.path.split('.').filter((part) => part === 'base_model' || part === 'model');
  const base = shared.length >= 2 ? 'base_model.model' : '';
  return nodesOf(root, base);
}

const kept = (node: TreeNode, filter: TreeFilter, changed: ReadonlySet<string>): boolean => {
  if (filter === 'all') return true;
  if (filter === 'changed')
    return (
      changed.has(node.parameter?.name ?? '') || node.children.some((child) => kept(child, filter, changed))
    );
  if (filter === 'trainable') return node.trainable > 0;
  return node.gradient === 'none' || node.children.some((child) => kept(child, filter, changed));
};

/** What is visible: children of open nodes only; a filter opens nothing by itself. */
export function visibleRows(
  nodes: readonly TreeNode[],
  open: ReadonlySet<string>,
  filter: TreeFilter,
  changed: ReadonlySet<string> = new Set(),
  level = 1,
  parent: string | null = null,
): readonly TreeRow[] {
  return nodes.flatMap((node) => {
    if (!kept(node, filter, changed)) return [];
    const row: TreeRow = { node, level, parent };
    if (!open.has(node.id)) return [row];
    return [row, ...visibleRows(node.children, open, filter, changed, level + 1, node.id)];
  });
}

/** Ids from the root to the row of `path`: itself, the first row of a folded container, or the row that holds it. */
export function pathTo(nodes: readonly TreeNode[], path: string): readonly string[] {
  for (const node of nodes) {
    if (node.id === path || node.id.startsWith(`${path}.`)) return [node.id];
    if (path.startsWith(`${node.id}.`)) return [node.id, ...pathTo(node.children, path)];
  }
  return [];
}

/** Every id that can be opened. */
export function openable(nodes: readonly TreeNode[]): readonly string[] {
  return nodes.flatMap((node) => (node.children.length === 0 ? [] : [node.id, ...openable(node.children)]));
}

/** Norm over the tensors of these names: the root of the sum of squares, `places` theirs in `norms`; null when none is known. */
export function joinedNorm(
  norms: readonly number[],
  places: ReadonlyMap<string, number>,
  names: readonly string[],
): number | null {
  let sum: number | null = null;
  for (const name of names) {
    const norm = norms[places.get(name) ?? -1];
    if (norm !== undefined) sum = (sum ?? 0) + norm ** 2;
  }
  return sum === null ? null : Math.sqrt(sum);
}

/** Share of the bar for a norm on a logarithmic scale from 1e-6 to 10; 0 only for zero. */
export function normShare(norm: number): number {
  if (!(norm > 0)) return 0;
  return Math.min(1, Math.max(0.04, (Math.log10(norm) + 6) / 7));
}
