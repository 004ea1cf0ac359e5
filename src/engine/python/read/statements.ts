// What a script says outside of calls with arguments: contexts, false fixes, freezing by hand, pinned versions, and classes that
// stand for a trainer.
import { stacks } from '../../libraries/stacks.ts';
import { compareVersions } from '../../libraries/version.ts';
import type { PythonSource } from './pythonReader.ts';
import type { Reading } from './reading.ts';

/** Statements around the step: no_grad, false fixes. */
export function readStatements(reading: Reading, source: PythonSource, text: string): void {
  for (const { text: statement, line } of source.statements) {
    if (/requires_grad\s*=\s*True$/.test(statement) && !/loss/.test(statement))
      reading.set('wiring.requires_grad_all', true, statement, line);
    const context = /^with torch\.(no_grad|inference_mode)\(\)/.exec(statement);
    if (context) reading.set('wiring.step', context[1] ?? '', statement, line);
  }
  const family = /config\.model_type\s*=\s*["'](\w+)["']/.exec(text)?.[1];
  if (family !== undefined) reading.set('wiring.model_type', family, 'model.config.model_type', 0);
  if (/get_input_embeddings\(\)\.requires_grad_\(False\)/.test(text)) {
    reading.set('wiring.freeze', 'embeddings', 'requires_grad_(False)', 0);
  }
  if (/if ["']\.?layers\.?["'] not in name:\s*\n\s*param\.requires_grad = False/.test(text)) {
    reading.set('wiring.freeze', 'outside_layers', 'requires_grad = False', 0);
  }
  if (/loss\s*=\s*loss\.detach\(\)|loss\.detach\(\)\.backward/.test(text))
    reading.set('wiring.step', 'detach', 'loss.detach()', 0);
  if (/torch\.tensor\(\s*loss\.item\(\)/.test(text))
    reading.set('wiring.step', 'item', 'torch.tensor(loss.item())', 0);
  if (/loss\w*\.requires_grad_\(|loss\w*\.requires_grad\s*=\s*True/.test(text))
    reading.set('wiring.step', 'requires_grad_', 'loss.requires_grad_()', 0);
}

/** `trl==0.20.0` anywhere, comments included, picks the stack with the nearest version not newer than it. */
export function readPins(reading: Reading, text: string): void {
  const version = /\btrl\s*==\s*(\d+(?:\.\d+)*)/.exec(text)?.[1];
  if (version === undefined) return;
  const older = stacks.filter((stack) => compareVersions(stack.trl, version) <= 0);
  reading.set('wiring.stack', (older.at(-1) ?? stacks[0])?.id ?? '', `trl==${version}`, 0);
}

/** Classes of the script that extend a trainer, by name. */
export function trainerClasses(text: string): ReadonlyMap<string, string> {
  const found = [...text.matchAll(/^class\s+(\w+)\((?:\w+\.)?(SFTTrainer|Trainer)\)/gm)];
  return new Map(found.map((match) => [match[1] ?? '', match[2] ?? '']));
}
