// repr(module) as PyTorch prints it, for messages that quote a module. Only the module kinds of this tree.
import type { Module } from './module.ts';

function extra(module: Module): string {
  const { kind } = module;
  if (module.extra !== null) return module.extra;
  if (kind.type === 'linear') {
    return `in_features=${kind.inFeatures}, out_features=${kind.outFeatures}, bias=${module.parameters.has('bias') ? 'True' : 'False'}`;
  }
  if (kind.type === 'embedding') return `${kind.rows}, ${kind.width}`;
  if (kind.type === 'norm') return `(${kind.width},), eps=${pythonFloat(kind.eps)}`;
  return '';
}

/** 1e-05 and 0.001 as Python prints them. */
export function pythonFloat(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e16) return `${value}.0`;
  const [mantissa = '', exponent] = (Math.abs(value) < 1e-4 ? value.toExponential() : String(value)).split(
    'e',
  );
  if (exponent === undefined) return mantissa;
  const sign = exponent.startsWith('-') ? '-' : '+';
  return `${mantissa}e${sign}${exponent.replace(/^[+-]/, '').padStart(2, '0')}`;
}

const indent = (text: string): string => text.split('\n').join('\n  ');

/** Runs of equal children of a ModuleList are folded: `(0-1): 2 x LlamaDecoderLayer(`. */
function childLines(module: Module): string[] {
  const entries = [...module.children].map(([name, child]) => ({
    first: name,
    last: name,
    count: 1,
    text: describeModule(child),
  }));
  if (module.className !== 'ModuleList')
    return entries.map((entry) => `(${entry.first}): ${indent(entry.text)}`);
  const folded: typeof entries = [];
  for (const entry of entries) {
    const previous = folded.at(-1);
    if (previous?.text === entry.text)
      Object.assign(previous, { last: entry.first, count: previous.count + 1 });
    else folded.push(entry);
  }
  return folded.map(({ first, last, count, text }) =>
    count === 1 ? `(${first}): ${indent(text)}` : `(${first}-${last}): ${count} x ${indent(text)}`,
  );
}

/** `Linear(in_features=64, out_features=32, bias=False)`, containers over many lines. Source: torch Module.__repr__. */
export function describeModule(module: Module): string {
  const lines = childLines(module);
  if (lines.length === 0) return `${module.className}(${extra(module)})`;
  return `${module.className}(\n${lines.map((line) => `  ${line}`).join('\n')}\n)`;
}
