// From the id that a script names to the model it means: an id of the list exactly, its twin under another owner, a name that
// says family and size, or an assumption that is named. Nothing is fetched: a hub can't be asked.

import { invariant } from '../../ground/errors.ts';
import type { Text } from '../../ground/text.ts';
import { text } from '../../ground/text.ts';
import type { KnownTable } from './table.ts';
import type { Words } from './words.ts';
import { baseName, familyOf, storedAs, wordsOf } from './words.ts';

/** What an id stands for. */
export interface FoundModel {
  readonly id: string;
  /** config.model_type */
  readonly modelType: string;
  /** Of the table: a structure of the type, '' the usual one. */
  readonly variant: string;
  /** Numbers of the configuration by their names. */
  readonly config: Readonly<Record<string, number>>;
  /** Whether input and output embeddings share a weight. */
  readonly tied: boolean;
  /** How the id's own files are quantised. */
  readonly stored: '4bit' | '8bit' | 'gptq' | 'awq' | null;
  /** Whether it is a model of the list, or a mirror of one: then its type is no assumption. */
  readonly listed: boolean;
  /** What was assumed, where the id is not in the list or nothing but the list says its sizes. */
  readonly assumption: Text | null;
}

/** What else is known of a model: a type that a script's configuration names. */
export interface ModelHints {
  readonly modelType?: string;
}

/** Owners whose ids are others' models again. */
const MIRRORS = /^(unsloth|TheBloke|NousResearch|decapoda-research|baffo32|yahma)\//;
const FALLBACK = 'meta-llama/Llama-3.2-1B';

interface Entry {
  readonly id: string;
  readonly size: number;
  /** Another public source says the same sizes. */
  readonly held: boolean;
  readonly words: Words;
}

export class KnownIds {
  readonly #table: KnownTable;
  readonly #byId = new Map<string, Entry>();
  readonly #byName = new Map<string, Entry>();

  constructor(table: KnownTable) {
    this.#table = table;
    for (const [owner, list] of Object.entries(table.ids)) {
      const parts = list.split(' ');
      for (let i = 0; i + 1 < parts.length; i += 2) {
        const id = owner === '' ? `${parts[i]}` : `${owner}/${parts[i]}`;
        const [size = '', doubt] = (parts[i + 1] ?? '').split(/(?=\?)/);
        const entry = { id, size: Number(size), held: doubt === undefined, words: wordsOf(id) };
        this.#byId.set(id.toLowerCase(), entry);
        const name = baseName(id);
        const before = this.#byName.get(name);
        if (!before || (entry.held && !before.held)) this.#byName.set(name, entry);
      }
    }
  }

  get count(): number {
    return this.#byId.size;
  }

  find(id: string, hints: ModelHints = {}): FoundModel {
    const exact = this.#byId.get(id.toLowerCase());
    const twin = this.#byName.get(baseName(id));
    if (exact)
      return { ...this.#found(id, exact, isHeld(exact, twin) ? null : fromMemory(id)), listed: true };
    if (twin && id.startsWith('unsloth/'))
      return { ...this.#found(id, twin, twin.held ? null : fromMemory(id)), listed: true };
    if (twin) return this.#found(id, twin, sameAs(id, twin.id));
    const near = this.#nearest(id, hints);
    if (near) return this.#found(id, near, sizesOf(id, near.id));
    const fallback = this.#byId.get(FALLBACK.toLowerCase());
    invariant(fallback, 'known models: no fallback');
    return this.#found(id, fallback, unknown(id));
  }

  #found(id: string, { size }: Entry, assumption: Text | null): FoundModel {
    const [kind = '', numbers = '', tied] = (this.#table.sizes[size] ?? '').split('|');
    const [modelType = '', variant = ''] = kind.split('/');
    const knobs = this.#table.types[modelType]?.[variant]?.knobs ?? [];
    const values = numbers.split(' ').map(Number);
    const config = Object.fromEntries(knobs.map((name, i) => [name, values[i] ?? 0]));
    return {
      id,
      modelType,
      variant,
      config,
      tied: tied === '1',
      stored: storedAs(id),
      listed: false,
      assumption,
    };
  }

  /** Of the same family the entry whose size is nearest to what the name says, or the smallest. */
  #nearest(id: string, { modelType }: ModelHints): Entry | null {
    const words = wordsOf(id);
    const family = familyOf(words);
    let best: Entry | null = null;
    let bestScore = 0;
    for (const entry of this.#byId.values()) {
      if (MIRRORS.test(entry.id)) continue;
      const type = (this.#table.sizes[entry.size] ?? '').split(/[|/]/)[0];
      if (modelType !== undefined ? type !== modelType : family === null || familyOf(entry.words) !== family)
        continue;
      const score = likeness(words, entry.words);
      if (best === null || score > bestScore) [best, bestScore] = [entry, score];
    }
    return best;
  }
}

/** Its own sizes are known from elsewhere, or those of a model of the same name, which are the same. */
const isHeld = (entry: Entry, twin: Entry | undefined): boolean =>
  entry.held || (twin?.held === true && twin.size === entry.size);

/** How well a known name fits: its size first, then the version, then other words; a small one where the name says no size. */
function likeness(wanted: Words, known: Words): number {
  const shared = known.parts.filter((part) => wanted.parts.includes(part)).length;
  const version = wanted.version !== null && wanted.version === known.version ? 6 : 0;
  const words = version + shared - known.parts.length / 10;
  const size = wanted.billions;
  if (size === null) return words + 4 * shared - Math.abs(Math.log(known.billions ?? 1));
  const distance = known.billions === null ? 4 : Math.abs(Math.log(known.billions / size));
  return words - 10 * Math.min(distance, 4);
}

const fromMemory = (id: string): Text =>
  text(
    `The sizes of '${id}' are assumed: they were not held against its published configuration.`,
    `“${id}”的尺寸为假定值：未与其公布的配置核对。`,
  );

const sameAs = (id: string, known: string): Text =>
  text(
    `'${id}' has the name of ${known}; its sizes are assumed to be the same.`,
    `“${id}”与 ${known} 同名，假定尺寸相同。`,
  );

const sizesOf = (id: string, known: string): Text =>
  text(
    `'${id}' is not in the list of known models; by its name it is taken for a model like ${known}.`,
    `“${id}”不在已知模型之列；按名称视为与 ${known} 相同的模型。`,
  );

const unknown = (id: string): Text =>
  text(
    `What '${id}' is can't be told from its name; a small Llama (${FALLBACK}) is assumed. Module names and counts are Llama's.`,
    `从名称无法得知“${id}”是什么模型；假定为小型 Llama（${FALLBACK}）。模块名称和参数量按 Llama 计。`,
  );
