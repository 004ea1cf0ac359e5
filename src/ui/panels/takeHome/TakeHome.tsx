// The trained adapter as a download: PEFT's directory as one zip, or a GGUF LoRA. The engine writes the files.
import { Button } from 'react-aria-components';
import { useActions, usePageState, useTexts } from '../../PageContext.tsx';

export function TakeHome() {
  const { t } = useTexts();
  const actions = useActions();
  const ready = usePageState(
    ({ run }) => (run?.phase === 'finished' || run?.phase === 'paused') && run.steps.length > 0,
  );
  if (!ready) return null;
  return (
    <section className="card take-home" aria-label={t('takeHome.title')}>
      <h2>{t('takeHome.title')}</h2>
      <p className="dim">{t('takeHome.text')}</p>
      <div className="dialog-actions">
        <Button className="button button-main" onPress={() => actions.exportAdapter('peft')}>
          {t('takeHome.peft')}
        </Button>
        <Button className="button" onPress={() => actions.exportAdapter('gguf')}>
          {t('takeHome.gguf')}
        </Button>
      </div>
    </section>
  );
}
