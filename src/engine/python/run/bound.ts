// One call with its arguments under the names of their parameters, as Python binds them: what a version doesn't know is its TypeError.
// Source: CPython 3.11 ceval.c, the texts of missing, unexpected and surplus arguments.
import { PythonError } from '../../torch/autograd/pythonError.ts';
import type { ProgramCall, ProgramValue } from '../program/program.ts';
import type { Parameter, Signature } from '../program/signatures.ts';

export interface Arguments {
  /** By parameter; without what was left out. */
  readonly given: ReadonlyMap<string, ProgramValue>;
  /** What the version passes where nothing is given. */
  readonly fallbacks: ReadonlyMap<string, ProgramValue>;
  /** Positions beyond the parameters' (`*args`). */
  readonly rest: readonly ProgramValue[];
  /** `DeprecationWarning: …` of renamed arguments. */
  readonly warnings: readonly string[];
}

/** The statement as a script writes it: `TrainingArguments(...)`, `model.gradient_checkpointing_enable`, `get_peft_model`. */
export function statementOf({ callee, receiver }: Pick<ProgramCall, 'callee' | 'receiver'>): string {
  const name = callee.split('.').at(-1) ?? callee;
  if (receiver) return `model.${name}`;
  return /^[A-Z]/.test(name) ? `${name}(...)` : name;
}

const quoted = (names: readonly string[]): string => {
  const all = names.map((name) => `'${name}'`);
  if (all.length < 3) return all.join(' and ');
  return `${all.slice(0, -1).join(', ')}, and ${all.at(-1)}`;
};

/** Without a signature: positions go by the names that the call itself asks for. */
function unchecked(call: ProgramCall, positions: readonly string[]): Arguments {
  const given = new Map(Object.entries(call.kwargs));
  for (const [i, value] of call.args.entries()) {
    const name = positions[i];
    if (name !== undefined) given.set(name, value);
  }
  return { given, fallbacks: new Map(), rest: call.args.slice(positions.length), warnings: [] };
}

/** Old names as the decorators of the libraries pass them on. */
function renamed(
  call: ProgramCall,
  signature: Signature,
): { kwargs: [string, ProgramValue][]; warnings: string[] } {
  const warnings: string[] = [];
  const kwargs = Object.entries(call.kwargs).flatMap(([name, value]): [string, ProgramValue][] => {
    const change = signature.renamed.get(name);
    if (!change) return [[name, value]];
    const refused = /^(\w+Error): ([\s\S]*)$/.exec(change.warning ?? '');
    if (refused) throw new PythonError(refused[1] ?? '', refused[2] ?? '', statementOf(call));
    if (change.warning !== null) warnings.push(change.warning);
    return change.now === null ? [] : [[change.now, value]];
  });
  return { kwargs, warnings };
}

interface Places {
  readonly positional: readonly Parameter[];
  readonly hasRest: boolean;
  readonly hasKeywords: boolean;
}

function placesOf(parameters: readonly Parameter[]): Places {
  return {
    positional: parameters.filter(({ kind }) => kind === 'positional'),
    hasRest: parameters.some(({ kind }) => kind === 'rest'),
    hasKeywords: parameters.some(({ kind }) => kind === 'keywords'),
  };
}

/** Throws PythonError as Python's call does. `bound`: the first position is taken (self), which Python counts. */
export function bindArguments(
  call: ProgramCall,
  signature: Signature | null,
  positions: readonly string[],
  bound: boolean,
): Arguments {
  if (!signature?.parameters) return unchecked(call, positions);
  const { parameters, qualname } = signature;
  // A wrapper that hands everything on: the names are those of what it wraps.
  if (parameters.length > 0 && parameters.every(({ kind }) => kind === 'rest' || kind === 'keywords'))
    return { ...unchecked(call, positions), rest: call.args };
  const { positional, hasRest, hasKeywords } = placesOf(parameters);
  const fail = (text: string): never => {
    throw new PythonError('TypeError', `${qualname}() ${text}`, statementOf(call));
  };
  const { kwargs, warnings } = renamed(call, signature);
  const given = new Map<string, ProgramValue>();
  for (const [i, value] of call.args.entries()) {
    const name = positional[i]?.name;
    if (name !== undefined) given.set(name, value);
  }
  if (call.args.length > positional.length && !hasRest) {
    const self = bound ? 1 : 0;
    const most = positional.length + self;
    const least = positional.filter(({ fallback }) => fallback === undefined).length + self;
    const takes = least === most ? String(most) : `from ${least} to ${most}`;
    const noun = most === 1 ? 'argument' : 'arguments';
    const count = call.args.length + self;
    fail(`takes ${takes} positional ${noun} but ${count} ${count === 1 ? 'was' : 'were'} given`);
  }
  const names = new Set(parameters.map(({ name }) => name));
  for (const [name, value] of kwargs) {
    if (given.has(name)) fail(`got multiple values for argument '${name}'`);
    if (!names.has(name) && !hasKeywords) fail(`got an unexpected keyword argument '${name}'`);
    given.set(name, value);
  }
  const missing = parameters.filter(
    ({ name, kind, fallback }) =>
      (kind === 'positional' || kind === 'keyword') && fallback === undefined && !given.has(name),
  );
  if (missing.length > 0) {
    const kind = missing[0]?.kind === 'keyword' ? 'keyword-only' : 'positional';
    const noun = missing.length === 1 ? 'argument' : 'arguments';
    fail(`missing ${missing.length} required ${kind} ${noun}: ${quoted(missing.map(({ name }) => name))}`);
  }
  const fallbacks = new Map(
    parameters.flatMap(({ name, fallback }) => (fallback === undefined ? [] : [[name, fallback] as const])),
  );
  return { given, fallbacks, rest: call.args.slice(positional.length), warnings };
}
