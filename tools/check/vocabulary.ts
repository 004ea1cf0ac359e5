// What a layer may say in its own text: no WGSL in the engine, no GPU objects in the page, randomness from one place,
// and the project's rules on casts. Imports are judged in layers.ts, the DOM by tsconfig.engine.json, `any` by Biome.
import type { Violation } from './outcome.ts';
import type { Module, Node } from './sources.ts';
import { isNode, isTest, lineAt, walk } from './sources.ts';
import type { Waiver } from './waivers.ts';

interface Word {
  readonly sentence: string;
  readonly applies: (path: string) => boolean;
  readonly matches: (node: Node, parent: Node | undefined) => boolean;
}

const engineOrShaders = (path: string): boolean => /^src\/(engine|shaders)\//.test(path) && !isTest(path);

const memberOf = (node: Node, object: string, property: string): boolean =>
  node.type === 'MemberExpression' &&
  isNode(node.object) &&
  node.object.name === object &&
  isNode(node.property) &&
  node.property.name === property;

const callOf = (node: Node, method: RegExp): boolean => {
  if (node.type !== 'CallExpression' || !isNode(node.callee)) return false;
  const callee = node.callee;
  const name =
    callee.type === 'MemberExpression' && isNode(callee.property) ? callee.property.name : callee.name;
  return typeof name === 'string' && method.test(name);
};

/** What a global is called by: its own name, or as a field of the global object. */
const globalName = (callee: Node): string => {
  const ofGlobal =
    callee.type === 'MemberExpression' &&
    isNode(callee.object) &&
    /^(self|globalThis|window)$/.test(String(callee.object.name));
  const named = ofGlobal ? callee.property : callee;
  if (!isNode(named)) return '';
  return String(named.type === 'Literal' ? named.value : named.name);
};
const callOfGlobal = (node: Node, names: RegExp): boolean =>
  node.type === 'CallExpression' && isNode(node.callee) && names.test(globalName(node.callee));
const newOfGlobal = (node: Node, names: RegExp): boolean =>
  node.type === 'NewExpression' && isNode(node.callee) && names.test(globalName(node.callee));

const words: readonly Word[] = [
  {
    sentence: 'WGSL text never appears outside src/shaders.',
    applies: (path) => /^src\/(engine|ui)\//.test(path) && !isTest(path),
    matches: (node) => {
      const text =
        node.type === 'Literal'
          ? node.value
          : node.type === 'TemplateElement'
            ? JSON.stringify(node.value)
            : '';
      return (
        typeof text === 'string' && /@compute\b|@workgroup_size|var<(storage|workgroup|uniform)/.test(text)
      );
    },
  },
  {
    sentence: 'WebGPU objects never appear in src/ui: ask the engine.',
    applies: (path) => path.startsWith('src/ui/'),
    matches: (node, parent) =>
      memberOf(node, 'navigator', 'gpu') ||
      (node.type === 'Identifier' &&
        parent?.type === 'TSTypeReference' &&
        /^GPU[A-Z]/.test(String(node.name))),
  },
  {
    sentence: 'Shaders take a device and never request one; only their tests do.',
    applies: (path) => path.startsWith('src/shaders/') && !isTest(path),
    matches: (node) => callOf(node, /^request(Device|Adapter)$/),
  },
  {
    sentence: 'Randomness comes from src/engine/torch/random, seeded, or a run cannot be replayed.',
    applies: engineOrShaders,
    matches: (node) => memberOf(node, 'Math', 'random'),
  },
  {
    sentence:
      'Only the workers and clients of src/engine say postMessage, and the page to its service worker and to its other tabs: the boundaries are in one place.',
    applies: (path) =>
      path.startsWith('src/') &&
      !isTest(path) &&
      !/^src\/(engine\/(worker|client|scriptWorker|webChatWorker|webChatClient)|ui\/offline\/keepPage|ui\/tabChannel)\.ts$/.test(
        path,
      ),
    matches: (node) => callOf(node, /^postMessage$/),
  },
  {
    sentence:
      'There is one way to fetch: src/engine/ground/fetching, which judges what comes and asks again.',
    applies: (path) =>
      /^(src|tools)\//.test(path) &&
      !isTest(path) &&
      // The service worker passes on what the page asks in that way.
      !/^src\/(engine\/ground\/fetching\/net|ui\/offline\/serviceWorker)\.ts$/.test(path),
    matches: (node) =>
      callOfGlobal(node, /^fetch$/) ||
      callOf(node, /^sendBeacon$/) ||
      newOfGlobal(node, /^(XMLHttpRequest|WebSocket|EventSource)$/),
  },
  {
    sentence:
      'A bare Error says nobody’s fault: invariant or unreachable for our own, a UserError for what a person can act on.',
    applies: (path) => path.startsWith('src/') && !isTest(path) && path !== 'src/shaders/invariant.ts',
    matches: (node) => node.type === 'NewExpression' && isNode(node.callee) && node.callee.name === 'Error',
  },
];

const isDecoder = (path: string): boolean => /^src\/engine\/(decode|.*[dD]ecode)\.ts$/.test(path);

/** Every word a layer must not say, with the rule's sentence. */
export function checkVocabulary(modules: readonly Module[]): readonly Violation[] {
  const violations: Violation[] = [];
  for (const { file, program } of modules) {
    const here = words.filter((word) => word.applies(file.path));
    if (here.length === 0) continue;
    walk(program, (node, parent) => {
      for (const word of here) {
        if (!word.matches(node, parent)) continue;
        violations.push({ file: file.path, line: lineAt(file.text, node.start), message: word.sentence });
      }
    });
  }
  return violations;
}

/** Type assertions outside decoders and tests (`as const` is no assertion), and comments that silence the compiler. */
export function checkCasts(modules: readonly Module[], waivers: readonly Waiver[]): readonly Violation[] {
  const waived = new Set(waivers.filter((w) => w.check === 'cast').map((w) => w.file));
  const unused = new Set(waived);
  const violations: Violation[] = [];
  for (const { file, program, comments } of modules) {
    for (const { text, line } of comments) {
      const silencer = /^\s*@ts-(?:ignore|expect-error|nocheck)/.exec(text)?.[0].trim();
      if (silencer === undefined) continue;
      violations.push({ file: file.path, line, message: `${silencer} hides an error. Fix the type.` });
    }
    if (isTest(file.path) || isDecoder(file.path)) continue;
    walk(program, (node) => {
      if (node.type !== 'TSAsExpression' && node.type !== 'TSTypeAssertion') return;
      const target = node.typeAnnotation;
      const name = isNode(target) && isNode(target.typeName) ? target.typeName.name : undefined;
      if (name === 'const') return;
      unused.delete(file.path);
      if (waived.has(file.path)) return;
      const message =
        "'as' believes instead of checking. Narrow the type, or decode in a file named …decode.ts.";
      violations.push({ file: file.path, line: lineAt(file.text, node.start), message });
    });
  }
  for (const file of unused)
    violations.push({ file, message: 'has a cast waiver that it does not need. Remove the waiver.' });
  return violations;
}
