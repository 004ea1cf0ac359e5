// What all rows are like: their lengths as a histogram with the place where max_length cuts, and in words what is cut, there twice or empty,
// and how full the sequences are.
import { memo, useEffect } from 'react';
import { useActions, useCalmState, usePageState, useTexts } from '../../PageContext.tsx';
import { countText } from '../../texts/numbers.ts';

const width = 480;
const height = 72;

export const RowFacts = memo(function RowFacts() {
  const { t, language } = useTexts();
  const actions = useActions();
  const inspection = usePageState((state) => state.inspection);
  const statistics = useCalmState((state) => state.rows.statistics);
  const counting = useCalmState((state) => state.rows.counting);
  const most = usePageState((state) => state.recipe.values['train.max_length']);
  useEffect(() => {
    if (inspection !== null) actions.countRows();
  }, [actions, inspection]);
  const count = (number: number): string => countText(number, language);
  if (counting !== null)
    return (
      <p className="small dim">
        {t('before.counting', { done: count(counting.done), total: count(counting.total) })}
      </p>
    );
  if (statistics === null) return null;
  const { buckets, marks, packed, filled, tokensCut } = statistics;
  const highest = Math.max(1, ...buckets.map(({ rows }) => rows));
  const bar = width / Math.max(1, buckets.length);
  const end = buckets.at(-1)?.to ?? 1;
  const share = (part: number): string => `${Math.round(part * 100)} %`;
  const words = [
    t('before.lengths', { rows: statistics.rows, longest: statistics.longest }),
    ...(marks.cut > 0 ? [t('before.cutRows', { rows: marks.cut, tokens: tokensCut, most })] : []),
    t('before.filled', {
      now: share(filled),
      packed: share(packed.filled),
      sequences: packed.sequences,
    }),
    ...(marks.duplicate > 0 ? [t('before.duplicates', { rows: count(marks.duplicate) })] : []),
    ...(marks.empty > 0 ? [t('before.emptyRows', { rows: count(marks.empty) })] : []),
  ];
  return (
    <figure className="row-facts">
      <svg viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="xMinYMid" role="img" aria-label={words[0]}>
        {buckets.map(({ from, rows }, i) => {
          const tall = rows === 0 ? 0 : Math.max(1, (rows / highest) * height);
          return (
            <rect
              key={from}
              className={from > most ? 'length-cut' : 'length-bar'}
              x={i * bar}
              y={height - tall}
              width={Math.max(1, bar - 1)}
              height={tall}
            />
          );
        })}
        {most < end && (
          <line
            className="length-limit"
            x1={(most / end) * width}
            x2={(most / end) * width}
            y1={0}
            y2={height}
          />
        )}
      </svg>
      <figcaption className="small dim">{words.join(' ')}</figcaption>
    </figure>
  );
});
