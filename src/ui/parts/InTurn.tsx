// Parts that come into being one after another, each drawn in slices and put into the document by itself: many controls at once are a task that
// everything else waits for. Those that stand already stay as they are.
import type { ReactNode } from 'react';
import { startTransition, useEffect, useState } from 'react';

export function InTurn({ children }: { readonly children: readonly ReactNode[] }) {
  const [count, setCount] = useState(1);
  const more = count < children.length;
  useEffect(() => {
    if (more) startTransition(() => setCount(count + 1));
  }, [more, count]);
  return children.slice(0, count);
}
