// What both of the bar's menus say: themes in their order, the device in a few letters.
import { usePageState, useTexts } from '../../PageContext.tsx';
import type { Theme } from '../../state/state.ts';
import { bytesText } from '../../texts/numbers.ts';
import { isUndecided } from '../device/adapterWords.ts';

export const themes = ['system', 'light', 'dark'] as const satisfies readonly Theme[];

/** Device and memory in a few letters: `WebGPU`, `34 MiB needed`. */
export function useDeviceParts(): { readonly device: string; readonly memory: string | null } {
  const { t } = useTexts();
  const device = usePageState((state) => state.device);
  const choice = usePageState((state) => state.backend);
  const peak = usePageState(
    (state) => state.run?.start?.peakBytes ?? state.inspection?.estimate?.memory.peakBytes,
  );
  if (device === null) return { device: t('device.unknown'), memory: null };
  const undecided = isUndecided(device, choice);
  const name = device.backend === 'ort' ? 'device.ortShort' : (`device.${device.backend}` as const);
  const parts: string[] = [t(undecided ? 'device.either' : name)];
  if (!undecided && device.backend === 'webgpu' && device.features.includes('shader-f16')) parts.push('f16');
  return {
    device: parts.join(' · '),
    memory: peak === undefined ? null : t('device.memory', { size: bytesText(peak) }),
  };
}

/** Both in one: `WebGPU · 34 MiB needed`. */
export function useDeviceWords(): string {
  const { device, memory } = useDeviceParts();
  return memory === null ? device : `${device} · ${memory}`;
}
