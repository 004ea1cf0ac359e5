// Holds every source file to the length that can be read in one go: TypeScript 300 lines, WGSL 150, tests 400.
// Lists the longest. Exceptions live in waivers.ts, each with a reason.
import type { Violation } from './outcome.ts';
import type { SourceFile } from './sources.ts';
import type { Waiver } from './waivers.ts';

/** The limit in lines for a path, or undefined for a file that has none. */
export function limitOf(path: string): number | undefined {
  if (/\.(test|spec)\.tsx?$/.test(path)) return 400;
  if (/\.wgsl$/.test(path)) return 150;
  return /\.(ts|tsx|mjs)$/.test(path) ? 300 : undefined;
}

export function countLines(text: string): number {
  if (text === '') return 0;
  return text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
}

/** Files over their limit without a waiver, and waivers that nothing needs. */
export function checkLengths(files: readonly SourceFile[], waivers: readonly Waiver[]): readonly Violation[] {
  const waived = new Set(waivers.filter((w) => w.check === 'length').map((w) => w.file));
  const violations: Violation[] = [];
  for (const file of files) {
    const limit = limitOf(file.path);
    const lines = countLines(file.text);
    if (limit === undefined || lines <= limit) continue;
    if (waived.delete(file.path)) continue;
    violations.push({
      file: file.path,
      message: `${lines} lines, the limit is ${limit}. Split it by what it is for.`,
    });
  }
  for (const file of waived)
    violations.push({ file, message: 'has a length waiver that it does not need. Remove the waiver.' });
  return violations;
}

/** The longest files as `lines path`, longest first. */
export function longest(files: readonly SourceFile[], count: number): readonly string[] {
  return files
    .filter((f) => limitOf(f.path) !== undefined)
    .map((f) => ({ path: f.path, lines: countLines(f.text) }))
    .sort((a, b) => b.lines - a.lines)
    .slice(0, count)
    .map((f) => `${f.lines} ${f.path}`);
}
