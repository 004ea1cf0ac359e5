// Builds the WGSL text of a kernel: constants, shared snippets, the snippets of its slots, the room's own file.
// That is the whole "preprocessor": concatenation in a fixed order, no conditionals, no macros.

import type { Snippet } from '../declaration.ts';
import { invariant } from '../invariant.ts';
import type { Kernel } from '../kernel.ts';

export function assemble(
  kernel: Kernel,
  constants: Readonly<Record<string, number>>,
  slots: Readonly<Record<string, Snippet>>,
): string {
  const wanted = new Set([
    ...(kernel.features ?? []),
    ...Object.values(slots).flatMap(({ features }) => features ?? []),
  ]);
  const enables = [...wanted].map((feature) =>
    feature === 'shader-f16' ? 'enable f16;' : `enable ${feature};`,
  );
  const lines = Object.entries(constants).map(([name, value]) => `const ${name}: u32 = ${value}u;`);
  const supplied = (kernel.slots ?? []).map((slot) => {
    const snippet = slots[slot];
    invariant(snippet, `${kernel.name}: slot '${slot}' was not supplied`);
    return snippet.source;
  });
  return [...enables, ...lines, ...(kernel.snippets ?? []), ...supplied, kernel.source].join('\n');
}

/** Two calls with the same key share one pipeline. */
export function pipelineKey(
  kernel: Kernel,
  constants: Readonly<Record<string, number>>,
  slots: Readonly<Record<string, Snippet>>,
): string {
  const parts = Object.entries(constants).map(([name, value]) => `${name}=${value}`);
  const supplied = Object.entries(slots).map(([slot, snippet]) => `${slot}:${snippet.key}`);
  return [kernel.name, ...parts, ...supplied].join('|');
}
