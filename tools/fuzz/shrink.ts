// Makes a failing input smaller as long as it fails in the same way: by halves, quarters and so on, a bounded number of times.

/** `fails` says whether a smaller input still fails as the whole one did. */
export async function shrunk<T extends string | Uint8Array>(
  input: T,
  cut: (input: T, from: number, to: number) => T,
  fails: (input: T) => Promise<boolean>,
  mostTries = 400,
): Promise<T> {
  let small = input;
  let tries = 0;
  for (
    let size = Math.ceil(small.length / 2);
    size >= 1 && tries < mostTries;
    size = size === 1 ? 0 : Math.ceil(size / 2)
  ) {
    for (let at = 0; at < small.length && tries < mostTries; ) {
      const less = cut(small, at, at + size);
      tries += 1;
      if (less.length < small.length && (await fails(less))) small = less;
      else at += size;
    }
  }
  return small;
}

export const cutText = (text: string, from: number, to: number): string =>
  text.slice(0, from) + text.slice(to);
export const cutBytes = (bytes: Uint8Array<ArrayBuffer>, from: number, to: number): Uint8Array<ArrayBuffer> =>
  Uint8Array.from([...bytes.subarray(0, from), ...bytes.subarray(to)]);
