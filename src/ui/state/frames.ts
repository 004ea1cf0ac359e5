// Gathers what streams in and hands it over once a frame, so that a fast run costs one state change per frame.

export interface FrameQueue<T> {
  push(item: T): void;
}

/** `later` schedules one call; `flush` gets everything that came since the last one, in order. */
export function makeFrameQueue<T>(
  later: (run: () => void) => void,
  flush: (items: readonly T[]) => void,
): FrameQueue<T> {
  let waiting: T[] = [];
  return {
    push: (item) => {
      waiting.push(item);
      if (waiting.length > 1) return;
      later(() => {
        const items = waiting;
        waiting = [];
        flush(items);
      });
    },
  };
}
