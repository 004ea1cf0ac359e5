// A download on its way: bytes, speed, time left, and giving it up; what came stays.
import { Button } from 'react-aria-components';
import { useActions, usePageState, useTexts } from '../../PageContext.tsx';
import { bytesText, timeText } from '../../texts/numbers.ts';
import { useModelTexts } from './modelTexts.ts';

function useWords(): string {
  const { t } = useTexts();
  const m = useModelTexts();
  const opening = usePageState((state) => state.hub.opening);
  if (opening === null) return '';
  const { file, done, total, waitMs, elsewhere, rate } = opening;
  if (elsewhere) return m('elsewhere', { file });
  if (waitMs > 0) return t('progress.asksAgain', { file, time: timeText(waitMs) });
  if (total === 0) return m('asking');
  return [
    t('progress.loadingFile', { file, done: bytesText(done), total: bytesText(total) }),
    ...(rate === undefined
      ? []
      : [
          t('progress.loadSpeed', { speed: bytesText(rate.bytesPerSecond) }),
          t('progress.left', { time: timeText(rate.etaMs) }),
        ]),
  ].join(' · ');
}

export function HubProgress() {
  const m = useModelTexts();
  const actions = useActions();
  const opening = usePageState((state) => state.hub.opening);
  const words = useWords();
  if (opening === null) return null;
  const { done, total } = opening;
  return (
    <section className="hub-progress" aria-label={words}>
      {total > 0 && <progress aria-label={words} max={total} value={done} />}
      <p role="status">{words}</p>
      <div className="dialog-actions">
        <Button className="button" onPress={actions.cancelHub}>
          {m('cancel')}
        </Button>
      </div>
    </section>
  );
}
