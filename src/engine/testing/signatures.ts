// What the real libraries take, for every stack (tests/golden/signatures, made by tools/golden/signatures.py). Only tests import it.
import { readFileSync } from 'node:fs';
import type { StackId } from '../libraries/stacks.ts';
import { stacks } from '../libraries/stacks.ts';

export const folder = 'tests/golden/signatures';

/** A name without default, or with one; kinds as Python writes them: '/', '*', '*args', '**kwargs'. */
type Parameter = string | readonly [name: string, value: unknown];

interface Entry {
  readonly missing?: string;
  readonly base?: string;
  readonly parameters?: readonly Parameter[] | null;
  readonly fields?: readonly Parameter[];
  readonly reads?: readonly Parameter[];
  readonly renamed?: readonly (readonly [old: string, now: string | null, message: string | null])[];
  readonly deprecated?: Readonly<Record<string, string>>;
  readonly deprecations?: readonly string[];
}

interface StackFile {
  readonly stack: string;
  readonly versions: Readonly<Record<string, string>>;
  readonly differs: Readonly<Record<string, number | null>>;
}

/** What is known of each name: the variants that stacks point to. */
export const shared: Readonly<Record<string, readonly Entry[]>> = JSON.parse(
  readFileSync(`${folder}/shared.json`, 'utf8'),
);
/** By stack. */
export const signatureFiles = new Map<string, StackFile>(
  stacks.map(({ id }) => [id, JSON.parse(readFileSync(`${folder}/${id}.json`, 'utf8'))]),
);

/** What the stack's libraries say of a name. */
export function entryOf(stack: StackId, name: string): Entry {
  const index = signatureFiles.get(stack)?.differs[name];
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
