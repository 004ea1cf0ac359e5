// A clock for whoever is given one: every look is a millisecond later, so that no test depends on how long anything takes.

export function steadyClock(): () => number {
  let ms = 0;
  return () => ++ms;
}
