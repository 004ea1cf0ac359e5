// Test-only: the exported tensors of LoRA by module, as tests of merging and of files read them.
import type { AdapterTensor } from '../adapterTensors.ts';

/** Both factors of each adapted module, and its magnitudes if it has DoRA. */
export function adapterPairs(
  tensors: readonly AdapterTensor[],
): ReadonlyMap<
  string,
  { readonly a: AdapterTensor; readonly b: AdapterTensor; readonly m: AdapterTensor | null }
> {
  const ofPart = (part: AdapterTensor['part']) => tensors.filter((tensor) => tensor.part === part);
  const bs = new Map(ofPart('B').map((tensor) => [tensor.module, tensor]));
  const ms = new Map(ofPart('magnitude_vector').map((tensor) => [tensor.module, tensor]));
  return new Map(
    ofPart('A').flatMap((a) => {
      const b = bs.get(a.module);
      return b ? [[a.module, { a, b, m: ms.get(a.module) ?? null }] as const] : [];
    }),
  );
}
