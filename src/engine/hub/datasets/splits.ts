// Which configurations and splits a repository of rows has, and the files of each, as `datasets` 5.2.0 sees them: by the `configs:` of its README, else
// by names of folders and files. Reads names and the README alone.
import { isRecord } from '../../ground/isRecord.ts';
import type { HubFile } from '../repositoryFile.ts';
import { globMatcher } from './glob.ts';

export interface DatasetSplit {
  readonly split: string;
  readonly files: readonly HubFile[];
}

export interface DatasetConfig {
  readonly name: string;
  readonly splits: readonly DatasetSplit[];
}

const words: readonly (readonly [split: string, words: string])[] = [
  ['train', 'train|training'],
  ['validation', 'validation|valid|dev|val'],
  ['test', 'test|testing|eval|evaluation'],
];

const endings = /\.(csv|tsv|jsonl?|ndjson|parquet|txt)$/i;
/** What builds the rows of an ending. */
const builders: Readonly<Record<string, string>> = {
  csv: 'csv',
  tsv: 'csv',
  json: 'json',
  jsonl: 'json',
  ndjson: 'json',
  parquet: 'parquet',
  txt: 'text',
};
const ignored = /(^|\/)(README\.md|config\.json|dataset_infos?\.json|dummy_data\.zip|state\.json)$/;
const isHidden = (path: string): boolean => /(^|\/)(\.|__)/.test(path);

/** More patterns, or longer ones, than any README has. */
const MOST_PATTERNS = 500;
const MOST_PATTERN = 300;

const builderOf = (path: string): string => {
  const ending = endings.exec(path)?.[1]?.toLowerCase() ?? '';
  return (Object.hasOwn(builders, ending) ? builders[ending] : undefined) ?? '';
};

/** Of several kinds of files those of the most frequent one. */
function ofOneKind(splits: readonly DatasetSplit[]): DatasetSplit[] {
  const counts = new Map<string, number>();
  for (const { files } of splits)
    for (const { path } of files) {
      const builder = builderOf(path);
      if (builder !== '') counts.set(builder, (counts.get(builder) ?? 0) + 1);
    }
  const [most] = [...counts].sort((a, b) => b[1] - a[1])[0] ?? [];
  return splits
    .map(({ split, files }) => ({ split, files: files.filter(({ path }) => builderOf(path) === most) }))
    .filter(({ files }) => files.length > 0);
}

const byPath = (a: HubFile, b: HubFile): number => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0);

/** Files in order of their paths, `path` without the folder that is looked into. */
interface Inside {
  readonly path: string;
  readonly file: HubFile;
}

function splitsByNames(inside: readonly Inside[]): DatasetSplit[] {
  const sharded = new Map<string, HubFile[]>();
  for (const { path, file } of inside) {
    const split = /^data\/([^/]+)-\d{5}-of-\d{5}[^/]*\.[^/]*$/.exec(path)?.[1];
    if (split !== undefined) sharded.set(split, [...(sharded.get(split) ?? []), file]);
  }
  if (sharded.size > 0) {
    const usual = words.flatMap(([split]) => (sharded.has(split) ? [split] : []));
    const own = [...sharded.keys()].filter((split) => !usual.includes(split)).sort();
    return [...usual, ...own].map((split) => ({ split, files: sharded.get(split) ?? [] }));
  }
  const where = [
    (one: string): RegExp => new RegExp(`(^|[-._ 0-9/])(${one})([-._ 0-9][^/]*)?/`),
    (one: string): RegExp => new RegExp(`(^|[-._ 0-9/])(${one})[-._ 0-9][^/]*$`),
  ];
  for (const patternOf of where) {
    const found = words.flatMap(([split, names]) => {
      const pattern = patternOf(names);
      const files = inside.filter(({ path }) => pattern.test(path)).map(({ file }) => file);
      return files.length === 0 ? [] : [{ split, files }];
    });
    if (found.length > 0) return found;
  }
  return [{ split: 'train', files: inside.map(({ file }) => file) }];
}

const texts = (value: unknown): readonly string[] =>
  (Array.isArray(value) ? value : [value]).filter((one): one is string => typeof one === 'string');

/** Split → patterns, of `data_files` in any of its forms; null: it says nothing. */
function patternsOf(value: unknown): readonly (readonly [string, readonly string[]])[] | null {
  if (typeof value === 'string') return [['train', [value]]];
  if (Array.isArray(value)) {
    const entries = value.filter(isRecord);
    if (entries.length === 0) return [['train', texts(value)]];
    return entries.map(({ split, path }) => [typeof split === 'string' ? split : 'train', texts(path)]);
  }
  return isRecord(value) ? Object.entries(value).map(([split, path]) => [split, texts(path)]) : null;
}

function splitsByPatterns(
  inside: readonly Inside[],
  patterns: NonNullable<ReturnType<typeof patternsOf>>,
): DatasetSplit[] {
  let left = MOST_PATTERNS;
  return patterns.slice(0, MOST_PATTERNS).map(([split, paths]) => {
    const files = new Set<HubFile>();
    for (const pattern of paths) {
      left -= 1;
      if (left < 0 || pattern.length > MOST_PATTERN) continue;
      const matches = globMatcher(pattern);
      for (const { path, file } of inside) if (matches(path)) files.add(file);
    }
    return { split, files: [...files] };
  });
}

/** The parser takes the square of what is nested, quoted or wrong: more of it than any README has is not read, and names decide. */
const isLaboured = (front: string): boolean =>
  front.length > 200_000 ||
  front.split('\n').some((line) => line.length > 2000) ||
  (front.match(/[[{]/g)?.length ?? 0) > 500 ||
  (front.match(/["']/g)?.length ?? 0) > 5000;

async function frontMatter(readme: string | null): Promise<unknown> {
  const front = /^---\r?\n([\s\S]*?)\r?\n---(\r?\n|$)/.exec(readme ?? '')?.[1];
  if (front === undefined || isLaboured(front)) return null;
  const { parse } = await import('yaml');
  try {
    return parse(front, { logLevel: 'silent', maxAliasCount: 0 });
  } catch {
    // The hub shows such a card too; names decide then.
    return null;
  }
}

/** Of a README with `configs:` those, else one that is called default. */
export async function configsOf(
  readme: string | null,
  files: readonly HubFile[],
): Promise<readonly DatasetConfig[]> {
  const seen = files
    .filter(({ path }) => !isHidden(path) && !ignored.test(path))
    .sort(byPath)
    .map((file): Inside => ({ path: file.path, file }));
  const front = await frontMatter(readme);
  const listed = isRecord(front) && Array.isArray(front.configs) ? front.configs.filter(isRecord) : [];
  const named: readonly Readonly<Record<string, unknown>>[] =
    listed.length > 0 ? listed : [{ config_name: 'default' }];
  return named.flatMap((entry) => {
    const { config_name: name, data_files: told = null, data_dir: folder } = entry;
    const base = typeof folder === 'string' ? `${folder.replace(/^\.?\/|\/$/g, '')}/` : '';
    const inside = seen.flatMap(({ path, file }) =>
      path.startsWith(base) ? [{ path: path.slice(base.length), file }] : [],
    );
    const patterns = patternsOf(told);
    const splits = ofOneKind(patterns === null ? splitsByNames(inside) : splitsByPatterns(inside, patterns));
    return splits.length === 0 ? [] : [{ name: typeof name === 'string' ? name : 'default', splits }];
  });
}
