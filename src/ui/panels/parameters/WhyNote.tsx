// "Why?" for the selected row: what the tape says of it in words, and the way to the place where the graph is cut.
import { Button } from 'react-aria-components';
import { useActions, usePageState, useTexts } from '../../PageContext.tsx';
import { bytesText, figureText } from '../../texts/numbers.ts';

export function WhyNote() {
  const { t, say } = useTexts();
  const actions = useActions();
  const why = usePageState((state) => (state.selectedPath === null ? null : state.why));
  const moved = usePageState(({ run, why: about }) =>
    run === null || about === null || about.normIndex === null ? undefined : run.updateNorms[about.normIndex],
  );
  const failure = usePageState((state) => (state.selectedPath === null ? null : state.whyFailure));
  if (failure !== null)
    return (
      <section className="why" aria-label={t('parameters.why')}>
        <p role="status" className="is-cut">
          {say(failure.message)}
        </p>
        <p className="small dim">{say(failure.remedy)}</p>
      </section>
    );
  if (why === null) return null;
  const { path, className, gradFn, bytes, gradient, words, cutAt } = why;
  return (
    <section className="why" aria-label={t('parameters.why')}>
      <p className="mono small clip" title={path}>
        {path}
      </p>
      <p role="status">{say(words)}</p>
      <p className="small dim">
        {[
          className,
          t('parameters.output', { gradFn: gradFn ?? 'None' }),
          t(`parameters.grad_${gradient}`),
          bytesText(bytes),
          moved === undefined ? '' : t('parameters.updateNorm', { value: figureText(moved) }),
        ]
          .filter((part) => part !== '')
          .join(' · ')}
      </p>
      {cutAt !== null && cutAt !== '' && cutAt !== path && (
        <Button className="button button-plain" onPress={() => actions.select(cutAt)}>
          {t('parameters.showCut')}
        </Button>
      )}
    </section>
  );
}
