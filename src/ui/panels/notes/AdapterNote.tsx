// One line about an adapter that computes on the processor: what runs there and why, and the way to another choice.
import { Button } from 'react-aria-components';
import type { DeviceInfo } from '../../../engine/protocol.ts';
import { useActions, usePageState, useTexts } from '../../PageContext.tsx';
import { adapterWords } from '../device/adapterWords.ts';

export function AdapterNote({ device }: { readonly device: DeviceInfo }) {
  const { t, say, language } = useTexts();
  const actions = useActions();
  const choice = usePageState((state) => state.backend);
  const words = adapterWords(t, device, choice, language);
  if (words === null) return null;
  return (
    <p className="small dim adapter-note">
      {words} {device.trouble !== null && say(device.trouble)}{' '}
      <Button className="button" onPress={() => actions.openDialog('device')}>
        {t('device.chooseOther')}
      </Button>
    </p>
  );
}
