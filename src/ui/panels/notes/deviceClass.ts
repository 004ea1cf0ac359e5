// The kind of device that a link's losses come from, `webgpu:vendor/architecture`, `ort` or `cpu`, as people name it. Pure.

export function deviceClassWords(name: string): string {
  const [backend = '', about = ''] = name.split(':');
  const known = new Map([
    ['webgpu', 'WebGPU'],
    ['cpu', 'CPU'],
    ['ort', 'ONNX Runtime'],
  ]).get(backend);
  if (known === undefined) return name;
  const parts = about.split('/').filter((part) => part !== '');
  return parts.length === 0 ? known : `${known} (${parts.join(' ')})`;
}
