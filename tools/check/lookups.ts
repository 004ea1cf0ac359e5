// No look-up by a name from outside in a plain object: `table[name]` finds `constructor` and `__proto__` in every one. A table whose keys are any
// text is a Map, or is asked by Object.hasOwn; what is looked up by a key of its own type is the type checker's.
import type { Violation } from './outcome.ts';
import type { Module, Node } from './sources.ts';
import { isNode, isTest, lineAt, walk } from './sources.ts';

const SENTENCE =
  'looks up any text in a plain object, where `constructor` is found too. Make it a Map, or ask Object.hasOwn.';

/** The text of a node. */
const textOf = ({ file }: Module, node: Node): string =>
  file.text.slice(node.start, typeof node.end === 'number' ? node.end : node.start);

/** Whether a type lets any text be a key: `Record<string, …>`, or an index signature. */
const isOpenTable = (type: string): boolean =>
  /\bRecord<\s*string\s*,|\{\s*(?:readonly\s+)?\[\s*\w+\s*:\s*string\s*\]\s*:/.test(
    type.replace(/=>[\s\S]*$/, ''),
  );

/** Names of a module's tables: constants at its top level that are objects of any key. */
function tablesOf(module: Module): ReadonlySet<string> {
  const names = new Set<string>();
  walk(module.program, (node, parent) => {
    if (node.type !== 'VariableDeclarator' || !isNode(node.id) || !isNode(node.init)) return;
    if (!isNode(parent) || parent.type !== 'VariableDeclaration' || parent.kind !== 'const') return;
    const annotation = isNode(node.id.typeAnnotation) ? textOf(module, node.id.typeAnnotation) : '';
    const made = /^(Object\.fromEntries\(|\{)/.test(textOf(module, node.init));
    if (made && typeof node.id.name === 'string' && isOpenTable(annotation)) names.add(node.id.name);
  });
  return names;
}

/** A key that is written there, or a number that counts. */
const isFixed = (key: Node): boolean =>
  key.type === 'Literal' ||
  (key.type === 'TemplateLiteral' && Array.isArray(key.expressions) && key.expressions.length === 0);

export function checkLookups(modules: readonly Module[]): readonly Violation[] {
  const tables = new Map(modules.map((module) => [module.file.path, tablesOf(module)]));
  return modules
    .filter(({ file }) => /^(src|tools\/(cli|start))\//.test(file.path) && !isTest(file.path))
    .flatMap((module) => {
      const { file, program, references } = module;
      const known = new Set(tables.get(file.path));
      for (const { target, declaration } of references) {
        const theirs = tables.get(target ?? '');
        const specifiers: readonly unknown[] = Array.isArray(declaration.specifiers)
          ? declaration.specifiers
          : [];
        for (const one of specifiers) {
          if (!isNode(one) || !isNode(one.imported) || !isNode(one.local)) continue;
          if (theirs?.has(String(one.imported.name))) known.add(String(one.local.name));
        }
      }
      const violations: Violation[] = [];
      walk(program, (node, parent) => {
        if (
          node.type !== 'MemberExpression' ||
          node.computed !== true ||
          !isNode(node.object) ||
          !isNode(node.property)
        )
          return;
        if (typeof node.object.name !== 'string' || !known.has(node.object.name) || isFixed(node.property))
          return;
        if (parent?.type === 'AssignmentExpression' && parent.left === node) return;
        // Object.hasOwn(table, key) && table[key]: asked before, on the same line or the one above.
        const line = lineAt(file.text, node.start);
        const near = file.text
          .split('\n')
          .slice(Math.max(0, line - 2), line)
          .join('\n');
        if (near.includes(`hasOwn(${node.object.name},`)) return;
        violations.push({ file: file.path, line, message: `${node.object.name}[…] ${SENTENCE}` });
      });
      return violations;
    });
}
