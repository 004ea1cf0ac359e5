// Which files of a repository are offered first, and what training takes with them. Pure.
import type { CostEstimate } from '../../../engine/index.ts';
import type { HubView } from '../../../engine/protocol.ts';

export type Choice = HubView['choices'][number];

/** Of `owner/name@revision:file` the file, or the part of its name that was asked for. */
export const fileOf = (wish: string): string | null =>
  /^[\w.-]+\/[^:]+:(?!\/\/)(.+)$/.exec(wish)?.[1] ?? null;

export const isWhole = ({ bytes, keptBytes }: Choice): boolean => bytes !== null && keptBytes >= bytes;

/** Types that keep most of what a model knows in few bytes, the best bargain first. */
const bargains = [/q4_k_m/i, /q4_0/i, /q4_1/i, /q5_k_m/i, /q8_0/i];

/** What a person named, else what is here, else the checkpoint, else the best bargain. */
export function firstChoice({ choices }: HubView, named: string | null): Choice | undefined {
  const files = choices.filter(({ file }) => file !== null);
  return (
    (named === null
      ? undefined
      : files.find(({ file }) => file?.toLowerCase().includes(named.toLowerCase()))) ??
    choices.find(isWhole) ??
    choices.find(({ file }) => file === null) ??
    bargains.flatMap((type) => files.filter(({ file }) => type.test(file ?? '')))[0] ??
    choices[0]
  );
}

/** A GGUF file's weights stand on the device as they stand in the file, whatever the configuration says of the checkpoint. */
export function estimateOf(told: CostEstimate, { file, bytes }: Choice): CostEstimate {
  if (file === null || bytes === null) return told;
  const { memory, lessBytes } = told;
  const more = bytes - memory.weightsBytes;
  return {
    ...told,
    memory: { ...memory, weightsBytes: bytes, peakBytes: memory.peakBytes + more },
    lessBytes: lessBytes === null ? null : lessBytes + more,
  };
}
