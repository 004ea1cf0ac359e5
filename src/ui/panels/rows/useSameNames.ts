// Names of columns as they were while they are the same: each answer brings a new list, and what is drawn by it is not drawn again for that.
import { useState } from 'react';

export function useSameNames(names: readonly string[]): readonly string[] {
  const [kept, setKept] = useState(names);
  const same = kept.length === names.length && kept.every((name, i) => name === names[i]);
  if (!same) setKept(names);
  return same ? kept : names;
}
