// Whether words don't fit the room that is kept for them.
import type { RefObject } from 'react';
import { useLayoutEffect, useState } from 'react';

/** Whether any of the parts of a box holds more than it shows, now and when the box's width changes; `words`: looked at again when they change. */
export function useCutOff(box: RefObject<HTMLElement | null>, parts: string, words: string): boolean {
  const [isCut, setIsCut] = useState(false);
  useLayoutEffect(() => {
    void words;
    const element = box.current;
    if (element === null) return;
    const look = (): void =>
      setIsCut(
        [...element.querySelectorAll(parts)].some((part) => part.scrollHeight > part.clientHeight + 1),
      );
    const watcher = new ResizeObserver(look);
    watcher.observe(element);
    look();
    return () => watcher.disconnect();
  }, [box, parts, words]);
  return isCut;
}
