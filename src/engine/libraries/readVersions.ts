// From what a text says about versions to a release of each library: pins and ranges as they stand, the libraries that nobody named
// as in the modelled stack of that time. Says of each what it rests on, and which modelled release stands for it.
import { dayOf, nearestVersion } from './nearest.ts';
import type { Released } from './releases.ts';
import { releasesOf } from './releases.ts';
import type { StackId } from './stacks.ts';
import { DEFAULT_STACK, stackOf, stacks } from './stacks.ts';
import type { Library, Versions } from './version.ts';
import { compareVersions } from './version.ts';
import type { Specifier, VersionStatement } from './versionStatements.ts';
import { KINDS, versionStatements } from './versionStatements.ts';

export interface LibraryVersion {
  readonly library: Released;
  readonly version: string;
  /** The release of a modelled stack that stands for it where whole releases are compared. The rules take `version` itself. */
  readonly modelled: string;
  /** The statement that decided; null: nobody named it, it is as in the stack of that time. */
  readonly from: VersionStatement | null;
}

export interface VersionsRead {
  readonly versions: Versions;
  readonly libraries: Readonly<Record<Library, LibraryVersion>>;
  /** The modelled stack nearest to what is named. */
  readonly stack: StackId;
  /** Why that stack: what was named, a date alone, or nothing. */
  readonly because: 'named' | 'date' | 'nothing';
  /** Everything that the text says, in its order. */
  readonly statements: readonly VersionStatement[];
}

const libraries = ['transformers', 'peft', 'trl', 'torch'] as const satisfies readonly Library[];

function satisfies(version: string, { operator, version: bound }: Specifier): boolean {
  const order = compareVersions(version, bound);
  switch (operator) {
    case '==':
      return order === 0;
    case '!=':
      return order !== 0;
    case '>=':
      return order >= 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '<':
      return order < 0;
  }
}

const satisfiesAll = (version: string, specifiers: readonly Specifier[]): boolean =>
  specifiers.every((one) => satisfies(version, one));

const versionIn = (stack: Versions, library: Released): string | null =>
  library === 'accelerate' ? null : stack[library];
const modelledOf = (library: Released): readonly string[] => [
  ...new Set(stacks.flatMap((stack) => versionIn(stack, library) ?? [])),
];

/** "TRL 0.20" is some 0.20: the modelled one, or its last; `==0.20` and 0.20.0 are what they say. */
function releaseOf(library: Released, { kind, specifiers }: VersionStatement): string | null {
  const [only] = specifiers;
  if (specifiers.length !== 1 || only?.operator !== '==') return null;
  if (kind !== 'words' || only.version.split('.').length > 2) return only.version;
  const same = (version: string): boolean => version.split('.').slice(0, 2).join('.') === only.version;
  return (
    modelledOf(library).find(same) ??
    releasesOf(library)
      .map((one) => one.version)
      .filter(same)
      .at(-1) ??
    only.version
  );
}

interface Named {
  /** Names one release. */
  readonly exact: { readonly version: string; readonly from: VersionStatement } | null;
  readonly range: { readonly specifiers: readonly Specifier[]; readonly from: VersionStatement } | null;
}

/** The surest statement decides, the last of equals; requirements hold together. */
function namedOf(library: Released, statements: readonly VersionStatement[]): Named {
  const mine = statements.filter((one) => one.library === library && one.specifiers.length > 0);
  let exact: Named['exact'] = null;
  for (const from of mine) {
    const version = releaseOf(library, from);
    if (version === null) continue;
    if (exact === null || KINDS.indexOf(from.kind) >= KINDS.indexOf(exact.from.kind))
      exact = { version, from };
  }
  const ranges = mine.filter((one) => releaseOf(library, one) === null);
  const from = ranges.at(-1);
  // Words and saved files give way to a requirement that they don't meet.
  if (
    exact !== null &&
    (from === undefined ||
      satisfiesAll(exact.version, from.specifiers) ||
      exact.from.kind === 'installed' ||
      exact.from.kind === 'asked')
  )
    return { exact, range: null };
  return { exact: null, range: from ? { specifiers: ranges.flatMap((one) => one.specifiers), from } : null };
}

type NamedLibraries = ReadonlyMap<Library, { readonly version: string; readonly from: VersionStatement }>;

/** torch is pinned loosely, for its CUDA: it says less about the time. */
const weightOf = (library: Library): number => (library === 'torch' ? 0.25 : 1);

function nearestStack(exact: NamedLibraries, day: number): StackId {
  const away = (stack: Versions): number =>
    [...exact].reduce((sum, [library, { version }]) => {
      const apart = Math.abs(dayOf(library, stack[library]) - dayOf(library, version));
      return sum + apart * weightOf(library);
    }, 0);
  // Several stacks share a library: then the one of that time.
  const then = (stack: Versions): number => Math.abs(dayOf('trl', stack.trl) - day);
  const [nearest] = [...stacks].sort((a, b) => away(a) - away(b) || then(a) - then(b));
  return nearest?.id ?? DEFAULT_STACK;
}

/** Of the releases that a range allows: the stack's, else the newest that was out by that day; `null`: it allows none. */
function within(
  library: Released,
  specifiers: readonly Specifier[],
  usual: string | null,
  day: number | null,
): string | null {
  const allowed = releasesOf(library).filter((one) => satisfiesAll(one.version, specifiers));
  const bounded = specifiers.some(({ operator }) => operator === '<' || operator === '<=');
  // Without anything else named, pip takes the newest that a ceiling allows.
  if (day === null && bounded) return allowed.at(-1)?.version ?? null;
  if (usual !== null && satisfiesAll(usual, specifiers)) return usual;
  const around = day ?? dayOf(library, usual ?? '0');
  const out = allowed.filter((one) => dayOf(library, one.version) <= around);
  const nearest = out.at(-1) ?? allowed[0];
  return nearest?.version ?? null;
}

/** Never fails: a text that says nothing gets the default stack. */
export function readVersions(text: string): VersionsRead {
  const statements = versionStatements(text);
  const named = new Map(libraries.map((library) => [library, namedOf(library, statements)]));
  const decided = new Map<Library, { readonly version: string; readonly from: VersionStatement }>();
  for (const [library, { exact }] of named) if (exact) decided.set(library, exact);
  const dayOfDecided = (): number | null => {
    const days = [...decided].map(([library, { version }]) => dayOf(library, version));
    return days.length === 0 ? null : Math.max(...days);
  };
  const date = statements.find((one) => one.date !== undefined);
  const dateDay = date?.date === undefined ? null : Date.parse(date.date) / 86_400_000;
  const pickStack = (): StackId => {
    const day = dayOfDecided() ?? dateDay;
    return day === null ? DEFAULT_STACK : nearestStack(decided, day);
  };
  for (const [library, { range }] of named) {
    if (!range) continue;
    const usual = stackOf(pickStack())[library];
    const version = within(library, range.specifiers, usual, dayOfDecided());
    if (version !== null) decided.set(library, { version, from: range.from });
  }
  const id = pickStack();
  const stack = stackOf(id);
  const about = (library: Library): LibraryVersion => {
    const found = decided.get(library);
    const version = found?.version ?? stack[library];
    const modelled = nearestVersion(library, version, modelledOf(library));
    return { library, version, modelled, from: found?.from ?? null };
  };
  const bits = namedOf('bitsandbytes', statements);
  const versions: Versions = {
    transformers: about('transformers').version,
    peft: about('peft').version,
    trl: about('trl').version,
    torch: about('torch').version,
    bitsandbytes: bits.exact?.version ?? stack.bitsandbytes,
  };
  return {
    versions,
    libraries: {
      transformers: about('transformers'),
      peft: about('peft'),
      trl: about('trl'),
      torch: about('torch'),
    },
    stack: id,
    because: decided.size > 0 ? 'named' : date ? 'date' : 'nothing',
    statements,
  };
}
