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

/** The same for each question, told apart by what JSON says of it. */
export function keptFor<Q, T>(make: (question: Q) => Promise<T>): (question: Q) => Promise<T> {
  const held = new Map<string, () => Promise<T>>();
  return (question) => {
    const key = JSON.stringify(question);
    const one = held.get(key) ?? kept(() => make(question));
    held.set(key, one);
    return one();
  };
}
