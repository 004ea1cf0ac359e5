// How the caches of one page are called: several pages may stand on one origin, each in a folder of its own.

/** What the names of a page's caches begin with; the rest is its version. */
export const cacheFamily = (folder: string): string => `lora-playground-page ${new URL(folder).pathname} `;
