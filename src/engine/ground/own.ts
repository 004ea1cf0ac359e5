// Looks a name up in a table that is an object: names that every object has (`constructor`, `__proto__`) are in none.

/** What the table itself has under the key. */
export const own = <T>(table: Readonly<Record<string, T>>, key: string): T | undefined =>
  Object.hasOwn(table, key) ? table[key] : undefined;
