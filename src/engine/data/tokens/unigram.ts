// The unigram model: of all ways to cut a piece into tokens, the one whose scores add up to most. Source: tokenizers 0.23
// models/unigram/model.rs (encode_optimized: among equals the first that was found, scores in float64).
import type { Token, TokenModel } from './model.ts';
import { byteIds, remembering } from './model.ts';
import type { Unigram } from './shapes.ts';
import { noTokenFor } from './tokenErrors.ts';

/** How much worse than the worst token an unknown character is. */
const PENALTY = 10;

interface Best {
  readonly id: number | null;
  readonly score: number;
  readonly start: number;
}

export function unigramModel(own: Unigram): TokenModel {
  const ids = new Map(own.vocab.map(([token], id) => [token, id]));
  const idOf = (token: string): number | undefined => ids.get(token);
  const scoreOf = (id: number): number => own.vocab[id]?.[1] ?? 0;
  const unknownScore = own.vocab.reduce((least, [, score]) => Math.min(least, score), Infinity) - PENALTY;
  const unknown = own.unk_id ?? null;
  /** The longest token that begins with a character. */
  const longest = new Map<number, number>();
  for (const [token] of own.vocab) {
    const first = token.codePointAt(0);
    if (first !== undefined) longest.set(first, Math.max(longest.get(first) ?? 0, token.length));
  }

  const bestCuts = (text: string): (Best | undefined)[] => {
    const cuts: (Best | undefined)[] = Array.from({ length: text.length + 1 });
    const offer = (end: number, best: Best): void => {
      const known = cuts[end];
      if (!known || best.score > known.score) cuts[end] = best;
    };
    let start = 0;
    for (const character of text) {
      const sofar = cuts[start]?.score ?? 0;
      const alone = start + character.length;
      let single = false;
      const most = Math.min(text.length, start + (longest.get(character.codePointAt(0) ?? 0) ?? 0));
      for (let end = alone; end <= most; end++) {
        const id = ids.get(text.slice(start, end));
        if (id === undefined) continue;
        offer(end, { id, score: scoreOf(id) + sofar, start });
        single ||= end === alone;
      }
      if (!single) offer(alone, { id: unknown, score: unknownScore + sofar, start });
      start = alone;
    }
    return cuts;
  };

  /** Stretches of text, unknown ones joined. */
  const cut = (text: string): (readonly [start: number, end: number])[] => {
    const cuts = bestCuts(text);
    const found: (readonly [number, number])[] = [];
    let joining = false;
    for (let end = text.length; end > 0; ) {
      const best = cuts[end];
      const start = best?.start ?? 0;
      const strange = unknown !== null && best?.id === unknown;
      const last = found.at(-1);
      if (strange && joining && last) found[found.length - 1] = [start, last[1]];
      else found.push([start, end]);
      joining = strange;
      end = start;
    }
    return found.reverse();
  };

  return {
    idOf,
    tokenOf: (id) => own.vocab[id]?.[0],
    tokenize: remembering((text) =>
      cut(text).flatMap(([start, end]): Token[] => {
        const words = text.slice(start, end);
        const id = ids.get(words);
        if (id !== undefined) return [{ id, start, end }];
        const bytes = own.byte_fallback ? byteIds(words, idOf) : null;
        if (bytes) return bytes.map((byte) => ({ id: byte, start, end }));
        if (unknown === null) throw noTokenFor(words);
        return [{ id: unknown, start, end }];
      }),
    ),
  };
}
