// Short digests that tell honest files apart. No protection against a forged one.

/** FNV-1a over two seeds. */
export function fnv(hashes: readonly [number, number], bytes: Uint8Array): [number, number] {
  let [a, b] = hashes;
  for (const byte of bytes) {
    a = Math.imul(a ^ byte, 0x01000193);
    b = Math.imul(b ^ byte, 0x01000193) + 0x9e3779b9;
  }
  return [a >>> 0, b >>> 0];
}

export const FNV_SEEDS: readonly [number, number] = [0x811c9dc5, 0x1234567];

export const hexadecimal = (hashes: readonly [number, number]): string =>
  hashes.map((hash) => hash.toString(16).padStart(8, '0')).join('');

/** 16 hexadecimal digits of all the bytes. */
export const digest64 = (parts: readonly Uint8Array[]): string => {
  let hashes = fnv(FNV_SEEDS, new Uint8Array());
  for (const part of parts) hashes = fnv(hashes, part);
  return hexadecimal(hashes);
};
