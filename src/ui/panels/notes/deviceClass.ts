// The kind of device that a link's losses come from, `webgpu:vendor/architecture`, `ort-webgpu:vendor/architecture`, `ort` or `cpu`, as people name it. Pure.
import type { DeviceInfo } from '../../../engine/protocol.ts';
import { deviceKey } from '../../state/pace.ts';

export function deviceClassWords(name: string): string {
  const [backend = '', about = ''] = name.split(':');
  const known = new Map([
    ['webgpu', 'WebGPU'],
    ['cpu', 'CPU'],
    ['ort', 'ONNX Runtime'],
    ['ort-webgpu', 'ONNX Runtime on WebGPU'],
  ]).get(backend);
  if (known === undefined) return name;
  const parts = about.split('/').filter((part) => part !== '');
  return parts.length === 0 ? known : `${known} (${parts.join(' ')})`;
}

/** From where to where a saved run moves if it goes on here; null: it stays where it was, or here is not known yet. */
export function moveOf(saved: string, device: DeviceInfo | null): { from: string; to: string } | null {
  if (device === null || saved === deviceKey(device)) return null;
  return { from: deviceClassWords(saved), to: deviceClassWords(deviceKey(device)) };
}
