// The cells of the strip as one control: a list that Tab comes to once, arrows read it, a press chooses by place. However many layers it holds, the
// target is the whole strip, never a box of a few pixels. What a cell says stands below it, in Strip.tsx.
// biome-ignore-all lint/a11y/useSemanticElements: a <select> can't draw boxes and wires
// biome-ignore-all lint/a11y/useFocusableInteractive: the list has the keyboard, and says which of its cells is meant
// biome-ignore-all lint/a11y/useKeyWithClickEvents: the list takes the keys of its cells
import type { KeyboardEvent, PointerEvent } from 'react';
import { useId, useState } from 'react';
import { useTexts } from '../../PageContext.tsx';
import type { DrawnCell } from './stripCells.ts';
import { cellAfter, checkpointRuns, isCrowded } from './stripCells.ts';
import { cellFact, cellLabel } from './stripWords.ts';

function Dot({ received }: { readonly received: DrawnCell['cell']['received'] }) {
  if (received === 'nothing-trainable') return null;
  return (
    <svg className={`strip-dot strip-dot-${received}`} viewBox="0 0 12 12" aria-hidden="true">
      <circle cx="6" cy="6" r="4.2" />
      {received === 'zero' && <circle className="inner" cx="6" cy="6" r="1.6" />}
      {received === 'some' && <path className="inner" d="M6 1.8a4.2 4.2 0 0 0 0 8.4z" />}
    </svg>
  );
}

/** The cell at, or nearest to, a place across the window; a finger that slides over the strip still means one. */
function cellUnder(event: PointerEvent<HTMLElement>): number {
  const ends = [...event.currentTarget.children].map((cell) => cell.getBoundingClientRect().right);
  const under = ends.findIndex((end) => event.clientX < end);
  return under === -1 ? ends.length - 1 : under;
}

/** `shown`: the cell whose fact is read, by pointer or keyboard; `onPick`: leads to a cell's rows. */
export function CellList(props: {
  readonly drawn: readonly DrawnCell[];
  readonly selected: string | null;
  readonly shown: number | null;
  readonly onShow: (index: number | null) => void;
  readonly onPick?: (path: string) => void;
}) {
  const { drawn, selected, shown, onShow, onPick } = props;
  const { t } = useTexts();
  const id = useId();
  /** Where the keyboard is; null without it. */
  const [active, setActive] = useState<number | null>(null);
  const runs = checkpointRuns(drawn);
  const cutAt = drawn.findIndex(({ cell }) => cell.cut);
  const current = drawn.findIndex(({ cell }) => cell.path !== '' && cell.path === selected);

  function goTo(index: number): void {
    setActive(index);
    onShow(index);
  }
  function pick(index: number): void {
    const path = drawn[index]?.cell.path ?? '';
    if (path !== '') onPick?.(path);
  }
  function onKeyDown(event: KeyboardEvent): void {
    if (active === null) return;
    const next = cellAfter(event.key, active, drawn.length);
    if (next !== null) goTo(next);
    else if (event.key === 'Enter' || event.key === ' ') pick(active);
    else return;
    event.preventDefault();
  }

  return (
    <div
      role="listbox"
      aria-orientation="horizontal"
      aria-label={t(onPick === undefined ? 'strip.cells' : 'strip.cellsToPick')}
      aria-activedescendant={active === null ? undefined : `${id}-${active}`}
      tabIndex={0}
      className={isCrowded(drawn) ? 'strip-cells strip-crowded' : 'strip-cells'}
      onKeyDown={onKeyDown}
      onFocus={() => goTo(shown ?? Math.max(0, current))}
      onBlur={() => {
        setActive(null);
        onShow(null);
      }}
      onPointerMove={(event) => onShow(cellUnder(event))}
      onPointerLeave={() => onShow(active)}
    >
      {drawn.map((one, index) => {
        const { cell } = one;
        const run = runs.find(({ first, last }) => index >= first && index <= last);
        const isBad = cell.id === 'loss' && !cell.requiresGrad;
        const marks = [
          'strip-box',
          ...(cell.trainable > 0 ? ['strip-box-trainable'] : []),
          ...(isBad ? ['strip-box-bad'] : []),
          ...(index === current || index === shown ? ['strip-box-current'] : []),
          ...(index === active ? ['strip-box-active'] : []),
        ];
        return (
          <div
            key={cell.id}
            id={`${id}-${index}`}
            role="option"
            aria-selected={onPick === undefined ? index === active : index === current}
            aria-label={cellFact(t, one)}
            className={one.wire === null ? 'strip-cell strip-last' : 'strip-cell'}
            onClick={() => pick(index)}
          >
            <span className="strip-above">
              {run !== undefined && <span className={`strip-bracket strip-bracket-${run.kind}`} />}
              {run?.last === index && (
                <span className="strip-bracket-name">
                  {t(run.kind === 'reentrant' ? 'strip.bracket_reentrant' : 'strip.bracket_non-reentrant')}
                </span>
              )}
            </span>
            <span className={marks.join(' ')}>
              <Dot received={cell.received} />
            </span>
            {one.wire !== null && <span className={`strip-wire strip-wire-${one.wire}`} />}
            {index === cutAt && <span className="strip-scissors">✂ {t('strip.cut')}</span>}
            <span
              className={`strip-label strip-label-${one.layers === null ? cell.id : 'layer'}${isBad ? ' is-cut' : ''}`}
            >
              {cellLabel(t, one)}
            </span>
          </div>
        );
      })}
    </div>
  );
}
