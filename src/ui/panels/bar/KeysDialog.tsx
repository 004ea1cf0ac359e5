// The keyboard list, and the switch for single-key shortcuts, which speech input must be able to turn off.
import { useActions, usePageState, useTexts } from '../../PageContext.tsx';
import { Sheet } from '../../parts/Sheet.tsx';
import { Tick } from '../../parts/Tick.tsx';

export function KeysDialog() {
  const { t } = useTexts();
  const actions = useActions();
  const open = usePageState((state) => state.dialog === 'keys');
  const on = usePageState((state) => state.keysOn);
  const rows = [
    [t('keys.space_key'), t('keys.space')],
    ['.', t('keys.step')],
    ['r', t('keys.reset')],
    ['p', t('keys.paste')],
    ['s', t('keys.share')],
    ['h', t('keys.runs')],
    ['Ctrl Z', t('keys.undo')],
    ['Ctrl Shift Z', t('keys.redo')],
    ['?', t('keys.list')],
    ['Esc', t('keys.close')],
  ] as const;
  return (
    <Sheet title={t('keys.title')} open={open} onClose={() => actions.openDialog(null)}>
      <dl className="facts facts-wide">
        {rows.map(([key, text]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
      <Tick on={on} onChange={actions.setKeysOn}>
        {t('keys.off')}
      </Tick>
    </Sheet>
  );
}
