// Writes the first repair of every handed script as `npm run lab -- --python FILE --fix OUT` does, for fixes.sh to run under the real
// libraries: `node tools/run.mjs tools/golden/writeFixes.ts FOLDER [PART...]`. Prints one line of JSON a script: its name, why, the stack whose
// releases the mended text names (else the one that tests/scripts/stacks.json names), the laboratory's verdicts before and after.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { inputOf, readText } from '../../src/engine/laboratory/script/readText.ts';
import type { ScriptReading } from '../../src/engine/laboratory/script/scriptReading.ts';
import { signaturesFor } from '../../src/engine/libraries/signatures/signatures.ts';
import { DEFAULT_STACK, stackOf, stacks } from '../../src/engine/libraries/stacks.ts';
import { openKnownModels } from '../../src/engine/models/known/knownModels.ts';
import { knownSource } from '../../src/engine/python/run/knownSource.ts';
import { nodePython } from '../cli/nodePython.ts';

const HANDED = 'tests/scripts/handed';

/** The stack of the TRL that a text names and the mended one no longer does; else the one given. */
function stackAfter(before: ScriptReading, after: ScriptReading, given: string): string {
  const trl = ({ versions }: ScriptReading) => versions.find(({ library }) => library === 'trl');
  const now = trl(after);
  if (!now?.said || now.version === trl(before)?.version) return given;
  return stacks.find((stack) => stack.trl === (now.modelled ?? now.version))?.id ?? given;
}

export async function main([folder, ...parts]: readonly string[]): Promise<number> {
  if (folder === undefined) {
    process.stderr.write('usage: writeFixes.ts FOLDER [PART...]\n');
    return 2;
  }
  mkdirSync(folder, { recursive: true });
  const given: Readonly<Record<string, readonly string[]>> = JSON.parse(
    readFileSync('tests/scripts/stacks.json', 'utf8'),
  );
  const world = {
    host: await nodePython(),
    signatures: signaturesFor,
    models: knownSource(await openKnownModels()),
  };
  const names = readdirSync(HANDED).filter((name) => name.endsWith('.py') && !name.endsWith('.given.py'));
  for (const name of names.filter((one) => parts.length === 0 || parts.some((part) => one.includes(part)))) {
    const source = readFileSync(`${HANDED}/${name}`, 'utf8');
    const stack = given[`handed/${name}`]?.[0] ?? DEFAULT_STACK;
    // A text that names no release is read under those of the report, which a person chooses on the page.
    const { input } = await inputOf(source, { name });
    const versions = input.said.some(({ said }) => said !== null) ? {} : stackOf(stack);
    const before = await readText(source, world, { name, versions });
    const [best] = before.fixes;
    const row = { script: name, before: before.verdict.kind, why: best?.why.en ?? null };
    if (!best) {
      process.stdout.write(`${JSON.stringify({ ...row, after: null, stack })}\n`);
      continue;
    }
    const after = await readText(best.source, world, { name, versions, fixes: false });
    writeFileSync(`${folder}/${name}`, best.source);
    const beside = `${HANDED}/${name}.given.py`;
    if (existsSync(beside)) writeFileSync(`${folder}/${name}.given.py`, readFileSync(beside));
    process.stdout.write(
      `${JSON.stringify({ ...row, after: after.verdict.kind, stack: stackAfter(before, after, stack) })}\n`,
    );
  }
  return 0;
}
