// What the engine's kernels can train: LoRA on the linears of the decoder layers. The laboratory shows everything else
// (a full base, the head, embeddings, modules_to_save) and the run refuses it by name, rather than training a part.
import { UserError } from '../errors.ts';
import type { WiredModel } from '../models/recording.ts';

const within = /\.layers\.\d+\..*\.lora_([AB]|magnitude_vector)\.[^.]+\.weight$/;

/** Names of parameters that require grad and that no kernel trains, in the tree's order. */
export function beyondEngine(model: WiredModel): string[] {
  return [...model.root.namedParameters()].flatMap(([name, parameter]) =>
    parameter.requiresGrad && !within.test(`.${name}`) ? [name] : [],
  );
}

/** DoRA with dropout runs the frozen matrix a second time on the thinned inputs, of which each projection has its own. */
function assertDoraWithoutDropout(model: WiredModel): void {
  for (const [path, { kind }] of model.root.namedModules()) {
    if (kind.type !== 'lora') continue;
    const both = [...kind.adapters.values()].find(({ dora, dropout }) => dora && dropout > 0);
    if (both)
      throw new UserError(
        'beyond-engine',
        `${path}: has use_dora and lora_dropout ${both.dropout}, which this engine does not train together. Set lora.lora_dropout to 0 or lora.use_dora to false.`,
        { names: [path] },
      );
  }
}

/** Throws UserError 'beyond-engine' when a wired model asks for more than the engine trains. */
export function assertWithinEngine(model: WiredModel): void {
  assertDoraWithoutDropout(model);
  const names = beyondEngine(model);
  if (names.length === 0) return;
  const others = names.length > 1 ? ` and ${names.length - 1} more` : '';
  throw new UserError(
    'beyond-engine',
    `${names[0] ?? ''}${others}: requires grad, but this engine trains LoRA on the linears of the layers only. Attach an adapter to those, and leave the base, the head and the embeddings frozen.`,
    { names },
  );
}
