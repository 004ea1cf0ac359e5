// What a run is planned to hold against what the machine has, before any of it is allocated: a tab that asks for more than there is is ended
// by the browser without a word. A GPU's own memory is told by nobody; what does not fit there the device refuses itself.
import type { OpenedBackend } from '../training/backends/openDevice.ts';
import type { CostEstimate } from '../training/cost.ts';
import { memoryPlanned } from '../training/trainingErrors.ts';

/** Throws UserError 'memory-planned' for a run in the machine's own memory that is larger than all of it. */
export function assertMemory(
  estimate: CostEstimate | null,
  { device }: Pick<OpenedBackend, 'device'>,
  memoryBytes: number | null,
): void {
  const ownMemory = device.backend !== 'webgpu' || device.adapter?.fallback === true;
  if (!estimate || memoryBytes === null || !ownMemory) return;
  const { peakBytes } = estimate.memory;
  if (peakBytes > memoryBytes) throw memoryPlanned({ bytes: peakBytes, most: memoryBytes });
}
