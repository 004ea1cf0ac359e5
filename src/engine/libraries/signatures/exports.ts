// Which names a release's modules export, for `ImportError: cannot import name` and `ModuleNotFoundError`: the modules that scripts
// import from, as tools/golden/exports.py asked the installed libraries. Fetched when first asked for.
import { keptFor } from '../../ground/kept.ts';
import { own } from '../../ground/own.ts';
import { nearestVersion } from '../nearest.ts';
import type { Released } from '../releases.ts';
import type { Versions } from '../version.ts';
import { compareVersions } from '../version.ts';

interface ModuleEntry {
  /** The library's releases that were asked, oldest first. */
  readonly versions: readonly string[];
  /** By `from..to` of those: the names that all of them export, with blanks between. */
  readonly names: Readonly<Record<string, string>>;
  /** By `from..to`: what Python says to the import. */
  readonly missing?: Readonly<Record<string, string>>;
}

/** `gone`: names that other releases have and this one hasn't. `missing`: what Python says to `import module`. */
export type ModuleExports =
  | { readonly names: ReadonlySet<string>; readonly gone: ReadonlySet<string> }
  | { readonly missing: string };

/** By module: `transformers`, `trl.core`, `peft.tuners.lora`. One that is not here was not asked in this minor version: nobody knows. */
export type Exports = ReadonlyMap<string, ModuleExports>;

const covers = (span: string, version: string): boolean => {
  const [from = '', to = ''] = span.split('..');
  return compareVersions(from, version) <= 0 && compareVersions(version, to) <= 0;
};

const at = (spans: Readonly<Record<string, string>>, version: string): readonly string[] =>
  Object.entries(spans).flatMap(([span, text]) => (covers(span, version) ? [text] : []));

const dated = (library: string): library is Released =>
  /^(?:transformers|peft|trl|torch|bitsandbytes|accelerate)$/.test(library);

const minorOf = (version: string): string => version.split('.').slice(0, 2).join('.');

/** The release that was asked and stands for a module's library; undefined: none of that minor version. Unnamed: the newest. */
function versionOf(versions: Versions, module: string, asked: readonly string[]): string | undefined {
  const library = module.split('.')[0] ?? '';
  const named: Readonly<Record<string, string | null>> = { ...versions };
  const version = own(named, library);
  if (version === undefined || version === null || !dated(library)) return asked.at(-1);
  const nearest = nearestVersion(library, version, asked);
  return minorOf(nearest) === minorOf(version) ? nearest : undefined;
}

/** One object for the same releases. */
export const exportsFor = keptFor((versions: Versions): Promise<Exports> => readExports(versions));

async function readExports(versions: Versions): Promise<Exports> {
  const text = await import('./exports.json?raw');
  const entries: Readonly<Record<string, ModuleEntry>> = JSON.parse(text.default);
  const found = new Map<string, ModuleExports>();
  for (const [module, entry] of Object.entries(entries)) {
    const version = versionOf(versions, module, entry.versions);
    if (version === undefined) continue;
    const [missing] = at(entry.missing ?? {}, version);
    const names = new Set(at(entry.names, version).flatMap((some) => some.split(' ')));
    const every = Object.values(entry.names).flatMap((some) => some.split(' '));
    const gone = new Set(every.filter((name) => !names.has(name)));
    found.set(module, missing === undefined ? { names, gone } : { missing });
  }
  return found;
}

/** Modules that say all they have: elsewhere a name of an optional part is there without being listed. */
const complete = /^(?:transformers|peft)$/;

/** What decides an import, as it goes to Python: the exception's text, or names; `all`: nothing else is there. */
export interface ImportRules {
  readonly missing?: string;
  readonly all?: readonly string[];
  readonly gone?: readonly string[];
}

export function importRules(exports: Exports): Readonly<Record<string, ImportRules>> {
  const rules = [...exports].map(([module, entry]): [string, ImportRules] => {
    if ('missing' in entry) return [module, entry];
    return [module, complete.test(module) ? { all: [...entry.names] } : { gone: [...entry.gone] }];
  });
  return Object.fromEntries(rules);
}
