// Writes a head's vectors as a struct of named members and what is done with them, in straight code: adapters that interpret keep
// indexed arrays in memory, and variables of their own in what they have of registers. Sums are in the order of the members.
import type { Snippet } from '../declaration.ts';

/** Names of the buffers of vectors that a kernel reads heads from, and writes them to. */
interface Places {
  readonly reads: readonly string[];
  readonly writes: readonly string[];
}

/**
 * A head of `d` floats, a multiple of 4: `Head`, `read_NAME(at)` and `write_NAME(at, head)` for buffers of vec4f, `dot_of`, `times`, `grown` (a +
 * b · weight) and `moved` (a · by + b · weight).
 */
export function headVectors(d: number, { reads, writes }: Places): Snippet {
  const all = Array.from({ length: d / 4 }, (_, i) => i);
  const each = (made: (i: number) => string): string => all.map(made).join(', ');
  const reading = reads.map(
    (name) => `fn read_${name}(at: u32) -> Head { return Head(${each((i) => `${name}[at + ${i}u]`)}); }`,
  );
  const writing = writes.map(
    (name) => `fn write_${name}(at: u32, head: Head) {
${all.map((i) => `  ${name}[at + ${i}u] = head.v${i};`).join('\n')}
}`,
  );
  const source = `
struct Head { ${each((i) => `v${i}: vec4f`)} }
${reading.join('\n')}
${writing.join('\n')}
fn dot_of(a: Head, b: Head) -> f32 {
  let s = ${all.map((i) => `a.v${i} * b.v${i}`).join(' + ')};
  return (s.x + s.y) + (s.z + s.w);
}
fn times(a: Head, by: f32) -> Head { return Head(${each((i) => `a.v${i} * by`)}); }
fn grown(a: Head, b: Head, weight: f32) -> Head { return Head(${each((i) => `a.v${i} + b.v${i} * weight`)}); }
fn moved(a: Head, by: f32, b: Head, weight: f32) -> Head {
  return Head(${each((i) => `a.v${i} * by + b.v${i} * weight`)});
}`;
  return { key: `${d}`, source };
}
