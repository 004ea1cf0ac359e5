// What the strip draws, from what the inspection says: grouping of many layers, which wire asks for attention, labels.
// Pure; the picture is in Strip.tsx, the sentences in stripWords.ts.
import type { Outcome, StripCell } from '../../../engine/index.ts';
import { invariant } from '../../../engine/index.ts';

const mostLayerCells = 48;

export interface DrawnCell {
  readonly cell: StripCell;
  /** First and last layer index of a group; equal for one layer, null for cells that are no layer. */
  readonly layers: { readonly first: number; readonly last: number } | null;
  readonly label: string | null;
  /** Look of the wire that leaves the cell; null after the last. */
  readonly wire: 'carries' | 'rests' | 'cut' | null;
}

const isLayer = (cell: StripCell): boolean => /^\d+$/.test(cell.id);

const severity: Record<StripCell['received'], number> = {
  'nothing-trainable': 0,
  all: 1,
  zero: 2,
  some: 3,
  none: 4,
};

function merged(cells: readonly StripCell[]): StripCell {
  const [first] = cells;
  const last = cells.at(-1);
  invariant(first !== undefined && last !== undefined, 'a group of layers is empty');
  const states = new Set(cells.map((cell) => cell.received).filter((r) => r !== 'nothing-trainable'));
  const worst = [...states].sort((a, b) => severity[b] - severity[a])[0] ?? 'nothing-trainable';
  return {
    ...last,
    id: first.id,
    path: first.path,
    trainable: cells.reduce((sum, cell) => sum + cell.trainable, 0),
    received: states.has('all') && states.size > 1 ? 'some' : worst,
    underNoGrad: cells.some((cell) => cell.underNoGrad),
    cut: cells.some((cell) => cell.cut),
  };
}

/** Cells with neighbouring layers gathered so that at most `mostLayerCells` layer cells remain. */
export function groupCells(cells: readonly StripCell[], most = mostLayerCells): readonly StripCell[][] {
  const layers = cells.filter(isLayer).length;
  const size = Math.max(1, Math.ceil(layers / most));
  const groups: StripCell[][] = [];
  for (const cell of cells) {
    const open = groups.at(-1);
    const joins = isLayer(cell) && open?.[0] !== undefined && isLayer(open[0]) && open.length < size;
    if (joins && open !== undefined) open.push(cell);
    else groups.push([cell]);
  }
  return groups;
}

/** Every how many layers a number stands, so that numbers don't touch: at most 10 of them. */
const labelStride = (layers: number): number => Math.ceil(layers / 10);

/** Above this many cells only every few layers are named, and norm and head by their place. */
export const isCrowded = (drawn: readonly DrawnCell[]): boolean => drawn.length > 14;

/**
 * The drawn cells. A hidden state that doesn't require grad asks for attention (orange) where a gradient is missed:
 * at the cut, or once trainable parameters stand at or before it. Before that it rests: nothing would use a gradient.
 */
export function drawnCells(cells: readonly StripCell[], most = mostLayerCells): readonly DrawnCell[] {
  const groups = groupCells(cells, most);
  const layerGroups = groups.filter((group) => group[0] !== undefined && isLayer(group[0])).length;
  const stride = labelStride(layerGroups);
  let place = 0;
  let wanted = false;
  return groups.map((group, index) => {
    const cell = merged(group);
    wanted = wanted || cell.trainable > 0 || cell.cut;
    const layer = isLayer(cell);
    // The first number would touch the embedding's word where cells are narrow.
    const numbered = layer && place % stride === 0 && (stride === 1 || place > 0);
    if (layer) place += 1;
    const last = group.at(-1)?.id ?? cell.id;
    const wire = cell.requiresGrad ? 'carries' : wanted ? 'cut' : 'rests';
    return {
      cell,
      layers: layer ? { first: Number(cell.id), last: Number(last) } : null,
      label: layer ? (numbered ? cell.id : null) : cell.id,
      wire: index === groups.length - 1 ? null : wire,
    };
  });
}

export type StripAnswer =
  | { readonly kind: 'yes'; readonly count: number }
  | { readonly kind: 'some'; readonly received: number; readonly total: number }
  | { readonly kind: 'no-grad-fn' }
  | { readonly kind: 'raises'; readonly call: string }
  | { readonly kind: 'silent' }
  | { readonly kind: 'nothing' }
  /** A script: a line that decides isn't modelled, or it trains nothing. */
  | { readonly kind: 'cannot-tell' | 'untrained' };

/** The answer to "does the gradient get through?", from the outcome of the recorded tape. */
export function stripAnswer(outcome: Outcome): StripAnswer {
  if (outcome.kind === 'raises') {
    const message = outcome.error?.message ?? '';
    if (/does not require grad/.test(message)) return { kind: 'no-grad-fn' };
    return { kind: 'raises', call: outcome.error?.call ?? '' };
  }
  if (outcome.kind === 'cannot-tell') return { kind: 'cannot-tell' };
  if (outcome.kind === 'nothing') return { kind: 'untrained' };
  if (outcome.trainableTensors === 0) return { kind: 'nothing' };
  if (outcome.kind === 'silent' && outcome.nonzeroGradients === 0) return { kind: 'silent' };
  const received = outcome.trainableTensors - outcome.noneGradients;
  if (received === outcome.trainableTensors) return { kind: 'yes', count: received };
  return { kind: 'some', received, total: outcome.trainableTensors };
}

/** Runs of checkpointed cells: a bracket over each cell, its name once at the end of the run. */
export function checkpointRuns(drawn: readonly DrawnCell[]): readonly {
  readonly first: number;
  readonly last: number;
  readonly kind: 'reentrant' | 'non-reentrant';
}[] {
  const runs: { first: number; last: number; kind: 'reentrant' | 'non-reentrant' }[] = [];
  drawn.forEach(({ cell }, index) => {
    if (cell.checkpoint === 'off') return;
    const open = runs.at(-1);
    if (open !== undefined && open.last === index - 1 && open.kind === cell.checkpoint) open.last = index;
    else runs.push({ first: index, last: index, kind: cell.checkpoint });
  });
  return runs;
}

/** Where a key of the list leads from a cell; null for a key that leads nowhere. */
export function cellAfter(key: string, index: number, count: number): number | null {
  switch (key) {
    case 'ArrowRight':
    case 'ArrowDown':
      return Math.min(count - 1, index + 1);
    case 'ArrowLeft':
    case 'ArrowUp':
      return Math.max(0, index - 1);
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
    default:
      return null;
  }
}
