// A model by its name on the hub: fetched when it is asked for, and opened as files from the disk are. Nobody is asked before the button is pressed.
import { useState } from 'react';
import { Button } from 'react-aria-components';
import { useActions, usePageState, useTexts } from '../../PageContext.tsx';
import { bytesText, timeText } from '../../texts/numbers.ts';

function OnItsWay() {
  const { t } = useTexts();
  const opening = usePageState((state) => state.hub.opening);
  if (opening === null) return null;
  const { file, done, total, waitMs, elsewhere, rate } = opening;
  if (elsewhere) return <p>{t('hub.elsewhere', { file })}</p>;
  if (waitMs > 0) return <p>{t('progress.asksAgain', { file, time: timeText(waitMs) })}</p>;
  if (total === 0) return <p>{t('hub.asking')}</p>;
  const bytes = t('progress.loadingFile', { file, done: bytesText(done), total: bytesText(total) });
  const rest =
    rate === undefined
      ? []
      : [
          t('progress.loadSpeed', { speed: bytesText(rate.bytesPerSecond) }),
          t('progress.left', { time: timeText(rate.etaMs) }),
        ];
  return <p>{[bytes, ...rest].join(' · ')}</p>;
}

export function HubPart() {
  const { t, say } = useTexts();
  const actions = useActions();
  const opening = usePageState((state) => state.hub.opening !== null);
  const failure = usePageState((state) => state.hub.failure);
  const host = usePageState((state) => state.hub.settings.address.replace(/^https?:\/\//, ''));
  const [wish, setWish] = useState('');
  return (
    <form
      className="hub"
      onSubmit={(event) => {
        event.preventDefault();
        if (wish.trim() !== '') actions.openFromHub(wish);
      }}
    >
      <label className="hub-field">
        {t('hub.label', { host })}
        <input
          className="setting-input setting-text mono"
          placeholder="owner/name"
          autoComplete="off"
          spellCheck={false}
          value={wish}
          onChange={(event) => setWish(event.target.value)}
        />
      </label>
      {opening ? (
        // Not the same button with other words: the end of a press on this one would be a click on that.
        <Button key="cancel" className="button" onPress={actions.cancelHub}>
          {t('hub.cancel')}
        </Button>
      ) : (
        <Button key="open" className="button" type="submit">
          {t('hub.open')}
        </Button>
      )}
      <div role="status">
        <OnItsWay />
      </div>
      {failure !== null && (
        <p className="is-cut" role="alert">
          {say(failure.message)} {say(failure.remedy)}
        </p>
      )}
    </form>
  );
}
