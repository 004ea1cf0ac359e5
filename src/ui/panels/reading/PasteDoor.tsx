// The door to reading a script on the first screen, of equal rank with Train: the button, and what can be brought.
import { Button } from 'react-aria-components';
import { useActions, useTexts } from '../../PageContext.tsx';

export function PasteDoor() {
  const { t } = useTexts();
  const actions = useActions();
  return (
    <div className="paste-door">
      <Button className="button button-door" onPress={actions.openPaste}>
        {t('paste.open')}
      </Button>
      <p className="dim">{t('paste.about')}</p>
    </div>
  );
}
