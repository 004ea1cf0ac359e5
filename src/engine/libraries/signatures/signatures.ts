// How the calls that decide are called in the releases of a script's libraries: parameters, defaults, fields, old names, what is
// missing. Dumped from the real libraries by tools/golden/signatures.py; nothing here knows what a call does.
// Fetched when first asked for, so that the page's first load doesn't carry it.

import { invariant } from '../../ground/errors.ts';
import { keptFor } from '../../ground/kept.ts';
import { own } from '../../ground/own.ts';
import { nearestVersion } from '../nearest.ts';
import type { Released } from '../releases.ts';
import type { Versions } from '../version.ts';
import { compareVersions } from '../version.ts';

/** A default as JSON. What JSON lacks: a text that Python prints, a tuple, a dictionary, a fresh list or object each time. */
export type DumpedValue =
  | null
  | boolean
  | number
  | string
  | readonly DumpedValue[]
  | { readonly repr: string }
  | { readonly tuple: readonly DumpedValue[] }
  | { readonly dict: Readonly<Record<string, DumpedValue>> }
  | { readonly factory: DumpedValue };

/** A name without default, or with one; the kinds as Python writes them: '/', '*', '*args', '**kwargs'. */
export type Parameter = string | readonly [name: string, value: DumpedValue];

/** A function, a method or a class (then of its `__init__`). What is left out doesn't apply. */
export interface Signature {
  /** What Python says to `from module import name`, or to the attribute: this release has no such thing. Alone. */
  readonly missing?: string;
  /** Qualified name of the nearest base class that stands here too. A class with nothing else is called as that one. */
  readonly base?: string;
  /** self and cls left out. null: written in C without a signature. */
  readonly parameters?: readonly Parameter[] | null;
  /** Of a dataclass: those that `base` has not, or otherwise; they stand after the base's, or in its place. */
  readonly fields?: readonly Parameter[];
  /** Annotations of those of `fields` whose type isn't just that of their default: `Optional[str]`, `list[int] | None`. */
  readonly types?: Readonly<Record<string, string>>;
  /**
   * What a class of settings refuses in its own checks, in their order: conditions in Python that all hold (`self` is the object; names
   * that can't be looked up: as if it didn't hold), the exception, and its text with expressions in braces.
   */
  readonly refuses?: readonly (readonly [conditions: readonly string[], type: string, text: string])[];
  /** Those of `fields` that must be named. */
  readonly keywordOnly?: readonly string[];
  /** Whose name Python prints in a TypeError, where it is not `<class>.<method>` or the function's. */
  readonly qualname?: string;
  /** What a function takes out of its `**kwargs` by name. */
  readonly reads?: readonly Parameter[];
  /** Old name, new name (null: gone), and what is said: `FutureWarning: …`, or `ValueError: …` which is raised. */
  readonly renamed?: readonly (readonly [old: string, now: string | null, message: string | null])[];
  /** The release from which on a function no longer takes these arguments, as it announces: for releases between two that were dumped. */
  readonly ends?: readonly [from: string, names: readonly string[]];
  /** Fields whose own help says that they are deprecated. */
  readonly deprecated?: Readonly<Record<string, string>>;
  /** Texts in the function or in `__post_init__` about deprecated arguments; expressions in braces. */
  readonly deprecations?: readonly string[];
  /** Of an enumeration, by name. */
  readonly members?: Readonly<Record<string, DumpedValue>>;
}

/** By qualified name: `peft.LoraConfig`, `transformers.Trainer.train`. A method that a class inherits stands at its base. */
export type Signatures = Readonly<Record<string, Signature>>;

interface StackEntry {
  /** Of the script that wrote the entry. */
  readonly script: string;
  readonly versions: Readonly<Record<string, string>>;
  /** Index of the entry in `shared` where it is not the first; null: the library was not part of the stack. */
  readonly differs: Readonly<Record<string, number | null>>;
}
type Shared = Readonly<Record<string, readonly Signature[]>>;
type StackEntries = Readonly<Record<string, StackEntry>>;

const compiled = /\+.*$/;

/** By library, the stack whose release of it is nearest; what `versions` doesn't name goes with transformers. */
function stacksFor(versions: Versions, entries: StackEntries): ReadonlyMap<string, StackEntry> {
  const pick = (library: Released, version: string): StackEntry => {
    const having = Object.values(entries).filter((one) => one.versions[library] !== undefined);
    const release = (one: StackEntry): string => (one.versions[library] ?? '').replace(compiled, '');
    const nearest = nearestVersion(library, version, having.map(release));
    // Several stacks may have it: then the one whose transformers is nearest too, for what is dumped relative to a base class.
    const same = having.filter((one) => release(one) === nearest);
    const beside = nearestVersion(
      'transformers',
      versions.transformers,
      same.map((one) => one.versions.transformers ?? ''),
    );
    const found = same.find((one) => one.versions.transformers === beside);
    invariant(found !== undefined, `no signatures of ${library}`);
    return found;
  };
  const transformers = pick('transformers', versions.transformers);
  const ofBits = Object.values(entries).flatMap((one) => one.versions.bitsandbytes ?? []);
  return new Map([
    ['transformers', transformers],
    ['peft', pick('peft', versions.peft)],
    ['trl', pick('trl', versions.trl)],
    ['torch', pick('torch', versions.torch)],
    ['bitsandbytes', pick('bitsandbytes', versions.bitsandbytes ?? ofBits[0] ?? '0')],
    ['accelerate', transformers],
    ['datasets', transformers],
  ]);
}

/** Without the arguments that this dump announces the end of, where the release at hand is past it. */
function asOf(signature: Signature, release: string): Signature {
  const { ends, parameters } = signature;
  if (!ends || !parameters || compareVersions(release, ends[0]) < 0) return signature;
  const stays = (one: Parameter): boolean => !ends[1].includes(typeof one === 'string' ? one : one[0]);
  return { ...signature, parameters: parameters.filter(stays) };
}

/** A class that hands all it is given to its base, as a name that has moved does, is called as that one. */
function asBase(signature: Signature): Signature {
  const { parameters, ...rest } = signature;
  return signature.base !== undefined && parameters?.join() === '*args,**kwargs' ? rest : signature;
}

function releaseOf(versions: Versions, library: string): string | null {
  const named: Readonly<Record<string, string | null>> = { ...versions };
  return own(named, library) ?? null;
}

function mergeSignatures(versions: Versions, shared: Shared, entries: StackEntries): Signatures {
  const stacks = stacksFor(versions, entries);
  const found: Record<string, Signature> = {};
  for (const [name, variants] of Object.entries(shared)) {
    const library = name.slice(0, name.indexOf('.'));
    const differs = stacks.get(library)?.differs ?? {};
    const index = name in differs ? differs[name] : 0;
    const variant = index === null || index === undefined ? undefined : variants[index];
    if (variant) found[name] = asBase(asOf(variant, releaseOf(versions, library) ?? '0'));
  }
  return found;
}

/** Each library's entries are those of the stack whose release of that library is nearest. One object for the same releases. */
export const signaturesFor = keptFor((versions: Versions): Promise<Signatures> => readSignatures(versions));

async function readSignatures(versions: Versions): Promise<Signatures> {
  const texts = await Promise.all([
    import('./shared.json?raw'),
    import('./stacks.json?raw'),
    import('./unsloth.json?raw'),
  ]);
  // Written and checked by tools/golden: signatures.py, signatures.test.ts.
  const shared: Shared = JSON.parse(texts[0].default);
  const entries: StackEntries = JSON.parse(texts[1].default);
  // unsloth is patched day by day and names its releases by date: one state of its public source stands for all of them.
  const unsloth: Signatures = JSON.parse(texts[2].default);
  return { ...mergeSignatures(versions, shared, entries), ...unsloth };
}
