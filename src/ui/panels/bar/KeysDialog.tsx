// The keyboard list, and the switch for single-key shortcuts, which speech input must be able to turn off.
import { useActions, usePageState } from '../../PageContext.tsx';
import { Sheet } from '../../parts/Sheet.tsx';
import { Tick } from '../../parts/Tick.tsx';
import { useKeysTexts } from './keysTexts.ts';

export function KeysDialog() {
  const o = useKeysTexts();
  const actions = useActions();
  const open = usePageState((state) => state.dialog === 'keys');
  const on = usePageState((state) => state.keysOn);
  const rows = [
    [o('space_key'), o('space')],
    ['.', o('step')],
    ['r', o('reset')],
    ['p', o('paste')],
    ['s', o('share')],
    ['h', o('runs')],
    ['Ctrl Z', o('undo')],
    ['Ctrl Shift Z', o('redo')],
    ['?', o('list')],
    ['Esc', o('close')],
  ] as const;
  return (
    <Sheet title={o('title')} open={open} onClose={() => actions.openDialog(null)}>
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
        {o('off')}
      </Tick>
    </Sheet>
  );
}
