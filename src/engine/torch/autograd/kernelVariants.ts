// The kernels among which a device chooses, by name; the first of each list is the portable one. A word more here is a candidate that the
// tuner measures, a file of measurements may hold, and operations are asked for. Which suits a device is the tuner's to find.

/**
 * 'narrow' and 'wide': decode to scratch, register blocks of 8 by 4 or 32 by 16, no workgroup memory. 'tiled64' and 'tiled128': decode
 * inside workgroup tiles of so many rows and columns.
 */
export const linearVariants = ['narrow', 'wide', 'tiled64', 'tiled128'] as const;
export type LinearVariant = (typeof linearVariants)[number];

/** Decoded weights in scratch: half only where the script's own weights are half, for it rounds them. */
export const storedVariants = ['f32', 'f16'] as const;
export type StoredVariant = (typeof storedVariants)[number];

/**
 * Few rows: an invocation a column, a workgroup a column that adds up through subgroups, or some of a workgroup a column, which read 16
 * bytes at once.
 */
export const vectorVariants = ['column', 'subgroup', 'workgroup'] as const;
export type VectorVariant = (typeof vectorVariants)[number];

/** Sums over the wide side of narrow products, norms and rows: an invocation the whole of one, or a workgroup, added up in a fixed order. */
export const sumsVariants = ['invocation', 'workgroup'] as const;
export type SumsVariant = (typeof sumsVariants)[number];

/**
 * Attention: an invocation a query (or a key) and head, 'block' four of them, or a workgroup a tile of them: 'tile' in straight code, 'rolled'
 * in short loops, for compilers and caches of instructions that long code does not suit.
 */
export const attentionVariants = ['row', 'block', 'tile', 'rolled'] as const;
export type AttentionVariant = (typeof attentionVariants)[number];
