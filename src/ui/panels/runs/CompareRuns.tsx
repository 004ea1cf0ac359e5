// A few runs side by side: their curves, the settings that differ, their answers to each question.
import { useState } from 'react';
import { differencesOf } from '../../../engine/index.ts';
import type { KeptRun } from '../../../engine/protocol.ts';
import { Scroll } from '../../parts/Scroll.tsx';
import { saidAt, saidSteps } from '../answers/saidAt.ts';
import { Overlay, Swatch } from './Overlay.tsx';
import type { RunsText } from './runsTexts.ts';
import { useRunsTexts } from './runsTexts.ts';
import { compared, partValue, settingName, settingValue } from './runWords.ts';
import { useRunNames } from './useRunNames.ts';

/** As many lines as can be told apart. */
const MOST_DRAWN = 6;

/** What differs, a line each: its name, then one value a run. */
function differingLines(t: RunsText, runs: readonly KeptRun[]): readonly (readonly [string, string[]])[] {
  const recipes = runs.map(compared);
  const { parts, settings } = differencesOf(recipes);
  return [
    ...parts.map((part): [string, string[]] => [
      t(`part_${part}`),
      recipes.map((recipe) => partValue(t, recipe, part)),
    ]),
    ...settings.map((key): [string, string[]] => [
      settingName(key),
      recipes.map((recipe) => settingValue(recipe, key)),
    ]),
  ];
}

function Columns({ head, names }: { readonly head: string; readonly names: readonly string[] }) {
  return (
    <thead>
      <tr>
        <th scope="col">{head}</th>
        {names.map((name, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a column is its place; names repeat
          <th scope="col" key={place}>
            <Swatch place={place} /> {name}
          </th>
        ))}
      </tr>
    </thead>
  );
}

function RunAnswers({
  runs,
  names,
}: {
  readonly runs: readonly KeptRun[];
  readonly names: readonly string[];
}) {
  const t = useRunsTexts();
  const questions = [
    ...new Set(runs.flatMap((run) => [...run.before, ...run.after].map(({ prompt }) => prompt))),
  ];
  const steps = saidSteps(runs.flatMap((run) => run.said));
  const [shown, setShown] = useState<number | null>(null);
  const at = shown === null ? null : Math.min(shown, steps.length - 1);
  const step = at === null ? null : (steps[at] ?? null);
  const textOf = (run: KeptRun, question: string): string | undefined =>
    step === null
      ? run.after.find(({ prompt }) => prompt === question)?.text
      : saidAt(run.said, question, step)?.text;
  if (questions.length === 0) return null;
  const words = step === null ? t('lastAnswers') : t('answersAt', { step });
  return (
    <section>
      <h3>{t('answers')}</h3>
      {steps.length > 1 && (
        <label className="answer-slider small">
          <span className="dim">{words}</span>
          <input
            type="range"
            aria-label={t('answersSlider')}
            aria-valuetext={words}
            min={0}
            max={steps.length - 1}
            value={at ?? steps.length - 1}
            onChange={({ target }) => {
              const place = Number(target.value);
              setShown(place >= steps.length - 1 ? null : place);
            }}
          />
        </label>
      )}
      <Scroll className="run-scroll" label={t('answers')}>
        <table className="run-compare">
          <Columns head={t('question')} names={names} />
          <tbody>
            {questions.map((question) => (
              <tr key={question}>
                <th scope="row">
                  {question}
                  <span className="small dim">
                    {t('untouched')}:{' '}
                    {runs.flatMap((run) => run.before).find(({ prompt }) => prompt === question)?.text ??
                      t('noAnswer')}
                  </span>
                </th>
                {runs.map((run) => (
                  <td key={run.id}>
                    {textOf(run, question) ?? <span className="dim">{t('noAnswer')}</span>}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </section>
  );
}

export function CompareRuns({ chosen }: { readonly chosen: readonly KeptRun[] }) {
  const t = useRunsTexts();
  const all = useRunNames();
  if (chosen.length === 0) return <p className="dim">{t('compareHint')}</p>;
  const runs = chosen.slice(0, MOST_DRAWN);
  const names = runs.map(({ id }) => all.get(id) ?? '');
  const lines = differingLines(t, runs);
  return (
    <section className="run-compared" aria-label={t('compare')}>
      <h3>{t('compare')}</h3>
      {chosen.length > runs.length && <p className="dim">{t('most', { most: MOST_DRAWN })}</p>}
      <Overlay runs={runs} names={names} />
      {runs.length > 1 && (
        <section>
          <h3>{t('settings')}</h3>
          {lines.length === 0 ? (
            <p>{t('sameSettings')}</p>
          ) : (
            <Scroll className="run-scroll" label={t('settings')}>
              <table className="run-compare">
                <Columns head={t('setting')} names={names} />
                <tbody>
                  {lines.map(([name, values]) => (
                    <tr key={name}>
                      <th scope="row" className="mono">
                        {name}
                      </th>
                      {values.map((value, place) => (
                        <td key={runs[place]?.id} className="mono">
                          {value}
                        </td>
                      ))}
                    </tr>
                  ))}
                </tbody>
              </table>
            </Scroll>
          )}
        </section>
      )}
      <RunAnswers runs={runs} names={names} />
    </section>
  );
}
