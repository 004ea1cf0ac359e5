// The settings that a program stands for while they are read off it, and what of it none of them says.
import type { Text } from '../../ground/text.ts';
import { text } from '../../ground/text.ts';
import { nearestVersion } from '../../libraries/nearest.ts';
import { stacks } from '../../libraries/stacks.ts';
import type { Versions } from '../../libraries/version.ts';
import type { RecipePatch } from '../../recipe/recipe.ts';
import { defaultValues } from '../../recipe/recipe.ts';
import type { Assumption } from './scriptReading.ts';

/** What is read so far. */
export class Draft {
  readonly entries: Record<string, unknown> = {};
  readonly unsaid: Assumption[] = [];

  set(key: keyof RecipePatch, value: unknown): void {
    this.entries[key] = value;
  }

  /** No setting says this. */
  leave(line: number, said: Text): void {
    const at = line > 0 ? line : null;
    if (!this.unsaid.some((one) => one.line === at && one.text.en === said.en))
      this.unsaid.push({ line: at, text: said });
  }
}

/** The stack of the form whose releases are nearest. */
export function nearestStack(versions: Versions, draft: Draft): string {
  const trl = nearestVersion(
    'trl',
    versions.trl,
    stacks.map((stack) => stack.trl),
  );
  const found = stacks.filter((stack) => stack.trl === trl);
  const peft = nearestVersion(
    'peft',
    versions.peft,
    found.map((stack) => stack.peft),
  );
  const stack = found.find((one) => one.peft === peft) ?? found[0];
  const same =
    stack && (['trl', 'peft', 'transformers'] as const).every((name) => stack[name] === versions[name]);
  if (!same)
    draft.leave(
      0,
      text(
        `The releases: transformers ${versions.transformers}, peft ${versions.peft}, trl ${versions.trl} together are no stack of the form.`,
        `版本：表单没有 transformers ${versions.transformers}、peft ${versions.peft}、trl ${versions.trl} 的组合。`,
      ),
    );
  return stack?.id ?? defaultValues['wiring.stack'];
}
