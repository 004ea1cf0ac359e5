// Text as it enters: half of a character (a lone surrogate) can be held in memory and never be written to a file, so it becomes U+FFFD here.

/** The text with every half of a character replaced. */
export const wellFormed = (text: string): string => text.replace(/[\ud800-\udfff]/gu, '\ufffd');
