// Adapters that compute on the processor: what they are called, and which backend is taken there by what was measured of both. Pure; the
// measuring is tuning/compare.ts's.
import { isRecord } from '../../ground/isRecord.ts';

/** What makers call their adapters without a GPU, in any of an adapter's names: Chromium, Mesa, Windows. */
const SOFTWARE = /swiftshader|llvmpipe|lavapipe|softpipe|basic render|software/i;

type Named = Pick<GPUAdapterInfo, 'vendor' | 'architecture' | 'device' | 'description'>;

/** Whether an adapter says that it is none of hardware, or has a name of one that isn't. */
export function isSoftware(info: Named & { readonly isFallbackAdapter?: boolean }): boolean {
  const { vendor, architecture, device, description, isFallbackAdapter } = info;
  return (
    isFallbackAdapter === true ||
    [vendor, architecture, device, description].some((name) => SOFTWARE.test(name))
  );
}

/** Milliseconds of the same work, forward and back: a projection with its adapter. */
export interface Comparison {
  readonly webgpuMs: number;
  readonly ortMs: number;
}

/** WebGPU must win by so much: which kernels suit the adapter is measured only where it is taken, and takes a while. */
const MARGIN = 1.2;

export const takenOf = ({ webgpuMs, ortMs }: Comparison): 'webgpu' | 'ort' =>
  webgpuMs * MARGIN < ortMs ? 'webgpu' : 'ort';

/** Raised when either side changes so much that old comparisons mean nothing. */
const SIDES = 1;

/** Under which a comparison is kept: of the machine, as far as its adapter names it. */
export function comparisonKey({ vendor, architecture, device, description }: Named): string {
  return ['compared', SIDES, vendor, architecture, device, description].join('|');
}

/** What was compared before, as a file has it; null for what is none. */
export function knownComparison(value: unknown): Comparison | null {
  if (!isRecord(value)) return null;
  const { webgpuMs, ortMs } = value;
  const isTime = (ms: unknown): ms is number => typeof ms === 'number' && Number.isFinite(ms) && ms > 0;
  return isTime(webgpuMs) && isTime(ortMs) ? { webgpuMs, ortMs } : null;
}
