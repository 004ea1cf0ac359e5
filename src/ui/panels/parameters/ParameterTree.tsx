// The module tree as a treegrid with its own keyboard: hundreds of rows must answer a knob within 100 ms, which a
// general collection component does not (it draws folded rows too). Rows come from treeRows.ts.

// biome-ignore-all lint/a11y/useSemanticElements: a <table> can't hold folding rows with levels; treegrid is the role for them
// biome-ignore-all lint/a11y/useFocusableInteractive: the grid moves one tab stop between its rows
// biome-ignore-all lint/a11y/useKeyWithClickEvents: keys are handled once, on the grid
import type { KeyboardEvent } from 'react';
import { memo, useEffect, useMemo, useRef, useState } from 'react';
import { Button } from 'react-aria-components';
import { useActions, usePageState, useTexts } from '../../PageContext.tsx';
import { GradientCell } from './GradientCell.tsx';
import { packedAs } from './packedAs.ts';
import type { TreeFilter, TreeNode, TreeRow } from './treeRows.ts';
import { openable, pathTo, visibleRows } from './treeRows.ts';

const shortType: ReadonlyMap<string, string> = new Map([
  ['float32', 'f32'],
  ['bfloat16', 'bf16'],
  ['float16', 'f16'],
  ['uint8', 'u8'],
]);

const Row = memo(function Row(props: {
  readonly row: TreeRow;
  readonly open: boolean;
  readonly focusable: boolean;
  readonly selected: boolean;
  readonly onToggle: (id: string) => void;
  readonly onFocus: (id: string) => void;
  readonly onSelect: (path: string) => void;
}) {
  const { row, open, focusable, selected, onToggle, onFocus, onSelect } = props;
  const { t } = useTexts();
  const { node, level } = row;
  const folder = node.children.length > 0;
  const { parameter } = node;
  const packed = usePageState((state) => packedAs(state, parameter));
  const grouped = parameter === null || (folder && !open);
  const requires = node.trainable > 0 && (parameter === null || !open || parameter.requiresGrad);
  return (
    <div
      role="row"
      tabIndex={focusable ? 0 : -1}
      data-id={node.id}
      className={selected ? 'tree-row tree-row-selected' : 'tree-row'}
      aria-level={level}
      aria-expanded={folder ? open : undefined}
      aria-selected={selected}
      onFocus={() => onFocus(node.id)}
      onClick={() => {
        onFocus(node.id);
        onSelect(node.parameter?.name ?? node.id);
        if (folder) onToggle(node.id);
      }}
    >
      <span
        role="gridcell"
        className="tree-name"
        style={{ paddingLeft: (level - 1) * 14 }}
        title={parameter?.name ?? node.id}
      >
        <span className="tree-fold" aria-hidden="true">
          {folder ? (open ? '▾' : '▸') : ''}
        </span>
        {node.label}
      </span>
      <span role="gridcell" className="tree-shape dim">
        {parameter !== null && (!folder || open || node.trainable === 0)
          ? parameter.shape.join(', ')
          : t('parameters.of', { count: node.trainable, total: node.total })}
      </span>
      <span role="gridcell">
        {parameter !== null && (
          <span className="chip">{packed ?? shortType.get(parameter.dtype) ?? parameter.dtype}</span>
        )}
      </span>
      <span role="gridcell" className="tree-rg">
        <span
          className={requires ? 'rg rg-on' : 'rg'}
          role="img"
          aria-label={t(requires ? 'parameters.requires' : 'parameters.requiresNot')}
        />
      </span>
      <span role="gridcell" className="tree-gradient">
        {parameter !== null && folder && open && !parameter.requiresGrad ? (
          <span className="dim">{t('parameters.frozen')}</span>
        ) : (
          <GradientCell node={node} group={grouped} />
        )}
      </span>
    </div>
  );
});

/** Nodes open at first: the first layer and its first wrapped linear, so that lora_A and lora_B are seen at once. */
function firstOpen(nodes: readonly TreeNode[]): ReadonlySet<string> {
  const layer = nodes.find((node) => node.children.length > 1);
  const inner = layer?.children.find((node) => node.children.length > 0);
  return new Set([layer?.id, inner?.id].filter((id) => id !== undefined));
}

export function ParameterTree({
  nodes,
  filter,
}: {
  readonly nodes: readonly TreeNode[];
  readonly filter: TreeFilter;
}) {
  const { t } = useTexts();
  const actions = useActions();
  const selected = usePageState((state) => state.selectedPath);
  const [open, setOpen] = useState<ReadonlySet<string>>(() => firstOpen(nodes));
  const [focused, setFocused] = useState<string | null>(null);
  const grid = useRef<HTMLDivElement>(null);
  const changed = usePageState((state) => state.changed);
  const rows = useMemo(() => visibleRows(nodes, open, filter, changed), [nodes, open, filter, changed]);
  const focusId = rows.some((row) => row.node.id === focused) ? focused : rows[0]?.node.id;

  // A click on the strip opens the way to its rows and scrolls there.
  useEffect(() => {
    if (selected === null) return;
    const path = pathTo(nodes, selected);
    setOpen((before) => new Set([...before, ...path]));
    const target = path.at(-1);
    if (target === undefined) return;
    setFocused(target);
    requestAnimationFrame(() => {
      const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
      rowElement(grid.current, target)?.scrollIntoView({
        block: 'nearest',
        behavior: calm ? 'auto' : 'smooth',
      });
    });
  }, [selected, nodes]);

  const toggle = useRef((id: string) => {
    setOpen((before) => {
      const next = new Set(before);
      if (!next.delete(id)) next.add(id);
      return next;
    });
  }).current;
  const focus = useRef((id: string) => setFocused(id)).current;

  function moveTo(index: number): void {
    const row = rows[Math.min(rows.length - 1, Math.max(0, index))];
    if (row === undefined) return;
    setFocused(row.node.id);
    rowElement(grid.current, row.node.id)?.focus();
  }

  const all = useMemo(() => openable(nodes), [nodes]);
  const allOpen = all.every((id) => open.has(id));

  function onKeyDown(event: KeyboardEvent): void {
    const index = rows.findIndex((row) => row.node.id === focusId);
    const row = rows[index];
    if (row === undefined) return;
    const folder = row.node.children.length > 0;
    const isOpen = open.has(row.node.id);
    switch (event.key) {
      case 'ArrowDown':
        moveTo(index + 1);
        break;
      case 'ArrowUp':
        moveTo(index - 1);
        break;
      case 'Home':
        moveTo(0);
        break;
      case 'End':
        moveTo(rows.length - 1);
        break;
      case 'ArrowRight':
        if (folder && !isOpen) toggle(row.node.id);
        else if (folder) moveTo(index + 1);
        break;
      case 'ArrowLeft':
        if (folder && isOpen) toggle(row.node.id);
        else if (row.parent !== null) moveTo(rows.findIndex((other) => other.node.id === row.parent));
        break;
      case 'Enter':
        if (folder) toggle(row.node.id);
        actions.select(row.node.parameter?.name ?? row.node.id);
        break;
      case '*':
        setOpen(new Set(all));
        break;
      default:
        return;
    }
    event.preventDefault();
  }

  return (
    <>
      <div
        ref={grid}
        className="tree"
        role="treegrid"
        aria-label={t('parameters.tree')}
        onKeyDown={onKeyDown}
      >
        <div role="row" className="tree-head">
          <span role="columnheader">{t('parameters.name')}</span>
          <span role="columnheader">{t('parameters.shape')}</span>
          <span role="columnheader">{t('parameters.dtype')}</span>
          <span role="columnheader" title={t('parameters.rgTitle')}>
            {t('parameters.rg')}
          </span>
          <span role="columnheader">{t('parameters.gradient')}</span>
        </div>
        {rows.map((row) => (
          <Row
            key={row.node.id}
            row={row}
            open={open.has(row.node.id)}
            focusable={row.node.id === focusId}
            selected={
              selected !== null &&
              (row.node.id === selected ||
                row.node.parameter?.name === selected ||
                row.node.id.startsWith(`${selected}.`))
            }
            onToggle={toggle}
            onFocus={focus}
            onSelect={actions.select}
          />
        ))}
        {rows.length === 0 && <p className="tree-nothing dim">{t('parameters.empty')}</p>}
      </div>
      <Button
        className="button button-plain tree-all"
        onPress={() => setOpen(allOpen ? new Set() : new Set(all))}
      >
        {t(allOpen ? 'parameters.collapseAll' : 'parameters.expandAll')}
      </Button>
    </>
  );
}

function rowElement(grid: HTMLElement | null, id: string): HTMLElement | null {
  return grid?.querySelector<HTMLElement>(`[data-id="${CSS.escape(id)}"]`) ?? null;
}
