// What a tokenizer makes of a row, kept as long as both live: settings change far more often than rows do.
import type { Row } from './rows.ts';
import type { Tokenizer } from './tokenizer.ts';

export interface PerRow<R extends Row, T> {
  (row: R, tokenizer: Tokenizer): T;
  readonly has: (row: R, tokenizer: Tokenizer) => boolean;
}

export function perRow<R extends Row, T>(make: (row: R, tokenizer: Tokenizer) => T): PerRow<R, T> {
  const known = new WeakMap<Tokenizer, WeakMap<R, { readonly made: T }>>();
  const get = (row: R, tokenizer: Tokenizer): T => {
    const rows = known.get(tokenizer) ?? new WeakMap<R, { readonly made: T }>();
    known.set(tokenizer, rows);
    const kept = rows.get(row) ?? { made: make(row, tokenizer) };
    rows.set(row, kept);
    return kept.made;
  };
  return Object.assign(get, {
    has: (row: R, tokenizer: Tokenizer) => known.get(tokenizer)?.has(row) ?? false,
  });
}
