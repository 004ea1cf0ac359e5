// Finds what nothing needs: files that no entry point reaches, values that are exported and never imported, and
// packages that no file imports. Exported types do not count: they document what a function takes.
import type { Violation } from './outcome.ts';
import type { Module, Node, SourceFile } from './sources.ts';
import { isNode, isTest, lineAt } from './sources.ts';

const nodesIn = (value: unknown): readonly Node[] => (Array.isArray(value) ? value.filter(isNode) : []);

function nameOf(value: unknown): string | undefined {
  if (!isNode(value)) return undefined;
  const name = value.name ?? value.value;
  return typeof name === 'string' ? name : undefined;
}

/** Names bound by a declaration or a destructuring pattern. */
function boundNames(node: Node): readonly string[] {
  if (node.type === 'Identifier') return [String(node.name)];
  const inner = [node.id, node.value, node.argument, node.left].filter(isNode);
  const lists = [...nodesIn(node.declarations), ...nodesIn(node.properties), ...nodesIn(node.elements)];
  return (
    node.type === 'FunctionDeclaration' || node.type === 'ClassDeclaration'
      ? [node.id].filter(isNode)
      : [...inner, ...lists]
  ).flatMap(boundNames);
}

/** Exported values of a module with the offset of each; 'default' is the name of a default export. */
export function exportedValues(
  module: Module,
): readonly { readonly name: string; readonly offset: number }[] {
  return nodesIn(module.program.body).flatMap((node) => {
    if (node.type === 'ExportDefaultDeclaration') return [{ name: 'default', offset: node.start }];
    if (node.type !== 'ExportNamedDeclaration' || node.exportKind === 'type') return [];
    const { declaration } = node;
    if (isNode(declaration)) {
      return declaration.type.startsWith('TS')
        ? []
        : boundNames(declaration).map((name) => ({ name, offset: node.start }));
    }
    return nodesIn(node.specifiers).flatMap((s) =>
      s.exportKind === 'type' ? [] : [{ name: nameOf(s.exported) ?? '', offset: s.start }],
    );
  });
}

/** What each file takes from others: names by target, or '*' for a namespace, a dynamic import or a re-export of all. */
function takenNames(modules: readonly Module[]): ReadonlySet<string> {
  const taken = new Set<string>();
  for (const module of modules) {
    for (const reference of module.references) {
      if (reference.target === undefined) continue;
      if (reference.kind === 'dynamic') taken.add(`${reference.target} *`);
      const { declaration } = reference;
      if (declaration.type === 'ExportAllDeclaration') taken.add(`${reference.target} *`);
      for (const specifier of nodesIn(declaration.specifiers)) {
        const name =
          specifier.type === 'ImportDefaultSpecifier'
            ? 'default'
            : specifier.type === 'ImportNamespaceSpecifier'
              ? '*'
              : nameOf(specifier.type === 'ExportSpecifier' ? specifier.local : specifier.imported);
        taken.add(`${reference.target} ${name}`);
      }
    }
  }
  return taken;
}

/** Files reached from the entries, following every kind of reference. */
function reachable(modules: readonly Module[], entries: readonly string[]): ReadonlySet<string> {
  const byPath = new Map(modules.map((m) => [m.file.path, m]));
  const seen = new Set<string>();
  const waiting = [...entries];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (seen.has(path)) continue;
    seen.add(path);
    for (const reference of byPath.get(path)?.references ?? [])
      if (reference.target !== undefined) waiting.push(reference.target);
  }
  return seen;
}

/** Entry points: tests, configuration, declarations, and what package.json, a shell script of tools/ or the page names. */
export function entryPoints(
  paths: readonly string[],
  manifestText: string,
  pageText: string,
): readonly string[] {
  const named = (path: string): boolean => manifestText.includes(path) || pageText.includes(`/${path}`);
  return paths.filter(
    (path) => isTest(path) || /\.d\.ts$|^[^/]+\.config\.ts$|^tools\/run\.mjs$/.test(path) || named(path),
  );
}

/** Everything that can be deleted, or should be used. */
export function checkUnused(
  modules: readonly Module[],
  files: readonly SourceFile[],
  entries: readonly string[],
  packages: readonly string[],
): readonly Violation[] {
  const seen = reachable(modules, entries);
  const taken = takenNames(modules);
  const violations: Violation[] = files
    .filter((f) => !seen.has(f.path))
    .map((f) => ({ file: f.path, message: 'no entry point reaches it. Delete it, or use it.' }));
  const entry = new Set(entries);
  for (const module of modules) {
    const { path, text } = module.file;
    if (entry.has(path) || !seen.has(path) || taken.has(`${path} *`)) continue;
    for (const { name, offset } of exportedValues(module)) {
      if (taken.has(`${path} ${name}`)) continue;
      violations.push({
        file: path,
        line: lineAt(text, offset),
        message: `exports ${name}, which nothing imports.`,
      });
    }
  }
  const imported = new Set(modules.flatMap((m) => m.references.map((r) => r.specifier)));
  for (const name of packages) {
    if ([...imported].some((s) => s === name || s.startsWith(`${name}/`))) continue;
    violations.push({ file: 'package.json', message: `depends on ${name}, which no file imports.` });
  }
  return violations;
}
