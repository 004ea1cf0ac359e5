// How the calls of one stack are called: parameters with their defaults, dataclass fields of a class after those of its base, what Python
// says to a name that isn't there. From what libraries/signatures holds; python/run binds arguments by it.
import { isRecord } from '../../ground/isRecord.ts';
import { own } from '../../ground/own.ts';
import type {
  Parameter as DumpedParameter,
  Signature as DumpedSignature,
  Signatures as DumpedSignatures,
} from '../../libraries/signatures/signatures.ts';
import type { ProgramValue } from './program.ts';

export interface Parameter {
  readonly name: string;
  readonly kind: 'positional' | 'keyword' | 'rest' | 'keywords';
  /** undefined: it must be given. */
  readonly fallback: ProgramValue | undefined;
}

export interface Signature {
  /** In the order of positions; null: written in C, or the library has no signature for it. */
  readonly parameters: readonly Parameter[] | null;
  /** Whose name a TypeError prints: `LoraConfig.__init__`. */
  readonly qualname: string;
  /** Old names that are taken still, and what they are called now; null: dropped. */
  readonly renamed: ReadonlyMap<string, { readonly now: string | null; readonly warning: string | null }>;
}

export interface Signatures {
  /** null: not one of the names that were dumped. */
  of(callee: string): Signature | null;
  /** What Python says to importing the name, `ImportError: …`; null: it is there. */
  missing(callee: string): string | null;
}

/** JSON, or {"repr"}, {"tuple"}, {"dict"}, {"factory"}. */
function fallbackOf(value: unknown): ProgramValue {
  if (value === null || typeof value === 'boolean' || typeof value === 'number' || typeof value === 'string')
    return value;
  if (Array.isArray(value)) return value.map(fallbackOf);
  if (!isRecord(value)) return { placeholder: String(value) };
  if ('factory' in value) return fallbackOf(value.factory);
  if (Array.isArray(value.tuple)) return { tuple: value.tuple.map(fallbackOf) };
  if (isRecord(value.dict))
    return { dict: Object.entries(value.dict).map(([key, entry]) => [key, fallbackOf(entry)] as const) };
  return { placeholder: String(value.repr ?? JSON.stringify(value)) };
}

function parametersOf(written: readonly DumpedParameter[]): Parameter[] {
  const parameters: Parameter[] = [];
  let kind: 'positional' | 'keyword' = 'positional';
  for (const one of written) {
    const [name, fallback] = typeof one === 'string' ? [one, undefined] : [one[0], fallbackOf(one[1])];
    if (name === '/') continue;
    if (name === '*') kind = 'keyword';
    else if (name.startsWith('**')) parameters.push({ name: name.slice(2), kind: 'keywords', fallback });
    else if (name.startsWith('*')) {
      parameters.push({ name: name.slice(1), kind: 'rest', fallback });
      kind = 'keyword';
    } else parameters.push({ name, kind, fallback });
  }
  return parameters;
}

/** `peft.LoraConfig` → `LoraConfig.__init__`; `peft.PeftModel.from_pretrained` → `PeftModel.from_pretrained`; `peft.get_peft_model` → itself. */
function qualnameOf(callee: string): string {
  const parts = callee.split('.');
  const from = parts.findIndex((part) => /^[A-Z]/.test(part));
  if (from < 0) return parts.at(-1) ?? callee;
  const name = parts.slice(from).join('.');
  return from === parts.length - 1 ? `${name}.__init__` : name;
}

class TableSignatures implements Signatures {
  readonly #table: DumpedSignatures;
  readonly #known = new Map<string, Signature | null>();

  constructor(table: DumpedSignatures) {
    this.#table = table;
  }

  #entry(callee: string): DumpedSignature | null {
    return own(this.#table, callee) ?? null;
  }

  missing(callee: string): string | null {
    return this.#entry(callee)?.missing ?? null;
  }

  of(callee: string): Signature | null {
    const known = this.#known.get(callee);
    if (known !== undefined) return known;
    const read = this.#read(callee);
    this.#known.set(callee, read);
    return read;
  }

  #read(callee: string): Signature | null {
    const entry = this.#entry(callee);
    if (!entry || entry.missing !== undefined) return null;
    const renamed = new Map(
      (entry.renamed ?? []).map(([old, now, warning]) => [old, { now, warning }] as const),
    );
    const qualname = entry.qualname ?? qualnameOf(callee);
    if (entry.parameters !== undefined)
      return { parameters: entry.parameters && parametersOf(entry.parameters), qualname, renamed };
    const base = entry.base === undefined ? null : this.of(entry.base);
    const own = parametersOf(entry.fields ?? []);
    const fields = new Map((base?.parameters ?? []).map((one) => [one.name, one] as const));
    for (const one of own) fields.set(one.name, one);
    return {
      parameters: [...fields.values()],
      qualname: entry.fields === undefined ? (base?.qualname ?? qualname) : qualname,
      renamed: new Map([...(base?.renamed ?? []), ...renamed]),
    };
  }
}

/** The signatures of a set of releases. */
export const signaturesOf = (table: DumpedSignatures): Signatures => new TableSignatures(table);
