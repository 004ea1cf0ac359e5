// The table of rows: of the rows and of the columns only those stand in the document that are to be seen, however many there are. Which rows
// match is for the caller.
import type { UIEvent } from 'react';
import { memo, useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { RowsView } from '../../../engine/protocol.ts';
import { useTexts } from '../../PageContext.tsx';
import type { OpenCell } from './CellEditor.tsx';
import type { ColumnWindow } from './columnWindow.ts';
import { columnWidths, columnWindow, sameWindow } from './columnWindow.ts';
import { useRowsTexts } from './rowsTexts.ts';
import { cellWords } from './turns.ts';
import { useSameNames } from './useSameNames.ts';

/** Height of a row in rows.css. */
const rowHeight = 32;
/** Rows that stand in the document: those to be seen, and some before and behind them. */
export const rowsAtOnce = 20;
const step = 4;
/** Pixels of the column of row numbers. */
const numberWidth = 104;
/** Until the table stands: as wide as its dialog is at most. */
const widest = 820;

type Shown = RowsView['rows'][number];

/** The same to look at, though another answer brought it. */
const sameRow = (a: Shown, b: Shown): boolean =>
  a === b ||
  (a.place === b.place &&
    a.leftOut === b.leftOut &&
    a.problem?.en === b.problem?.en &&
    a.cells.length === b.cells.length &&
    a.cells.every(({ text, whole }, i) => text === b.cells[i]?.text && whole === b.cells[i]?.whole));

interface RowProps {
  readonly row: Shown;
  /** Its place among the rows that match. */
  readonly index: number;
  readonly columns: readonly string[];
  readonly shown: ColumnWindow;
  readonly leave: (place: number, leftOut: boolean) => void;
  readonly open: (cell: OpenCell) => void;
}

/** One row. Its cells are not drawn again for a letter of a search or a row that scrolled in. */
const Row = memo(
  function Row({ row, index, columns, shown, leave, open }: RowProps) {
    const { say } = useTexts();
    const r = useRowsTexts();
    const { place, cells, problem, leftOut } = row;
    const { from, to, before, after } = shown;
    return (
      <tr
        aria-rowindex={index + 2}
        className={leftOut ? 'is-left' : problem === null ? '' : 'is-cut'}
        title={problem === null ? undefined : say(problem)}
      >
        <th scope="row">
          <button
            type="button"
            className="button button-plain"
            aria-label={r(leftOut ? 'takeBack' : 'leave', { row: place + 1 })}
            onClick={() => leave(place, !leftOut)}
          >
            {leftOut ? '↺' : '✕'}
          </button>{' '}
          {place + 1}
        </th>
        {before > 0 && <td />}
        {cells.slice(from, to).map((cell, i) => (
          <td key={columns[from + i]} aria-colindex={from + i + 2}>
            <button
              type="button"
              className="cell"
              onClick={() => open({ place, column: columns[from + i] ?? '', ...cell })}
            >
              {cellWords(cell.text).slice(0, 200)}
            </button>
          </td>
        ))}
        {after > 0 && <td />}
      </tr>
    );
  },
  (a, b) =>
    sameRow(a.row, b.row) &&
    a.index === b.index &&
    a.leave === b.leave &&
    a.open === b.open &&
    a.columns === b.columns &&
    a.shown === b.shown,
);

/** The columns to be seen; `follow` is told where the table is scrolled to. */
function useColumns(columns: readonly string[], rows: RowsView['rows']) {
  const [widths, setWidths] = useState({ columns, of: columnWidths(columns, rows) });
  const [shown, setShown] = useState(() => columnWindow(widths.of, 0, widest));
  if (widths.columns !== columns) {
    const of = columnWidths(columns, rows);
    setWidths({ columns, of });
    setShown(columnWindow(of, 0, widest));
  }
  const follow = (element: HTMLElement): void => {
    const next = columnWindow(widths.of, element.scrollLeft - numberWidth, element.clientWidth);
    setShown((before) => (sameWindow(before, next) ? before : next));
  };
  return { widths: widths.of, shown, follow };
}

interface Props {
  readonly label: string;
  readonly view: RowsView;
  /** Where the view begins, among the rows that match. */
  readonly first: number;
  /** Another one is looked at from its first row on. */
  readonly question: string;
  readonly setFirst: (first: number) => void;
  readonly leave: RowProps['leave'];
  readonly open: RowProps['open'];
}

export const RowGrid = memo(function RowGrid(props: Props) {
  const { label, view, first, question, setFirst, leave, open } = props;
  const r = useRowsTexts();
  const { matches, rows } = view;
  const columns = useSameNames(view.columns);
  const { widths, shown, follow } = useColumns(columns, rows);
  const scroll = useRef<HTMLElement | null>(null);
  const wide = useRef(follow);
  useEffect(() => {
    wide.current = follow;
  });
  useEffect(() => {
    const { current } = scroll;
    if (current === null) return;
    // A table that became wider shows more columns.
    const observer = new ResizeObserver(() => wide.current(current));
    observer.observe(current);
    return () => observer.disconnect();
  }, []);
  const asked = useRef(question);
  useLayoutEffect(() => {
    if (scroll.current !== null && asked.current !== question) scroll.current.scrollTop = 0;
    asked.current = question;
  }, [question]);
  const from = Math.min(first, Math.max(0, matches - rows.length));
  const below = matches - from - rows.length;
  const scrolled = ({ currentTarget }: UIEvent<HTMLElement>): void => {
    const top = Math.floor(currentTarget.scrollTop / rowHeight / step) * step;
    setFirst(Math.max(0, Math.min(top - step, matches - 1)));
    follow(currentTarget);
  };
  const inView = widths.slice(shown.from, shown.to);
  const width = numberWidth + shown.before + inView.reduce((all, one) => all + one, 0) + shown.after;
  return (
    <section
      ref={scroll}
      className="rows-scroll"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by the keyboard
      tabIndex={0}
      aria-label={label}
      onScroll={scrolled}
    >
      <table
        className="rows-table"
        style={{ width: `max(100%, ${width}px)` }}
        aria-rowcount={matches + 1}
        aria-colcount={columns.length + 1}
      >
        <colgroup>
          <col style={{ width: numberWidth }} />
          {shown.before > 0 && <col style={{ width: shown.before }} />}
          {inView.map((one, i) => (
            <col key={columns[shown.from + i]} style={{ width: one }} />
          ))}
          {shown.after > 0 && <col style={{ width: shown.after }} />}
        </colgroup>
        <thead>
          <tr aria-rowindex={1}>
            <th scope="col">{r('row')}</th>
            {shown.before > 0 && <td />}
            {columns.slice(shown.from, shown.to).map((column, i) => (
              <th key={column} scope="col" aria-colindex={shown.from + i + 2}>
                {column}
              </th>
            ))}
            {shown.after > 0 && <td />}
          </tr>
        </thead>
        <tbody>
          {from > 0 && <tr style={{ height: from * rowHeight }} />}
          {rows.map((row, i) => (
            <Row
              key={row.place}
              row={row}
              index={from + i}
              columns={columns}
              shown={shown}
              leave={leave}
              open={open}
            />
          ))}
          {below > 0 && <tr style={{ height: below * rowHeight }} />}
        </tbody>
      </table>
    </section>
  );
});
