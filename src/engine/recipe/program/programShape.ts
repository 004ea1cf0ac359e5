// Programs from outside, field by field: from the interpreter that runs a person's code, from a file, from a link that anybody may have made.
// What holds is a program that the wiring can act out in bounded time; what its calls mean is the wiring's.
import { quote } from '../../ground/quote.ts';
import type { Check, Misfit } from '../../ground/shapes.ts';
import { list, nullable, number, oneOf, optional, record, shape, string } from '../../ground/shapes.ts';
import { text } from '../../ground/text.ts';
import type { Versions } from '../../libraries/version.ts';
import type { ProgramCall, ProgramFailure, ProgramValue, RecipeProgram } from './program.ts';

const DEEPEST = 60;

export function valueMisfit(value: unknown): Misfit {
  return {
    at: '',
    expected: text('a value of a program', '程序的值'),
    got: quote(value),
  };
}

/** Values nest, so their check is written out. */
function valueFits(value: unknown, depth = 0): boolean {
  if (value === null || typeof value === 'boolean' || typeof value === 'number' || typeof value === 'string')
    return true;
  if (typeof value !== 'object' || value === undefined || depth > DEEPEST) return false;
  const all = (items: unknown): boolean =>
    Array.isArray(items) && items.every((item) => valueFits(item, depth + 1));
  if (Array.isArray(value)) return all(value);
  if ('tuple' in value) return all(value.tuple);
  if ('set' in value) return all(value.set);
  if ('dict' in value)
    return (
      Array.isArray(value.dict) &&
      value.dict.every((entry) => Array.isArray(entry) && entry.length === 2 && all(entry))
    );
  if ('ref' in value)
    return typeof value.ref === 'number' && (!('path' in value) || typeof value.path === 'string');
  if ('member' in value)
    return typeof value.member === 'string' && 'value' in value && valueFits(value.value, depth + 1);
  const [only, ...others] = Object.entries(value);
  return (
    others.length === 0 &&
    only !== undefined &&
    ['float', 'dtype', 'placeholder', 'callable'].includes(only[0]) &&
    typeof only[1] === 'string'
  );
}

const programValue: Check<ProgramValue> = (one) => (valueFits(one) ? null : valueMisfit(one));
const ref = shape<{ readonly ref: number; readonly path?: string }>({
  ref: number,
  path: optional(string),
});
export const programCall: Check<ProgramCall> = shape<ProgramCall>({
  line: number,
  callee: string,
  receiver: nullable(ref),
  args: list(programValue),
  kwargs: record(programValue),
});

/** Of a program that a recipe carries: calls, and bytes of its JSON, which a link inflates. A script of a large model that sets flag by flag
 * makes hundreds of calls. */
const MOST_CALLS = 10_000;
const MOST_BYTES = 900_000;

const release: Check<string> = (one) =>
  typeof one === 'string' && /^\d{1,6}(\.\d{1,6}){0,4}$/.test(one)
    ? null
    : { at: '', expected: text('a release number', '版本号'), got: quote(one) };

const programVersions = shape<Versions>({
  transformers: release,
  peft: release,
  trl: release,
  torch: release,
  bitsandbytes: nullable(release),
});

const failure = shape<ProgramFailure>({
  type: string,
  message: string,
  line: nullable(number),
  column: nullable(number),
  text: nullable(string),
  kind: oneOf('raised', 'syntax', 'limit', 'placeholder'),
  traceback: list(shape({ line: number, name: string })),
});

const fields = shape<RecipeProgram>({
  versions: programVersions,
  calls: list(programCall),
  source: string,
  files: record(string),
  caught: list(number),
  failure: nullable(failure),
  failedAt: nullable(number),
  changes: list(string),
});

const tooLarge = (got: string): Misfit => ({
  at: '',
  expected: text(
    `at most ${MOST_CALLS} calls and ${MOST_BYTES} bytes`,
    `最多 ${MOST_CALLS} 个调用、${MOST_BYTES} 字节`,
  ),
  got,
});

/** Infinity where it has no JSON: it nests too deep. */
function bytesOf(one: unknown): number {
  try {
    return new TextEncoder().encode(JSON.stringify(one) ?? '').length;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

/** A program that a recipe may carry. */
export const recipeProgram: Check<RecipeProgram> = (one) => {
  const wrong = fields(one);
  if (wrong) return wrong;
  const calls: number = Object(one).calls.length;
  if (calls > MOST_CALLS) return tooLarge(String(calls));
  const bytes = bytesOf(one);
  return bytes > MOST_BYTES ? tooLarge(String(bytes)) : null;
};

export const isRecipeProgram = (one: unknown): one is RecipeProgram => recipeProgram(one) === null;
