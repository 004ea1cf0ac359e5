// The learning rate over a run that has not begun: a line, and in words where it begins, is highest and ends. What computes it is fetched here.
import { useEffect, useState } from 'react';
import { learningRates } from '../../../engine/index.ts';
import { usePageState, useTexts } from '../../PageContext.tsx';
import { figureText } from '../../texts/numbers.ts';

const width = 120;
const height = 28;
const mostPoints = 120;

/** The line of the rates in a box of `width` by `height`; every step, or as many of them as there is room for. */
function ratePath(rates: readonly number[]): string {
  const most = rates.reduce((a, b) => Math.max(a, b), 0);
  const every = Math.max(1, Math.ceil(rates.length / mostPoints));
  return rates
    .flatMap((rate, at) => {
      if (at % every !== 0 && at !== rates.length - 1) return [];
      const x = rates.length < 2 ? 0 : (width * at) / (rates.length - 1);
      const y = height - 1 - (most > 0 ? ((height - 2) * rate) / most : 0);
      return [`${x.toFixed(1)} ${y.toFixed(1)}`];
    })
    .map((place, at) => `${at === 0 ? 'M' : 'L'}${place}`)
    .join('');
}

export function LearningRates({ steps }: { readonly steps: number }) {
  const { t } = useTexts();
  const values = usePageState((state) => state.recipe.values);
  const [rates, setRates] = useState<readonly number[]>([]);
  useEffect(() => {
    let left = false;
    // What a schedule refuses the run says; here is then nothing to show.
    learningRates(values, steps).then(
      (found) => !left && setRates(found),
      () => !left && setRates([]),
    );
    return () => {
      left = true;
    };
  }, [values, steps]);
  const most = rates.reduce((a, b) => Math.max(a, b), 0);
  return (
    <div>
      <dt>{t('charts.learningRate')}</dt>
      <dd className="estimate-value">
        <svg className="rate-line" viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
          <path d={ratePath(rates)} />
        </svg>
      </dd>
      <dd className="small dim">
        {rates.length === 0
          ? '–'
          : t('before.rates', {
              first: figureText(rates[0] ?? 0, 2),
              most: figureText(most, 2),
              step: rates.indexOf(most) + 1,
              last: figureText(rates.at(-1) ?? 0, 2),
            })}
      </dd>
    </div>
  );
}
