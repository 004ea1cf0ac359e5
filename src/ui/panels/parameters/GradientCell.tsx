// What a row says about its gradient: frozen, None, zero, or a bar of the norm. Follows the run by itself, so that a
// step redraws bars and not the tree.

import { sameModel } from '../../../engine/index.ts';
import { useCalmState, useTexts } from '../../PageContext.tsx';
import { figureText } from '../../texts/numbers.ts';
import type { TreeNode } from './treeRows.ts';
import { joinedNorm, normShare } from './treeRows.ts';

export function GradientCell({ node, group }: { readonly node: TreeNode; readonly group: boolean }) {
  const { t } = useTexts();
  // An edit while a run streams makes another recipe, and the run's tensors keep their names: only what it does not train has no bar.
  const norm = useCalmState(({ run, recipe }) =>
    run !== null && sameModel(run.recipe, recipe)
      ? joinedNorm(run.tensorNorms, run.tensorPlaces, node.told)
      : null,
  );
  if (node.trainable === 0) return <span className="dim">{t('parameters.frozen')}</span>;
  if (node.gradient === 'none') return <span className="is-cut">{t('parameters.none')}</span>;
  if (norm === null) {
    if (node.gradient === 'zero') return <span className="dim">{t('parameters.zero')}</span>;
    return <span className="norm-expected" role="img" aria-label={t('parameters.pending')} />;
  }
  if (norm === 0) return <span className="dim">{t('parameters.zero')}</span>;
  const said = t('parameters.norm', { value: figureText(norm) });
  return (
    <span className="norm-track" role="img" aria-label={said} title={said}>
      <span
        className={group ? 'norm-bar norm-bar-group' : 'norm-bar'}
        style={{ width: `${normShare(norm) * 100}%` }}
      />
    </span>
  );
}
