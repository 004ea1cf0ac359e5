// Byte-pair encoding: the pair of lowest rank is joined first, the leftmost among equals, until none is left. Source: tokenizers 0.23
// models/bpe/{model,word}.rs. Dropout is for training tokenizers and left out.
import type { Token, TokenModel } from './model.ts';
import { byteIds, remembering } from './model.ts';
import type { Bpe } from './shapes.ts';
import { brokenMerge, noTokenFor, twoOfOneId } from './tokenErrors.ts';

/** More than any vocabulary has. */
const IDS = 2 ** 25;
/** Places in a text beside ranks in one number: 2^27 and 2^26 of them. */
const PLACES = 2 ** 26;

/** A queue of numbers, least first. */
class Least {
  readonly #heap: number[] = [];

  push(value: number): void {
    const heap = this.#heap;
    let at = heap.length;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = heap[parent] ?? 0;
      if (above <= value) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = value;
  }

  pop(): number | undefined {
    const heap = this.#heap;
    const least = heap[0];
    const value = heap.pop();
    if (value === undefined || heap.length === 0) return least;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && (heap[child + 1] ?? 0) < (heap[child] ?? 0)) child++;
      const below = heap[child] ?? 0;
      if (below >= value) break;
      heap[at] = below;
      at = child;
    }
    heap[at] = value;
    return least;
  }
}

interface Symbols {
  readonly ids: number[];
  readonly starts: number[];
  readonly ends: number[];
}

class Merges {
  /** Rank by pair. */
  readonly #ranks = new Map<number, number>();
  /** What the pair of a rank becomes. */
  readonly #joined: number[] = [];

  constructor({ merges, continuing_subword_prefix }: Bpe, vocabulary: ReadonlyMap<string, number>) {
    const prefix = continuing_subword_prefix ?? '';
    for (const merge of merges) {
      const at = typeof merge === 'string' ? merge.indexOf(' ', 1) : 0;
      const [left, right] = typeof merge === 'string' ? [merge.slice(0, at), merge.slice(at + 1)] : merge;
      const joined = left + (right.startsWith(prefix) ? right.slice(prefix.length) : right);
      const ids = [left, right, joined].map((token) => vocabulary.get(token));
      const [first, second, both] = ids;
      if (at < 0 || first === undefined || second === undefined || both === undefined)
        throw brokenMerge(merge);
      this.#ranks.set(first * IDS + second, this.#joined.length);
      this.#joined.push(both);
    }
  }

  /** Joins until nothing can be. */
  apply({ ids, starts, ends }: Symbols): Token[] {
    const count = ids.length;
    const next = Int32Array.from({ length: count }, (_, i) => (i + 1 < count ? i + 1 : -1));
    const previous = Int32Array.from({ length: count }, (_, i) => i - 1);
    const gone = new Uint8Array(count);
    const queue = new Least();
    const rankAt = (at: number): number | undefined => {
      const after = next[at] ?? -1;
      return after < 0 ? undefined : this.#ranks.get((ids[at] ?? 0) * IDS + (ids[after] ?? 0));
    };
    const offer = (at: number): void => {
      const rank = rankAt(at);
      if (rank !== undefined) queue.push(rank * PLACES + at);
    };
    for (let i = 0; i + 1 < count; i++) offer(i);
    for (let best = queue.pop(); best !== undefined; best = queue.pop()) {
      const at = best % PLACES;
      if (gone[at]) continue;
      const id = this.#joined[Math.floor(best / PLACES)];
      const now = rankAt(at);
      // The pair that was offered is no more.
      if (id === undefined || now === undefined || this.#joined[now] !== id) continue;
      const after = next[at] ?? -1;
      const beyond = next[after] ?? -1;
      ids[at] = id;
      ends[at] = ends[after] ?? 0;
      gone[after] = 1;
      next[at] = beyond;
      if (beyond >= 0) previous[beyond] = at;
      const before = previous[at] ?? -1;
      if (before >= 0) offer(before);
      offer(at);
    }
    return ids.flatMap((id, i) => (gone[i] ? [] : [{ id, start: starts[i] ?? 0, end: ends[i] ?? 0 }]));
  }
}

/** Throws UserError 'tokenizer-file' for merges that are not of the vocabulary. */
export function bpeModel(own: Bpe): TokenModel {
  const vocabulary = new Map(Object.entries(own.vocab));
  const tokens = new Map([...vocabulary].map(([token, id]) => [id, token]));
  if (tokens.size !== vocabulary.size) throw twoOfOneId();
  const merges = new Merges(own, vocabulary);
  const prefix = own.continuing_subword_prefix ?? '';
  const suffix = own.end_of_word_suffix ?? '';
  const unknown = typeof own.unk_token === 'string' ? vocabulary.get(own.unk_token) : undefined;
  const idOf = (token: string): number | undefined => vocabulary.get(token);

  const symbolsOf = (text: string): Symbols => {
    const symbols: Symbols = { ids: [], starts: [], ends: [] };
    const add = (id: number, start: number, end: number): void => {
      symbols.ids.push(id);
      symbols.starts.push(start);
      symbols.ends.push(end);
    };
    /** Unknown characters that are not yet a token: where they begin and end. */
    let waiting: [start: number, end: number] | [] = [];
    const flush = (): void => {
      const [from, to] = waiting;
      if (from !== undefined && to !== undefined && unknown !== undefined) add(unknown, from, to);
      waiting = [];
    };
    let start = 0;
    for (const character of text) {
      const end = start + character.length;
      const symbol = `${start > 0 ? prefix : ''}${character}${end === text.length ? suffix : ''}`;
      const id = vocabulary.get(symbol);
      const bytes = id === undefined && own.byte_fallback ? byteIds(symbol, idOf) : null;
      if (id !== undefined) {
        flush();
        add(id, start, end);
      } else if (bytes) {
        for (const byte of bytes) add(byte, start, end);
      } else {
        // Without a token for it, the character is left out; a name that is of no token is an error, as it is there.
        if (unknown === undefined && typeof own.unk_token === 'string') throw noTokenFor(character);
        const from: number = waiting[0] ?? start;
        if (!own.fuse_unk) flush();
        waiting = [own.fuse_unk ? from : start, end];
      }
      start = end;
    }
    flush();
    return symbols;
  };

  return {
    idOf,
    tokenOf: (id) => tokens.get(id),
    tokenize: remembering((text) => {
      const whole = own.ignore_merges ? vocabulary.get(text) : undefined;
      return whole === undefined
        ? merges.apply(symbolsOf(text))
        : [{ id: whole, start: 0, end: text.length }];
    }),
  };
}
