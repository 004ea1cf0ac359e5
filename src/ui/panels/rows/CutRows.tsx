// How many of the rows are longer than max_length, told where they are brought and not first when a run begins, with a way to look at them. Who counts is the
// engine; beside the page's own figures (RowFacts.tsx) it is not asked twice.
import { memo, useEffect } from 'react';
import { Button } from 'react-aria-components';
import { useActions, useCalmState, usePageState } from '../../PageContext.tsx';
import { useRowsTexts } from './rowsTexts.ts';

export const CutRows = memo(function CutRows({ show }: { readonly show: (filter: 'cut') => void }) {
  const r = useRowsTexts();
  const actions = useActions();
  const inspection = usePageState((state) => state.inspection);
  const hasRun = usePageState((state) => state.run !== null);
  const statistics = useCalmState((state) => (state.rows.counting === null ? state.rows.statistics : null));
  const most = usePageState((state) => state.recipe.values['train.max_length']);
  useEffect(() => {
    // Before there is a run the page behind the dialog has them counted.
    if (hasRun && inspection !== null) actions.countRows();
  }, [actions, hasRun, inspection]);
  if (statistics === null || statistics.marks.cut === 0) return null;
  const { marks, tokensCut } = statistics;
  return (
    <p className="small">
      {r('cutRows', { rows: marks.cut, most, tokens: tokensCut })}{' '}
      <Button className="button button-plain" onPress={() => show('cut')}>
        {r('filter')}
      </Button>
    </p>
  );
});
