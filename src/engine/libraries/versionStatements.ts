// Where a text says which release of a library is at hand: pip, uv and conda lines, requirements, pyproject, environment.yml, lists of
// what is installed, the `env` commands' reports, paths of a traceback, comments in words, and, as weak evidence, dates.
// Finds and reads them; what follows for the libraries that nobody named is readVersions.ts's. Knows no Python.
import { own } from '../ground/own.ts';
import type { Released } from './releases.ts';

/** `~=`, `^` and `==4.41.*` are written out in these. */
export type Operator = '==' | '>=' | '<=' | '>' | '<' | '!=';

export interface Specifier {
  readonly operator: Operator;
  readonly version: string;
}

/**
 * How sure a statement is, most sure last. `date`: a date stands somewhere; `file`: a saved file was written by it; `source`: installed from
 * a repository, no release named; `words`: "TRL 0.20"; `asked`: a requirement; `installed`: what is there says so.
 */
export const KINDS = ['date', 'file', 'source', 'words', 'asked', 'installed'] as const;
export type StatementKind = (typeof KINDS)[number];

export interface VersionStatement {
  /** null: about all of them, by its date. */
  readonly library: Released | null;
  readonly kind: StatementKind;
  /** All hold. Of words, `==0.20` stands for any 0.20. Empty: no release is named. */
  readonly specifiers: readonly Specifier[];
  /** ISO date, of kind 'date' alone. */
  readonly date?: string;
  /** As it stands in the text. */
  readonly said: string;
  /** 1-based. */
  readonly line: number;
}

const names: Readonly<Record<string, Released>> = {
  transformers: 'transformers',
  peft: 'peft',
  trl: 'trl',
  torch: 'torch',
  pytorch: 'torch',
  bitsandbytes: 'bitsandbytes',
  bnb: 'bitsandbytes',
  accelerate: 'accelerate',
};
const NAME = `(?<![\\w./-])(${Object.keys(names).join('|')})(?![\\w])`;
const NUMBER = '\\d+(?:\\.\\d+)+';
/** What may follow a number and changes nothing: a build, a pre-release, the patch left open. */
const TAIL = '(?:\\+[\\w.]+|\\.?(?:dev|post|rc|a|b)\\d+(?:\\+[\\w.]+)?|\\.[x*])?';
const OPERATOR = '===?|~=|>=|<=|!=|>|<|=|≥|≤|\\^|~';

const libraryOf = (name: string | undefined): Released | undefined => own(names, (name ?? '').toLowerCase());

/** The release after all those that begin as `version` does, its last number left out if `drop`. */
function ceiling(version: string, drop: boolean): string {
  const parts = version.split('.').map(Number);
  const kept = drop && parts.length > 1 ? parts.slice(0, -1) : parts;
  return [...kept.slice(0, -1), (kept.at(-1) ?? 0) + 1].join('.');
}

function specifiersOf(operator: string, version: string, tail: string): readonly Specifier[] {
  const within = (before: string): readonly Specifier[] => [
    { operator: '>=', version },
    { operator: '<', version: before },
  ];
  if (/^\.[x*]$/.test(tail) && /^=/.test(operator)) return within(ceiling(version, false));
  if (operator === '~=' || operator === '~') return within(ceiling(version, true));
  if (operator === '^') return within(`${Number(version.split('.')[0]) + 1}`);
  if (operator === '≥') return [{ operator: '>=', version }];
  if (operator === '≤') return [{ operator: '<=', version }];
  if (operator === '>=' || operator === '<=' || operator === '>' || operator === '<' || operator === '!=')
    return [{ operator, version }];
  return [{ operator: '==', version }];
}

/** `>=0.7.10,<0.9`, from where the name and its extras end. */
const LIST = new RegExp(`^(\\s*(?:${OPERATOR})\\s*["']?v?${NUMBER}${TAIL}["']?(?:\\s*(?:,|and)\\s*)?)+`, 'i');
const ONE = new RegExp(`(${OPERATOR})\\s*["']?v?(${NUMBER})(${TAIL})`, 'gi');
/** `[torch]` of trl[peft], the quote of a key, `.__version__`, `(` of `transformers (>=4.30)`, `= {version =` of poetry. */
const BETWEEN =
  /^(?:\[[\w, -]*\])?(?:\.__version__)?["'`]?\s*(?:=\s*\{\s*version\s*(?==)|:\s*(?=["']?[\^~<>=])|\(\s*(?=[<>=~])|\s*=\s*["'](?=[\^~<>=]))?/;

function requirement(
  rest: string,
): { readonly specifiers: readonly Specifier[]; readonly end: number } | null {
  const skipped = BETWEEN.exec(rest)?.[0].length ?? 0;
  const list = LIST.exec(rest.slice(skipped));
  if (!list) return null;
  const specifiers = [...list[0].matchAll(ONE)].flatMap(([, operator, version, tail]) =>
    specifiersOf(operator ?? '', version ?? '', tail ?? ''),
  );
  const said = list[0].replace(/["'\s,]+$/, '');
  return { specifiers, end: skipped + said.length };
}

/** Spoken of, not at hand: "removed in TRL 0.20", "before transformers 4.46". */
const ABOUT =
  /\b(?:since|before|until|till|removed in|deprecated in|added in|introduced in|changed in|fixed in|as of|prior to|newer than|older than|later than|after|unlike|not|in version|will be \w+ in)\s+(?:version\s+)?["'`]?$/i;
const RANGE = new RegExp(`^\\s*(?:-|–|to|\\.\\.)\\s*v?(${NUMBER})`);
const WORDS = new RegExp(
  `^["'\`]?(?:\\[[\\w, -]*\\])?(?:\\.__version__)?["'\`]?,?\\s*(?:\\(GPU\\?\\)|_version)?["'\`]?\\s*(?:(?:version|release|is|at|to)\\b)?\\s*(?:\\((?!v?\\d)[^)]*\\))?\\s*(?:[:=@#]\\s*)?["'\`(]?\\s*v?(${NUMBER})(${TAIL})(\\s*\\+(?![\\w.]))?`,
  'i',
);

function words(
  before: string,
  rest: string,
): { readonly specifiers: readonly Specifier[]; readonly end: number } | null {
  const found = WORDS.exec(rest);
  const version = found?.[1];
  if (!found || version === undefined || ABOUT.test(before)) return null;
  const end = found[0].length;
  if (found[3]) return { specifiers: [{ operator: '>=', version }], end };
  const range = RANGE.exec(rest.slice(end));
  if (range?.[1] !== undefined) {
    const last: Specifier = { operator: '<', version: ceiling(range[1], false) };
    return { specifiers: [{ operator: '>=', version }, last], end: end + range[0].length };
  }
  return { specifiers: [{ operator: '==', version }], end };
}

/** `pip list`, and the reports of `transformers-cli env`, `trl env`, `accelerate env`. */
const LISTED = new RegExp(`^\\s*(?:${Object.keys(names).join('|')})\\s{2,}${NUMBER}`, 'i');
const REPORTED = new RegExp(`^\\s*-\\s*["'\`]?(?:${Object.keys(names).join('|')})["'\`]?\\s+version\\b`, 'i');
const FILE_KEY = new RegExp(`"(transformers|peft)_version"\\s*:\\s*"(${NUMBER})`, 'g');
const GIT =
  /git\+\S*?\/(transformers|peft|trl|accelerate|bitsandbytes)(?:\.git)?(?:@([\w./-]+))?(?=["'\s#&,]|$)/g;
/** Folders of conda and of installed packages. */
const FOLDER = new RegExp(`[/\\\\](transformers|peft|trl|torch|accelerate|bitsandbytes)-(${NUMBER})`, 'g');
const UNSLOTH =
  /\bunsloth(?:_zoo|\[[\w-]*\])?["'`]?\s*(?:==|@|version:?|v)?\s*(20\d\d)\.(\d{1,2})(?:\.\d+)?/gi;

const months = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ');
const MONTH = `(${months.map((one) => `${one}[a-z]*`).join('|')})`;
const DATES = [
  new RegExp(`\\b${MONTH}\\.?,?\\s+(?:\\d{1,2},?\\s+)?(20[12]\\d)\\b`, 'gi'),
  /\b(20[12]\d)[-/](0[1-9]|1[0-2])(?:[-/][0-3]\d)?\b/g,
  /(20[12]\d)\s*年\s*(\d{1,2})\s*月/g,
];

function dated(text: string, line: number): VersionStatement[] {
  return DATES.flatMap((pattern, which) =>
    [...text.matchAll(pattern)].map(([said, first = '', second = '']) => {
      const year = which === 0 ? second : first;
      const month = which === 0 ? months.indexOf(first.slice(0, 3).toLowerCase()) + 1 : Number(second);
      const date = `${year}-${String(month).padStart(2, '0')}-15`;
      return { library: null, kind: 'date', specifiers: [], date, said, line } as const;
    }),
  );
}

function named(text: string, line: number, shown: Released | null): VersionStatement[] {
  const found: VersionStatement[] = [];
  const add = (
    library: Released | undefined,
    kind: StatementKind,
    specifiers: readonly Specifier[],
    said: string,
  ): void => {
    if (library) found.push({ library, kind, specifiers, said: said.trim(), line });
  };
  const exactly = (version: string | undefined): readonly Specifier[] =>
    version === undefined ? [] : [{ operator: '==', version }];
  for (const [said, name, version] of text.matchAll(FILE_KEY))
    add(libraryOf(name), 'file', exactly(version), said);
  for (const [said, name, version] of text.matchAll(FOLDER))
    add(libraryOf(name), 'installed', exactly(version), said.slice(1));
  for (const [said, name, ref = ''] of text.matchAll(GIT)) {
    const tag = new RegExp(`^v?(${NUMBER})(?:-\\w+)?$`).exec(ref)?.[1];
    add(libraryOf(name), tag === undefined ? 'source' : 'asked', exactly(tag), said);
  }
  const shows = new RegExp(`^\\s*version:\\s*(${NUMBER})`, 'i').exec(text);
  if (shows && shown) add(shown, 'installed', exactly(shows[1]), `${shown} ${shows[1]}`);
  const installed = LISTED.test(text) || REPORTED.test(text);
  for (const match of text.matchAll(new RegExp(NAME, 'gi'))) {
    const from = match.index + match[0].length;
    const rest = text.slice(from);
    const asked = installed ? null : requirement(rest);
    const read = asked ?? words(text.slice(0, match.index), rest);
    if (!read) continue;
    const said = text.slice(match.index, from + read.end);
    const exact = read.specifiers.length === 1 && read.specifiers[0]?.operator === '==';
    add(
      libraryOf(match[1]),
      installed ? 'installed' : asked || !exact ? 'asked' : 'words',
      read.specifiers,
      said,
    );
  }
  return found;
}

/** All of them, in the order of the text. */
export function versionStatements(text: string): readonly VersionStatement[] {
  const found: VersionStatement[] = [];
  // `pip show` has the name on one line and the release on the next.
  let shown: Released | null = null;
  for (const [at, line] of text.split(/\r\n?|\n/).entries()) {
    if (line.length > 2_000) continue;
    const name = /^\s*name:\s*([\w-]+)\s*$/i.exec(line);
    if (name) shown = libraryOf(name[1]) ?? null;
    found.push(...named(line, at + 1, shown));
    if (/^\s*version:/i.test(line)) shown = null;
    for (const [said, year, month = ''] of line.matchAll(UNSLOTH)) {
      const date = `${year}-${month.padStart(2, '0')}-15`;
      found.push({ library: null, kind: 'date', specifiers: [], date, said, line: at + 1 });
    }
    found.push(...dated(line, at + 1));
  }
  return found;
}
