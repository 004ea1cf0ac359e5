// A table looked up by a word that a person wrote: what every object inherits, such as `constructor`, is no entry of it.

export const own = <T>(table: Readonly<Record<string, T>>, word: string): T | undefined =>
  Object.hasOwn(table, word) ? table[word] : undefined;
