// What the real libraries take, for every stack (libraries/signatures, made by tools/golden/signatures.py). Only tests import it.
import { readFileSync } from 'node:fs';
import type { Parameter, Signature } from '../libraries/signatures/signatures.ts';
import type { StackId } from '../libraries/stacks.ts';

export const folder = 'src/engine/libraries/signatures';

interface StackEntry {
  readonly script: string;
  readonly versions: Readonly<Record<string, string>>;
  readonly differs: Readonly<Record<string, number | null>>;
}

const read = (name: string) => JSON.parse(readFileSync(`${folder}/${name}.json`, 'utf8'));
/** What is known of each name: the variants that stacks point to. */
export const shared: Readonly<Record<string, readonly Signature[]>> = read('shared');
/** By stack. */
export const entries: Readonly<Record<string, StackEntry>> = read('stacks');

/** What the stack's libraries say of a name. */
export function entryOf(stack: StackId, name: string): Signature {
  const index = entries[stack]?.differs[name];
  const entry = index === null ? undefined : shared[name]?.[index ?? 0];
  if (!entry) throw new Error(`${stack} has no '${name}'`);
  return entry;
}

const nameOf = (parameter: Parameter): string =>
  typeof parameter === 'string' ? parameter.replace(/^\*+/, '') : parameter[0];

/** Arguments by name, with their defaults; a dataclass takes its base's fields too. */
export function argumentsOf(stack: StackId, name: string): ReadonlyMap<string, unknown> {
  const { base, fields, parameters } = entryOf(stack, name);
  const inherited = base !== undefined && !parameters ? argumentsOf(stack, base) : [];
  const own = (fields ?? parameters ?? []).map(
    (one) => [nameOf(one), typeof one === 'string' ? undefined : one[1]] as const,
  );
  return new Map([...inherited, ...own]);
}
