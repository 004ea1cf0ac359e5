// A text that names no versions is read under those of today. Where its imports don't exist there, it was written for older ones: it is read
// under the newest that have them, and that is said.
import { text } from '../../ground/text.ts';
import { stacks } from '../../libraries/stacks.ts';
import type { Versions } from '../../libraries/version.ts';
import { compareVersions } from '../../libraries/version.ts';
import type { ReadingOptions, ScriptInput, ScriptWorld } from './readScript.ts';
import { readScript } from './readScript.ts';
import type { ScriptReading } from './scriptReading.ts';

const LACKING = /^cannot import name '(\w+)' from '(transformers|peft|trl)[.']/;

/** The newest stack older than these versions whose library has the name; null: none has. */
async function stackWith(
  name: string,
  library: 'transformers' | 'peft' | 'trl',
  versions: Versions,
  world: ScriptWorld,
): Promise<Versions | null> {
  const older = stacks.filter((one) => compareVersions(one[library], versions[library]) < 0).reverse();
  for (const { transformers, peft, trl, torch, bitsandbytes } of older) {
    const candidate = { transformers, peft, trl, torch, bitsandbytes };
    const found = (await world.signatures(candidate))[`${library}.${name}`];
    if (found && found.missing === undefined) return candidate;
  }
  return null;
}

/** As readScript. Versions that the text or the person names are never changed. */
export function readInTheirTime(
  input: ScriptInput,
  world: ScriptWorld,
  options: ReadingOptions,
): Promise<ScriptReading> {
  // Repairs under versions that it wasn't written for would be looked for in vain.
  return readScript(input, world, options, async ({ error, line }) => {
    const [, name, library] = (error?.type === 'ImportError' && LACKING.exec(error.message)) || [];
    if (name === undefined || (library !== 'transformers' && library !== 'peft' && library !== 'trl'))
      return null;
    const free = input.said.every((one) => one.said === null && one.version === input.versions[one.library]);
    const versions = free ? await stackWith(name, library, input.versions, world) : null;
    if (!versions) return null;
    const said = input.said.map((one) => ({
      ...one,
      version: versions[one.library] ?? one.version,
      modelled: null,
    }));
    const note = {
      kind: 'assumption',
      line,
      text: text(
        `${library} ${input.versions[library]} has no ${name}, and the text names no version: it is read under ${library} ${versions[library]}, the newest here that has it.`,
        `${library} ${input.versions[library]} 没有 ${name}，文本也未指明版本：按此处仍有它的最新版本 ${library} ${versions[library]} 读取。`,
      ),
    } as const;
    return readScript({ ...input, versions, said, notes: [...input.notes, note] }, world, options);
  });
}
