// The parameters panel: counts, PEFT's own line, the tree and its filter.
import { memo, useDeferredValue, useMemo, useState } from 'react';
import { ToggleButton, ToggleButtonGroup } from 'react-aria-components';
import type { Inspection } from '../../../engine/index.ts';
import { usePageState, useTexts } from '../../PageContext.tsx';
import { countText } from '../../texts/numbers.ts';
import { ParameterTree } from './ParameterTree.tsx';
import type { TreeFilter } from './treeRows.ts';
import { treeNodes } from './treeRows.ts';
import { WhyNote } from './WhyNote.tsx';

/** The panel, drawn in slices after whatever else an answer changes: no click waits for hundreds of rows. */
export const Parameters = memo(function Parameters() {
  return <ParametersOf inspection={useDeferredValue(usePageState((state) => state.inspection))} />;
});

const ParametersOf = memo(function ParametersOf(props: { readonly inspection: Inspection | null }) {
  const { inspection } = props;
  const { t, language } = useTexts();
  const [filter, setFilter] = useState<TreeFilter>('all');
  const changed = usePageState((state) => state.changed.size);
  const root = inspection?.tree;
  const nodes = useMemo(() => (root === undefined ? [] : treeNodes(root)), [root]);

  if (inspection === null) return <p className="parameters dim">{t('parameters.waiting')}</p>;
  const { outcome } = inspection;
  const filters: readonly { readonly id: TreeFilter; readonly text: string }[] = [
    { id: 'trainable', text: t('parameters.trainable', { count: outcome.trainableTensors }) },
    ...(outcome.noneGradients > 0
      ? [{ id: 'dead' as const, text: t('parameters.dead', { count: outcome.noneGradients }) }]
      : []),
    ...(changed > 0 ? [{ id: 'changed' as const, text: t('parameters.changed', { count: changed }) }] : []),
    { id: 'all', text: t('parameters.all', { count: outcome.allTensors }) },
  ];
  const shown = filters.some((one) => one.id === filter) ? filter : 'all';
  return (
    <section className="parameters" aria-label={t('parameters.title')}>
      <div className="parameters-head">
        <h2 className="dim">{t('parameters.title')}</h2>
        <ToggleButtonGroup
          className="parameters-filter"
          aria-label={t('parameters.filter')}
          selectionMode="single"
          disallowEmptySelection
          selectedKeys={[shown]}
          onSelectionChange={(keys) => setFilter(filters.find((one) => keys.has(one.id))?.id ?? 'all')}
        >
          {filters.map((one) => (
            <ToggleButton key={one.id} id={one.id} className="pill">
              {one.text}
            </ToggleButton>
          ))}
        </ToggleButtonGroup>
      </div>
      <p className="parameters-line mono dim" title={countText(inspection.trainableParams, language)}>
        {inspection.trainableLine}
      </p>
      <ParameterTree nodes={nodes} filter={shown} />
      <WhyNote />
      <p className="parameters-key small dim">{t('parameters.key')}</p>
    </section>
  );
});
