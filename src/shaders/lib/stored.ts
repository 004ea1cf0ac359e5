// How decoded weights stand in scratch: float32, or half where a device offers it and the script asks for half-precision
// weights. Sums are float32 either way.
import type { Snippet } from '../declaration.ts';

export type Stored = 'f32' | 'f16';

const snippets: Readonly<Record<Stored, Snippet>> = {
  f32: { key: 'f32', source: 'alias Stored4 = vec4f;' },
  f16: { key: 'f16', source: 'alias Stored4 = vec4<f16>;', features: ['shader-f16'] },
};

/** For the slot `stored` of the kernels that write and read scratch as vectors. */
export const storedSnippet = (stored: Stored): Snippet => snippets[stored];
