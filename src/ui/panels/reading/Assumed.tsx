// What the verdict rests on, what decides and is not modelled, and what the script printed. Never hidden, always counted.
import { Button } from 'react-aria-components';
import type { Assumption, ScriptReading } from '../../../engine/index.ts';
import { useTexts } from '../../PageContext.tsx';
import { useReadingTexts } from './readingTexts.ts';

export function Listed(props: {
  readonly items: readonly Assumption[];
  readonly onLine: (line: number) => void;
}) {
  const { say } = useTexts();
  const r = useReadingTexts();
  return (
    <ul className="assumed">
      {props.items.map(({ line, text }) => (
        <li key={`${line} ${text.en}`} className="assumed-item">
          {line !== null && (
            <Button
              className="button button-plain"
              aria-label={r('verdict.toLine', { line })}
              onPress={() => props.onLine(line)}
            >
              {r('verdict.line', { line })}
            </Button>
          )}
          <span>{say(text)}</span>
        </li>
      ))}
    </ul>
  );
}

export function Assumed(props: { readonly reading: ScriptReading; readonly onLine: (line: number) => void }) {
  const r = useReadingTexts();
  const { assumptions, notModelled, output } = props.reading;
  return (
    <>
      {notModelled.length > 0 && (
        <section className="card" aria-label={r('notes.missing')}>
          <h3 className="is-cut">{r('notes.missing')}</h3>
          <Listed items={notModelled} onLine={props.onLine} />
        </section>
      )}
      <section className="card" aria-label={r('notes.assumed')}>
        <h3 className="dim">{r('notes.assumed')}</h3>
        {assumptions.length === 0 ? (
          <p className="dim">{r('notes.none')}</p>
        ) : (
          <Listed items={assumptions} onLine={props.onLine} />
        )}
      </section>
      {output.trim() !== '' && (
        <section className="card" aria-label={r('notes.output')}>
          <h3 className="dim">{r('notes.output')}</h3>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
          <pre className="script-output" tabIndex={0}>
            {output}
          </pre>
        </section>
      )}
    </>
  );
}
