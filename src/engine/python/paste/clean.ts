// The characters of a pasted text as a Python file has them: one kind of line end, no mark of the byte order, no spaces that only look
// like spaces. Full-width punctuation stays: CPython names it, and the person's own file may hold it.

/** Width nothing: they hide in words and break names. */
const invisible = /\u200b|\u200c|\u200d|\u2060|\ufeff|\u00ad/g;
const wideSpaces = /[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]/g;
/** Colours and cursor movements of a terminal. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character is what is taken off.
const ansi = /\u001b\[[0-9;?]*[A-Za-z]|\u001b\][^\u0007]*\u0007/g;
/** The same after a browser or a JSON dump has dropped the escape character. */
const bareAnsi = /(?<![\w\])])\[(?:\d{1,3};)*\d{1,3}m/g;

export function cleanText(text: string): string {
  const plain = text
    .replace(/\r\n?|\u2028|\u2029|\u0085/g, '\n')
    .replace(ansi, '')
    .replace(invisible, '')
    .replace(wideSpaces, ' ')
    .replace(/\f/g, ' ');
  return /\[(?:\d{1,3};)*\d{1,3}m[^\n]*\[0m/.test(plain)
    ? plain.replace(bareAnsi, '').replace(/\[0m/g, '')
    : plain;
}
