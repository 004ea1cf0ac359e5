// What is told of an adapter that computes on the processor: that both are to be measured, or which was faster there and by how much. Pure.
import type { TFunction } from 'i18next';
import type { BackendChoice, DeviceInfo } from '../../../engine/protocol.ts';
import { countText } from '../../texts/numbers.ts';

/** As fast, for whoever reads it. */
const NEAR = 1.05;

/** Whether a run will first measure what is faster. */
export const isUndecided = (device: DeviceInfo, choice: BackendChoice): boolean =>
  choice === 'auto' &&
  device.adapter?.fallback === true &&
  device.compared === null &&
  device.trouble === null;

/** null of a device for which there is nothing of the kind to tell. */
export function adapterWords(
  t: TFunction,
  device: DeviceInfo,
  choice: BackendChoice,
  language: string,
): string | null {
  const { adapter: own, compared, trouble, backend } = device;
  const names = own === null ? [] : [own.description, own.device, own.architecture, own.vendor];
  const adapter = compared?.adapter ?? names.find((name) => name !== '') ?? '';
  if (isUndecided(device, choice)) return t('device.adapterPending', { adapter });
  if (own?.fallback && trouble !== null) return t('device.adapterTrouble', { adapter });
  if (compared === null) return null;
  const { times } = compared;
  if (backend === 'webgpu')
    return t('device.adapterWebgpu', { adapter, times: countText(1 / times, language) });
  if (times < NEAR) return t('device.adapterNear', { adapter });
  return t('device.adapterOrt', { adapter, times: countText(times, language) });
}
