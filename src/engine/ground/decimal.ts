// Numbers as people write them: decimal digits with a sign, a point and an exponent. JavaScript's own reader also takes 0x10, a blank and Infinity.

/** The number of a text, or null where it is none. */
export function decimal(text: string): number | null {
  if (!/^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i.test(text)) return null;
  const value = Number(text);
  return Number.isFinite(value) ? value : null;
}
