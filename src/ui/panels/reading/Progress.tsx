// How far a reading is: what is fetched, then that it runs, with Cancel. The page goes on meanwhile.
import { Button } from 'react-aria-components';
import { useActions, usePageState, useTexts } from '../../PageContext.tsx';
import { bytesText } from '../../texts/numbers.ts';
import { useReadingTexts } from './readingTexts.ts';

export function Progress() {
  const { say } = useTexts();
  const r = useReadingTexts();
  const actions = useActions();
  const { phase, loadedBytes, totalBytes, reading } = usePageState((state) => state.script);
  const words = {
    idle: reading === null ? '' : say(reading.verdict.text),
    asked: r('box.asked'),
    loading: r('box.loading', { done: bytesText(loadedBytes), total: bytesText(totalBytes) }),
    running: r('box.running'),
  }[phase];
  const loading = phase === 'loading' && totalBytes > 0;
  return (
    <div className={phase === 'idle' ? 'reading-progress' : 'reading-progress reading-busy'}>
      <p role="status" className={phase === 'idle' ? 'unseen' : 'dim'}>
        {words}
      </p>
      {phase !== 'idle' && (
        <>
          <progress aria-label={r('box.running')} {...(loading && { value: loadedBytes, max: totalBytes })} />
          <Button className="button" onPress={actions.cancelScript}>
            {r('box.cancel')}
          </Button>
        </>
      )}
    </div>
  );
}
