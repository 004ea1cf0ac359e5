// Asks before a run with steps is forgotten.
import { Button } from 'react-aria-components';
import { useActions, usePageState, useTexts } from '../../PageContext.tsx';
import { Sheet } from '../../parts/Sheet.tsx';

export function ResetDialog() {
  const { t } = useTexts();
  const actions = useActions();
  const open = usePageState((state) => state.dialog === 'reset');
  const steps = usePageState((state) => state.run?.steps.at(-1)?.step ?? 0);
  const close = (): void => actions.openDialog(null);
  return (
    <Sheet title={t('run.resetTitle')} role="alertdialog" open={open} onClose={close}>
      <p>{t('run.resetBody', { steps })}</p>
      <div className="dialog-actions">
        <Button className="button button-main" onPress={actions.reset}>
          {t('run.resetYes')}
        </Button>
        <Button className="button" onPress={close}>
          {t('run.resetNo')}
        </Button>
      </div>
    </Sheet>
  );
}
