// Three facts of an assembled shader that need no compiler: invocations of a workgroup, bytes of workgroup memory, bytes of one load of
// the packed weights.
import { invariant } from '../../src/shaders/invariant.ts';

const scalarBytes: Readonly<Record<string, number>> = { f16: 2, f32: 4, u32: 4, i32: 4, atomic: 4 };

/** Numbers, and types by other names. */
interface Names {
  readonly constants: ReadonlyMap<string, number>;
  readonly aliases: ReadonlyMap<string, string>;
}

/** A product or quotient of numbers and constants, from left to right. */
function evaluated(text: string, constants: ReadonlyMap<string, number>): number {
  const [first = '', ...rest] = text.split(/\s*([*/])\s*/);
  const one = (word: string): number => constants.get(word.trim()) ?? Number(word.trim().replace(/u$/, ''));
  let value = one(first);
  for (let i = 0; i + 1 < rest.length; i += 2) {
    const by = one(rest[i + 1] ?? '');
    value = rest[i] === '*' ? value * by : Math.floor(value / by);
  }
  return value;
}

/** Of `const NAME = 64u;` and `alias Name = vec4u;` lines. */
function namesOf(code: string): Names {
  const constants = new Map<string, number>();
  for (const [, name = '', text = ''] of code.matchAll(/^const (\w+)(?:: u32)? = ([\w */]+);/gm)) {
    const value = evaluated(text, constants);
    if (Number.isFinite(value)) constants.set(name, value);
  }
  const aliases = [...code.matchAll(/^alias (\w+) = (.*);/gm)].map(
    ([, name = '', type = '']) => [name, type] as const,
  );
  return { constants, aliases: new Map(aliases) };
}

/** Bytes of a type as an array holds it. */
function bytesOf(type: string, names: Names): number {
  const { constants, aliases } = names;
  const text = aliases.get(type.trim()) ?? type.trim();
  const array = /^array<(.*),\s*([\w */]+?)>$/.exec(text);
  if (array) {
    const [, element = '', count = ''] = array;
    return bytesOf(element, names) * evaluated(count, constants);
  }
  const vector = /^vec(\d)(?:<(\w+)>|([fuih]))$/.exec(text);
  if (vector) {
    const size = vector[3] === 'h' ? 2 : (scalarBytes[vector[2] ?? 'f32'] ?? 4);
    // A vector of three takes the room of four.
    return size * (vector[1] === '3' ? 4 : Number(vector[1]));
  }
  const matrix = /^mat(\d)x(\d)f$/.exec(text);
  if (matrix) return Number(matrix[1]) * bytesOf(`vec${matrix[2] ?? ''}f`, names);
  const size = scalarBytes[text.replace(/<.*/, '')];
  invariant(size !== undefined, `workgroup memory of type ${text}`);
  return size;
}

export function workgroupSize(code: string, entry: string): number {
  const sizes = new RegExp(`@workgroup_size\\(([^)]*)\\)\\s*fn ${entry}\\(`).exec(code)?.[1];
  invariant(sizes, `${entry} has no entry point`);
  const { constants } = namesOf(code);
  return sizes
    .split(',')
    .map((size) => evaluated(size, constants))
    .reduce((product, size) => product * size, 1);
}

export function workgroupBytes(code: string): number {
  const names = namesOf(code);
  return [...code.matchAll(/^var<workgroup> \w+: (.*?);/gm)].reduce(
    (sum, [, type = '']) => sum + bytesOf(type, names),
    0,
  );
}

/** null without packed weights. */
export function loadBytes(code: string): number | null {
  // Of norms `w` is floats.
  const element = /var<storage, read> w: array<(u32|vec4<u32>|vec4u|Packed)>;/.exec(code)?.[1];
  return element === undefined ? null : bytesOf(element, namesOf(code));
}
