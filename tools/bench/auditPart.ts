// `npm run bench -- --audit`, and with `--markdown` the file of the documentation that keeps what it prints.
import { writeFile } from 'node:fs/promises';
import { audit } from './audit.ts';
import { auditMemory } from './auditMemory.ts';
import {
  printAudits,
  printLayers,
  printMemory,
  printOpening,
  printRadv,
  printSummary,
  printWhy,
} from './auditReport.ts';
import { compileForRadv, missingForRadv } from './radv/radv.ts';
import type { Say } from './report.ts';

export const PARALLELISM = 'docs/parallelism.md';

/** `npm run bench -- --audit`. */
export async function auditPart(
  {
    kernels,
    json,
    markdown,
  }: { readonly kernels?: string; readonly json?: boolean; readonly markdown?: boolean },
  write: Say,
): Promise<number> {
  const { audits, shaders } = audit(kernels?.split(','));
  const missing = await missingForRadv();
  const facts = missing === '' ? await compileForRadv(shaders) : null;
  if (json) {
    const radv = facts?.map((one, i) => ({ name: shaders[i]?.name, ...Object.fromEntries(one) })) ?? null;
    write(
      JSON.stringify({
        audits: audits.map((one) => ({ ...one, layer: Object.fromEntries(one.layer) })),
        memory: auditMemory(),
        radv,
      }),
    );
    return 0;
  }
  const lines: string[] = [];
  const say = markdown ? (line: string): void => void lines.push(line) : write;
  if (markdown) printOpening(say);
  printSummary(audits, say);
  if (kernels === undefined) {
    printLayers(audits, say);
    if (markdown) printWhy(say);
    printMemory(auditMemory(), say);
  }
  printAudits(audits, say);
  if (facts) printRadv(shaders, facts, say);
  else say(`What a GPU's compiler makes of them is left out: this machine lacks ${missing}.`);
  if (!markdown) return 0;
  await writeFile(PARALLELISM, `${lines.join('\n').trimEnd()}\n`);
  write(`${PARALLELISM} is written.`);
  return 0;
}
