// A number with its noun in English, in the singular where it is one. Chinese has one form.

/** `1 row`, `3 rows`; `many` where an s does not make the plural, or where more than the noun follows the number. */
export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${count} ${count === 1 ? one : many}`;
