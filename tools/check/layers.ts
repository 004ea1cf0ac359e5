// The direction of knowledge: src/shaders <- src/engine <- src/ui, one sentence a rule.
// Only imports are judged here; what a layer may say in its own text is in vocabulary.ts.
import type { Violation } from './outcome.ts';
import type { Module, Reference } from './sources.ts';
import { isTest } from './sources.ts';

interface Rule {
  /** Why, as printed beside a violation. */
  readonly sentence: string;
  /** Whether this import, made by the file at `from`, breaks the rule. */
  readonly broken: (from: string, reference: Reference) => boolean;
}

const shaders = 'src/shaders/';
const engine = 'src/engine/';
const ui = 'src/ui/';
const doors = new Set(['src/engine/index.ts', 'src/engine/protocol.ts']);

// Packages that draw, translate or hold page state.
const pagePackages =
  /^(react|react-dom|react-aria|react-aria-components|react-stately|i18next|zustand|uplot|tinykeys)(\/|$)/;

// What the engine may bring along at run time; each has its line in docs/decisions/0005-dependencies.md.
// The last is none: vite.config.ts makes it, the table of the page's own files.
const enginePackages =
  /^(@huggingface\/(hub|jinja|tokenizers)|fflate|hyparquet(-compressors)?|onnxruntime-web|re2js|yaml|virtual:page-files)(\/|$)/;

const testPackages = /^(vitest|fast-check|wgsl_reflect|webgpu)(\/|$)|^node:/;

const inside = (reference: Reference, folder: string): boolean =>
  reference.target?.startsWith(folder) ?? false;
const isPackage = (reference: Reference): boolean => reference.target === undefined;

export const rules: readonly Rule[] = [
  {
    sentence: 'Shaders know bytes: src/shaders imports nothing of ours outside src/shaders.',
    broken: (from, r) => from.startsWith(shaders) && !isPackage(r) && !inside(r, shaders),
  },
  {
    sentence: 'Shaders bring no package along: only their tests may import one.',
    broken: (from, r) =>
      from.startsWith(shaders) && isPackage(r) && !(isTest(from) && testPackages.test(r.specifier)),
  },
  {
    sentence: 'The engine knows tensors and gradients, not people: src/engine never imports src/ui.',
    broken: (from, r) => from.startsWith(engine) && inside(r, ui),
  },
  {
    sentence: 'React and page state never appear below src/ui.',
    broken: (from, r) =>
      from.startsWith('src/') && !from.startsWith(ui) && isPackage(r) && pagePackages.test(r.specifier),
  },
  {
    sentence:
      'A package in the engine needs its reason: only those named in tools/check/layers.ts may be imported.',
    broken: (from, r) =>
      from.startsWith(engine) &&
      isPackage(r) &&
      !pagePackages.test(r.specifier) &&
      !enginePackages.test(r.specifier) &&
      !(isTest(from) && testPackages.test(r.specifier)),
  },
  {
    sentence:
      'The page enters the engine by two doors: src/ui imports only engine/index.ts and engine/protocol.ts.',
    broken: (from, r) => from.startsWith(ui) && inside(r, engine) && !doors.has(r.target ?? ''),
  },
  {
    sentence: 'WebGPU stays below the engine: src/ui never imports src/shaders.',
    broken: (from, r) => from.startsWith(ui) && inside(r, shaders),
  },
  {
    sentence: 'WGSL text lives with its kernel: only src/shaders imports .wgsl files.',
    broken: (from, r) => !from.startsWith(shaders) && (r.target?.endsWith('.wgsl') ?? false),
  },
  {
    sentence: 'The product never depends on its tools: src imports nothing from tools or e2e.',
    broken: (from, r) => from.startsWith('src/') && (inside(r, 'tools/') || inside(r, 'e2e/')),
  },
  {
    sentence: 'Code made for tests stays in tests: only tests and tools import a testing folder or a test.',
    broken: (from, r) =>
      from.startsWith('src/') && !isTest(from) && r.target !== undefined && isTest(r.target),
  },
  {
    sentence: 'No barrels: the only index.ts is src/engine/index.ts.',
    broken: (_from, r) => /(^|\/)index\.tsx?$/.test(r.target ?? '') && r.target !== 'src/engine/index.ts',
  },
  {
    sentence: 'Relative imports carry their extension, so that Node and the browser resolve them alike.',
    broken: (_from, r) =>
      r.target !== undefined &&
      r.kind !== 'url' &&
      !/\.(ts|tsx|mjs|wgsl|py|css|json|jsonl|md|svg|txt)$/.test(r.target),
  },
];

/** Every import that breaks a rule, with the rule's sentence. */
export function checkLayers(modules: readonly Module[]): readonly Violation[] {
  return modules.flatMap((module) =>
    module.references.flatMap((reference) =>
      rules
        .filter((rule) => rule.broken(module.file.path, reference))
        .map((rule) => ({
          file: module.file.path,
          line: reference.line,
          message: `imports '${reference.specifier}'. ${rule.sentence}`,
        })),
    ),
  );
}
