// A file's name as it may stand in a script or become a file: the name alone, no path, nothing that is not seen.

/** Characters that end a line, steer a terminal, turn the direction of writing or are half of another. */
const unseen = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;
const MOST_CHARACTERS = 120;

export function plainName(name: string, otherwise = 'model'): string {
  const last = name.split(/[\\/]/).at(-1) ?? '';
  const plain = last
    .replace(unseen, '')
    .replace(/[<>:"|?*]/g, '_')
    .trim()
    .replace(/^\.+/, '');
  return [...plain].slice(0, MOST_CHARACTERS).join('') || otherwise;
}
