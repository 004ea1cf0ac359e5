// Writes what data_rows.py runs: for each case of rowCases.ts its file and the part of the script that loads it, as JSON on standard output.
import { rowCases, writtenCase } from '../../src/engine/testing/rowCases.ts';

export async function main(): Promise<void> {
  const cases: Record<string, object> = {};
  for (const [name, one] of Object.entries(rowCases)) {
    const { file, text, source } = await writtenCase(one);
    cases[name] = { file, text, source };
  }
  process.stdout.write(`${JSON.stringify(cases)}\n`);
}
