// A clock for whoever is given one: every look is a fixed time later, so that no test depends on how long anything takes.

export function steadyClock(strideMs = 1): () => number {
  let ms = 0;
  return () => {
    ms += strideMs;
    return ms;
  };
}
