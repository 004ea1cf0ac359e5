// Three facts of an assembled shader that need no compiler: invocations of a workgroup, bytes of workgroup memory, bytes of one load of
// the packed weights.
import { invariant } from '../../src/shaders/invariant.ts';

const scalarBytes: Readonly<Record<string, number>> = { f16: 2, f32: 4, u32: 4, i32: 4, atomic: 4 };

/** Numbers of `const NAME = 64u;` lines. */
function constantsOf(code: string): ReadonlyMap<string, number> {
  const found = code.matchAll(/^const (\w+)(?:: u32)? = (\d+)u;/gm);
  return new Map([...found].map(([, name = '', value]) => [name, Number(value)]));
}

/** Bytes of a type as an array holds it. */
function bytesOf(type: string, constants: ReadonlyMap<string, number>): number {
  const text = type.trim();
  const array = /^array<(.*),\s*(\w+?)u?>$/.exec(text);
  if (array) {
    const [, element = '', count = ''] = array;
    return bytesOf(element, constants) * (constants.get(count) ?? Number(count));
  }
  const vector = /^vec(\d)(?:<(\w+)>|([fuih]))$/.exec(text);
  if (vector) {
    const size = vector[3] === 'h' ? 2 : (scalarBytes[vector[2] ?? 'f32'] ?? 4);
    // A vector of three takes the room of four.
    return size * (vector[1] === '3' ? 4 : Number(vector[1]));
  }
  const matrix = /^mat(\d)x(\d)f$/.exec(text);
  if (matrix) return Number(matrix[1]) * bytesOf(`vec${matrix[2] ?? ''}f`, constants);
  const size = scalarBytes[text.replace(/<.*/, '')];
  invariant(size !== undefined, `workgroup memory of type ${text}`);
  return size;
}

export function workgroupSize(code: string, entry: string): number {
  const sizes = new RegExp(`@workgroup_size\\(([^)]*)\\)\\s*fn ${entry}\\(`).exec(code)?.[1];
  invariant(sizes, `${entry} has no entry point`);
  const constants = constantsOf(code);
  return sizes
    .split(',')
    .map((size) => constants.get(size.trim()) ?? Number.parseInt(size, 10))
    .reduce((product, size) => product * size, 1);
}

export function workgroupBytes(code: string): number {
  const constants = constantsOf(code);
  return [...code.matchAll(/^var<workgroup> \w+: (.*?);/gm)].reduce(
    (sum, [, type = '']) => sum + bytesOf(type, constants),
    0,
  );
}

/** null without packed weights. */
export function loadBytes(code: string): number | null {
  // Of norms `w` is floats.
  const element = /var<storage, read> w: array<(u32|vec4<u32>|vec4u)>;/.exec(code)?.[1];
  return element === undefined ? null : bytesOf(element, new Map());
}
