// A sentence or word of the engine for people, in the two languages of the page. Names of the libraries and quotations (of Python, of a
// browser) are the same in both.

export interface Text {
  readonly en: string;
  readonly zh: string;
}

export const text = (en: string, zh: string): Text => ({ en, zh });

/** A name, a number or a quotation. */
export const same = (word: string): Text => ({ en: word, zh: word });

/** Sentences one after the other. */
export const joined = (texts: readonly Text[]): Text => ({
  en: texts.map(({ en }) => en).join(' '),
  zh: texts.map(({ zh }) => zh).join(''),
});
