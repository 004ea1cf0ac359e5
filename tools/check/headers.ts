// Every source file opens with a comment that says what it is for; file names say what is inside.
// It cannot judge whether the comment is true.
import type { Violation } from './outcome.ts';
import type { SourceFile } from './sources.ts';

const vagueNames = /(^|\/)(utils?|helpers?|common|misc|manager|stuff)\.[a-z]+$/i;

/** The number of comment lines that open a file; 0 when it opens with code or a blank line. */
export function headerLines(text: string): number {
  const lines = text.replace(/^#!.*\n/, '').split('\n');
  if (lines[0]?.startsWith('/*')) {
    const end = lines.findIndex((line) => line.includes('*/'));
    return end === -1 ? 0 : end + 1;
  }
  const first = lines.findIndex((line) => !line.startsWith('//'));
  return first === -1 ? lines.length : first;
}

/** Files without an opening comment, with a vague name, or with a note of work to do that names no issue. */
export function checkHeaders(files: readonly SourceFile[]): readonly Violation[] {
  return files.flatMap((file) => {
    const violations: Violation[] = [];
    if (headerLines(file.text) === 0) {
      violations.push({
        file: file.path,
        line: 1,
        message: 'opens without a comment. Say what it is for and what it does not do.',
      });
    }
    if (vagueNames.test(file.path)) {
      violations.push({
        file: file.path,
        message: 'has a name that fits anything. Name it after what it holds.',
      });
    }
    file.text.split('\n').forEach((line, i) => {
      // The rule's own words: this file leaves nothing undone.
      if (/(\/\/|\*)\s*(TODO|FIXME|XXX)\b(?!\(#\d+\))/.test(line)) {
        violations.push({ file: file.path, line: i + 1, message: 'a TODO names its issue: TODO(#12).' });
      }
    });
    return violations;
  });
}
