// Lists the project's own source files and reads what each one imports and says, from its syntax tree.
// The tree comes from the parser inside Vite, so the checks see TypeScript as the build does. No rule lives here.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { parseSync } from 'vite';

/** A file as text; `path` is relative to the repository root with forward slashes. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** One import, re-export, dynamic import or `new URL('…', import.meta.url)`. */
export interface Reference {
  readonly specifier: string;
  /** The path from the root for a relative specifier, without `?raw`; undefined for a package. */
  readonly target: string | undefined;
  readonly line: number;
  readonly kind: 'static' | 'type' | 'dynamic' | 'url';
  /** The import, export or expression that makes the reference. */
  readonly declaration: Node;
}

export type Node = { readonly type: string; readonly start: number; readonly [key: string]: unknown };

/** A parsed TypeScript file. */
export interface Module {
  readonly file: SourceFile;
  readonly references: readonly Reference[];
  readonly program: Node;
  readonly comments: readonly { readonly text: string; readonly line: number }[];
}

/** Files below `folder`, leaving out what the plain lines of .gitignore name; a line that opens with / holds at the root. */
function walkFolder(root: string, ignored: ReadonlySet<string>, folder = ''): readonly string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.name === '.git' || ignored.has(entry.name) || ignored.has(`/${path}`)) return [];
    return entry.isDirectory() ? walkFolder(root, ignored, path) : [path];
  });
}

/**
 * Files that git tracks or would track, so build output and ignored folders never count. Without git, or in an
 * unpacked archive, every file that .gitignore does not name.
 */
export function listFiles(root: string): readonly string[] {
  const options = { cwd: root, encoding: 'utf8', maxBuffer: 64 << 20 } as const;
  const git = spawnSync('git', ['ls-files', '-co', '--exclude-standard', '-z'], options);
  if (git.status === 0) {
    return [...new Set(git.stdout.split('\0'))]
      .filter((path) => path !== '' && existsSync(join(root, path)))
      .sort();
  }
  const lines = readFileSync(join(root, '.gitignore'), 'utf8').split('\n');
  return [...walkFolder(root, new Set(lines.map((line) => line.trim().replace(/\/$/, ''))))].sort();
}

/** Reads the listed files that match. */
export function readFiles(root: string, paths: readonly string[], wanted: RegExp): readonly SourceFile[] {
  return paths
    .filter((path) => wanted.test(path))
    .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));
}

/** The line of an offset, counted from 1. */
export function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let i = text.indexOf('\n'); i !== -1 && i < offset; i = text.indexOf('\n', i + 1)) line += 1;
  return line;
}

export function isNode(value: unknown): value is Node {
  return (
    typeof value === 'object' &&
    value !== null &&
    'type' in value &&
    typeof value.type === 'string' &&
    'start' in value
  );
}

/** Calls `visit` for every node below `node`, parents first. */
export function walk(node: Node, visit: (node: Node, parent: Node | undefined) => void, parent?: Node): void {
  visit(node, parent);
  for (const value of Object.values(node)) {
    if (isNode(value)) walk(value, visit, node);
    else if (Array.isArray(value)) for (const item of value) if (isNode(item)) walk(item, visit, node);
  }
}

function resolveTarget(from: string, specifier: string): string | undefined {
  const bare = specifier.replace(/\?.*$/, '');
  return bare.startsWith('.') ? normalize(join(dirname(from), bare)).replaceAll('\\', '/') : undefined;
}

/** Parses one TypeScript file. Throws with the parser's message when the syntax is broken. */
export function parseModule(file: SourceFile): Module {
  const parsed = parseSync(file.path, file.text);
  const broken = parsed.errors[0];
  if (broken !== undefined) throw new Error(`${file.path}: ${broken.message}`);
  const program: unknown = parsed.program;
  if (!isNode(program)) throw new Error(`${file.path}: the parser gave no program`);
  const references: Reference[] = [];
  const add = (specifier: string, offset: number, kind: Reference['kind'], declaration: Node): void => {
    references.push({
      specifier,
      target: resolveTarget(file.path, specifier),
      line: lineAt(file.text, offset),
      kind,
      declaration,
    });
  };
  walk(program, (node) => {
    const source = isNode(node.source) ? node.source : undefined;
    const specifier = source?.value;
    if (source && typeof specifier === 'string') {
      const dynamic = node.type === 'ImportExpression';
      const typeOnly = node.importKind === 'type' || node.exportKind === 'type';
      add(specifier, source.start, dynamic ? 'dynamic' : typeOnly ? 'type' : 'static', node);
    }
    if (node.type === 'NewExpression' && isNode(node.callee) && node.callee.name === 'URL') {
      const first: unknown = Array.isArray(node.arguments) ? node.arguments[0] : undefined;
      if (isNode(first) && typeof first.value === 'string' && first.value.startsWith('.'))
        add(first.value, first.start, 'url', node);
    }
  });
  const comments = parsed.comments.map((c) => ({ text: c.value, line: lineAt(file.text, c.start) }));
  return { file, references, program, comments };
}

/** Whether a path is a test or lives in a folder that only tests use. */
export function isTest(path: string): boolean {
  return /\.test\.tsx?$/.test(path) || path.includes('/testing/') || path.startsWith('e2e/');
}
