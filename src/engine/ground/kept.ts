// What is made once and kept. What failed is not kept: the next who wants it has it made anew.

export function kept<T>(make: () => Promise<T>): () => Promise<T> {
  let held: Promise<T> | null = null;
  return () => {
    if (held !== null) return held;
    const mine = make();
    held = mine;
    mine.catch(() => {
      if (held === mine) held = null;
    });
    return mine;
  };
}
