// The script with its gutter: number, mark and, below each line that did something, what it did. One line of those is in the tab order;
// arrow keys go from one to the next. Long scripts scroll inside their own box, and fold where nothing happened.
import type { KeyboardEvent } from 'react';
import { memo, useEffect, useRef, useState } from 'react';
import type { ScriptReading, Text } from '../../../engine/index.ts';
import { useTexts } from '../../PageContext.tsx';
import { LineMark } from './LineMark.tsx';
import type { NotedLine } from './lineNotes.ts';
import { notedLines, stretches } from './lineNotes.ts';
import type { ReadingText } from './readingTexts.ts';
import { useReadingTexts } from './readingTexts.ts';

interface Said {
  readonly kind: 'raises' | 'cut' | 'warns' | 'plain' | 'assumed';
  readonly words: string;
}

/** Everything about a line, the weightiest first. */
function saidOf(
  r: ReadingText,
  say: (text: Text) => string,
  noted: NotedLine,
  config: number,
): readonly Said[] {
  const { raises, cut, trainable, effects, warnings, missing, assumed } = noted;
  return [
    ...(raises === null ? [] : [{ kind: 'raises' as const, words: `${raises.type}: ${raises.message}` }]),
    ...(cut ? [{ kind: 'cut' as const, words: r('script.cutSaid') }] : []),
    ...(trainable === null
      ? []
      : [
          {
            kind: 'plain' as const,
            words: r('script.requires', { count: trainable.after, before: trainable.before }),
          },
        ]),
    ...effects.map((text) => ({ kind: 'plain' as const, words: say(text) })),
    ...warnings.map((words) => ({ kind: 'warns' as const, words })),
    ...missing.map((text) => ({
      kind: 'warns' as const,
      words: r('script.missing', { text: say(text) }),
    })),
    ...assumed.map((text) => ({
      kind: 'assumed' as const,
      words: r('script.assumed', { text: say(text) }),
    })),
    ...(config > 0 ? [{ kind: 'assumed' as const, words: r('script.config', { line: config }) }] : []),
  ];
}

interface LineProps {
  readonly line: number;
  readonly code: string;
  readonly noted: NotedLine | undefined;
  /** Line of the configuration that it was made of; 0: of none. */
  readonly config: number;
  readonly current: boolean;
  readonly reachable: boolean;
  readonly onPick: (line: number) => void;
}

const Line = memo(function Line({ line, code, noted, config, current, reachable, onPick }: LineProps) {
  const { say } = useTexts();
  const r = useReadingTexts();
  if (noted === undefined)
    return (
      <li className={current ? 'line line-current' : 'line'} data-line={line}>
        <span className="line-number">{line}</span>
        <span />
        <code className="line-code">{code}</code>
      </li>
    );
  const said = saidOf(r, say, noted, config);
  return (
    <li
      className={`line line-noted line-${noted.mark}${noted.cut ? ' line-cut' : ''}${current ? ' line-current' : ''}`}
      data-line={line}
    >
      <span className="line-number" aria-hidden="true">
        {line}
      </span>
      <button
        type="button"
        className="line-mark"
        tabIndex={reachable ? 0 : -1}
        aria-current={current ? 'true' : undefined}
        aria-label={r('script.lineSaid', { line, notes: said.map(({ words }) => words).join(' · ') })}
        onFocus={() => onPick(line)}
        onClick={() => onPick(line)}
      >
        <LineMark mark={noted.mark} />
      </button>
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: the mark beside it is the same button for the keyboard */}
      <code className="line-code" onClick={() => onPick(line)}>
        {code}
      </code>
      <ul className="line-said" aria-hidden="true">
        {said.map(({ kind, words }) => (
          <li key={words} className={`said-${kind}`}>
            {words}
          </li>
        ))}
      </ul>
    </li>
  );
});

/** Brings a line into sight inside its box; with `focus` the keyboard goes on from there. */
function show(box: HTMLElement | null, line: number, { focus }: { readonly focus: boolean }): void {
  const element = box?.querySelector<HTMLElement>(`[data-line="${line}"]`);
  if (!box || !element) return;
  box.scrollTop = element.offsetTop - box.clientHeight / 3;
  if (focus) element.querySelector('button')?.focus({ preventScroll: true });
}

export interface Target {
  readonly line: number;
  /** Grows with every wish, so that the same line can be wished for twice. */
  readonly turn: number;
}

export function ScriptLines(props: {
  readonly source: string;
  readonly reading: ScriptReading;
  readonly target: Target | null;
}) {
  const { source, reading, target } = props;
  const r = useReadingTexts();
  const box = useRef<HTMLElement>(null);
  const { line: deciding } = reading.verdict;
  const [current, setCurrent] = useState(deciding);
  const [unfolded, setUnfolded] = useState<ReadonlySet<number>>(new Set());
  const noted = notedLines(reading);
  const numbers = [...noted.keys()];
  const lines = source.replace(/\n$/, '').split('\n');
  const kept = new Set([...numbers, ...(deciding === null ? [] : [deciding])]);
  const shown = stretches(lines.length, kept, unfolded);
  const first = current !== null && noted.has(current) ? current : numbers[0];

  // The line that decides is in sight from the start, without taking the focus.
  useEffect(() => {
    if (deciding !== null) show(box.current, deciding, { focus: false });
  }, [deciding]);
  useEffect(() => {
    if (target === null) return;
    setCurrent(target.line);
    box.current?.scrollIntoView({ block: 'nearest' });
    show(box.current, target.line, { focus: true });
  }, [target]);

  function walk(event: KeyboardEvent): void {
    if (!(event.target instanceof Element) || event.target.closest('.line-mark') === null) return;
    const at = numbers.indexOf(current ?? -1);
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: numbers.length - 1 }[event.key];
    const line = next === undefined ? undefined : numbers[next];
    if (next === undefined) return;
    event.preventDefault();
    if (line !== undefined) show(box.current, line, { focus: true });
  }

  return (
    <section
      ref={box}
      className="lines"
      aria-label={`${r('script.title')}. ${r('script.keys')}`}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
      tabIndex={0}
    >
      <ol onKeyDown={walk}>
        {shown.flatMap(({ first: from, last, folded }) =>
          folded
            ? [
                <li key={`fold ${from}`} className="line line-fold">
                  <button type="button" onClick={() => setUnfolded(new Set([...unfolded, from]))}>
                    ⋯ {r('script.fold', { count: last - from + 1 })}
                  </button>
                </li>,
              ]
            : lines.slice(from - 1, last).map((code, index) => {
                const line = from + index;
                return (
                  <Line
                    key={line}
                    line={line}
                    code={code}
                    noted={noted.get(line)}
                    config={reading.configLines[line - 1] ?? 0}
                    current={line === current}
                    reachable={line === first}
                    onPick={setCurrent}
                  />
                );
              }),
        )}
      </ol>
    </section>
  );
}
