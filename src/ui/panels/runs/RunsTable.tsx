// The kept runs, one a line: its name to edit, what differs, where its loss ended, how long it took, a small curve, and what can be done with it.
import { useState } from 'react';
import { Button } from 'react-aria-components';
import type { ComparedRecipe, RecipeValues } from '../../../engine/index.ts';
import { differencesOf } from '../../../engine/index.ts';
import type { KeptRun } from '../../../engine/protocol.ts';
import { useActions, usePageState } from '../../PageContext.tsx';
import { Scroll } from '../../parts/Scroll.tsx';
import { Tick } from '../../parts/Tick.tsx';
import { presetValues } from '../../state/recipeEdits.ts';
import { isBusy } from '../../state/runStatus.ts';
import { bytesText, lossText, timeText } from '../../texts/numbers.ts';
import { deviceClassWords } from '../notes/deviceClass.ts';
import { curvesIn, loggedCurve } from './curves.ts';
import { useRunsTexts } from './runsTexts.ts';
import { compared, endLoss, lastEval, partValue, settingName, settingValue } from './runWords.ts';
import { useRunNames } from './useRunNames.ts';

const spark = { width: 88, height: 24 } as const;

function Spark({ run }: { readonly run: KeptRun }) {
  const t = useRunsTexts();
  const curve = loggedCurve(run);
  const { lines } = curvesIn([curve], spark, { log: false, smoothing: 0.6 });
  const said = t('curveOf', {
    first: lossText(curve[0]?.[1] ?? Number.NaN),
    last: lossText(curve.at(-1)?.[1] ?? Number.NaN),
  });
  return (
    <svg
      className="run-spark"
      viewBox={`-2 -2 ${spark.width + 4} ${spark.height + 4}`}
      role="img"
      aria-label={said}
    >
      {lines[0]?.map((points) => (
        <polyline key={points.slice(0, 12)} className="run-line run-line-0" points={points} />
      ))}
    </svg>
  );
}

function RunName({ run, shown }: { readonly run: KeptRun; readonly shown: string }) {
  const t = useRunsTexts();
  const actions = useActions();
  const [draft, setDraft] = useState<string | null>(null);
  const commit = (): void => {
    if (draft !== null && draft.trim() !== run.name) actions.nameRun(run.id, draft.trim());
    setDraft(null);
  };
  return (
    <input
      className="run-name"
      aria-label={t('nameOf', { name: shown })}
      value={draft ?? run.name}
      placeholder={shown}
      onChange={(event) => setDraft(event.target.value)}
      onBlur={commit}
      onKeyDown={(event) => {
        if (event.key === 'Enter') commit();
      }}
    />
  );
}

/** Of one run alone: what differs from its preset. */
function besidePreset(recipe: ComparedRecipe, values: RecipeValues): readonly ComparedRecipe[] {
  return [recipe, { preset: recipe.preset, values, rowsName: null, rowsDigest: recipe.rowsDigest }];
}

export function RunsTable(props: {
  readonly runs: readonly KeptRun[];
  readonly chosen: ReadonlySet<string>;
  readonly onChoose: (id: string, on: boolean) => void;
}) {
  const { runs, chosen, onChoose } = props;
  const t = useRunsTexts();
  const names = useRunNames();
  const actions = useActions();
  const busy = usePageState((state) => isBusy(state.run));
  const presets = usePageState((state) => state.presets);
  const recipes = runs.map(compared);
  const [only] = recipes;
  const among =
    only !== undefined && recipes.length === 1
      ? besidePreset(only, presetValues(presets, only.preset))
      : recipes;
  const { parts, settings } = differencesOf(among);
  return (
    <Scroll className="run-scroll" label={t('table')}>
      <table className="run-table" aria-label={t('table')}>
        <thead>
          <tr>
            <th scope="col">
              <span className="unseen">{t('chooseColumn')}</span>
            </th>
            <th scope="col">{t('name')}</th>
            <th scope="col">{t('differs')}</th>
            <th scope="col">{t('loss')}</th>
            <th scope="col">{t('evalLoss')}</th>
            <th scope="col">{t('time')}</th>
            <th scope="col">{t('curve')}</th>
            <th scope="col">{t('size')}</th>
            <td />
          </tr>
        </thead>
        <tbody>
          {runs.map((run) => {
            const name = names.get(run.id) ?? '';
            const recipe = compared(run);
            const evalLoss = lastEval(run);
            const differs = [
              ...parts.map((part) => `${t(`part_${part}`)}: ${partValue(t, recipe, part)}`),
              ...settings.map((key) => `${settingName(key)} ${settingValue(recipe, key)}`),
            ];
            return (
              <tr key={run.id}>
                <td>
                  <Tick on={chosen.has(run.id)} onChange={(on) => onChoose(run.id, on)}>
                    <span className="unseen">{t('choose', { name })}</span>
                  </Tick>
                </td>
                <th scope="row">
                  <RunName run={run} shown={name} />
                  <span className="small dim">
                    {t('steps', { step: run.step, total: run.totalSteps })} · {deviceClassWords(run.device)}
                  </span>
                </th>
                <td className="run-differs">
                  {differs.length === 0 ? (
                    <span className="dim">{t('nothingDiffers')}</span>
                  ) : (
                    differs.map((one) => (
                      <span key={one} className="run-chip">
                        {one}
                      </span>
                    ))
                  )}
                </td>
                <td className="strong">{lossText(endLoss(run))}</td>
                <td>{evalLoss === null ? '–' : lossText(evalLoss)}</td>
                <td>{timeText(run.trainedMs)}</td>
                <td>
                  <Spark run={run} />
                </td>
                <td>{bytesText(run.bytes)}</td>
                <td className="run-doors">
                  <Button
                    className="button"
                    isDisabled={busy}
                    aria-label={t('goOnWith', { name })}
                    onPress={() => actions.takeUpRun(run.id)}
                  >
                    {t('goOn')}
                  </Button>
                  <Button
                    className="button"
                    aria-label={t('recipeOf', { name })}
                    onPress={() => actions.takeRecipeOf(run.id)}
                  >
                    {t('recipe')}
                  </Button>
                  <Button
                    className="button"
                    aria-label={t('adapterOf', { name })}
                    onPress={() => actions.takeAdapterOf(run.id)}
                  >
                    {t('useAdapter')}
                  </Button>
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </Scroll>
  );
}
