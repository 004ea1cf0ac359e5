// What the engine's kernels can train: adapters on the linears of the decoder layers, LoRA on the embedding and on the head, and copies
// of those two. The laboratory shows everything else (a full base, other modules) and the run refuses it by name, rather than training a part.
import { methodOf } from '../adapters/methods.ts';
import { UserError } from '../ground/errors.ts';
import { stackOf } from '../libraries/stacks.ts';
import { compareVersions } from '../libraries/version.ts';
import type { RecipeValues } from '../recipe/recipe.ts';
import type { Parameter } from '../torch/nn/module.ts';
import type { WiredModel } from '../torch/recording.ts';
import type { PlacedAdapter } from '../torch/trainedLayout.ts';
import { layoutAdapters } from '../torch/trainedLayout.ts';

/** Of an adapter at `path`, the parameters that the kernels train there. */
function reached({ path, adapter, base }: PlacedAdapter): readonly Parameter[] {
  const { lowRank, instead } = adapter;
  if (instead !== null) return base.kind.type === 'norm' ? adapter.trained : [];
  if (base.kind.type === 'linear' && /\.layers\.\d+\./.test(`.${path}`)) return adapter.trained;
  const isTable = /(^|\.)(embed_tokens|lm_head)$/.test(path);
  return isTable && lowRank && !lowRank.made ? [lowRank.a, lowRank.b] : [];
}

/** Names of parameters that require grad and that no kernel trains, in the tree's order. */
export function beyondEngine({ root }: WiredModel): string[] {
  const { adapters, tensors } = layoutAdapters(root);
  const copies = tensors.flatMap(({ adapter, parameter }) => (adapter === null ? [parameter] : []));
  const within = new Set([...adapters.flatMap(reached), ...copies]);
  return [...root.namedParameters()].flatMap(([name, parameter]) =>
    parameter.requiresGrad && !within.has(parameter) ? [name] : [],
  );
}

/** Methods where they do not go, in their own words. */
function assertMethods({ root }: WiredModel): void {
  for (const { path, adapter, base } of layoutAdapters(root).adapters) {
    const limit = methodOf(adapter).limit(path, adapter, base);
    if (limit !== null) throw new UserError('beyond-engine', `${path}: ${limit}`, { names: [path] });
  }
}

/** Throws UserError 'beyond-engine' when a wired model asks for more than the engine trains. */
export function assertWithinEngine(model: WiredModel): void {
  assertMethods(model);
  const names = beyondEngine(model);
  if (names.length === 0) return;
  const others = names.length > 1 ? ` and ${names.length - 1} more` : '';
  throw new UserError(
    'beyond-engine',
    `${names[0] ?? ''}${others}: requires grad, but this engine trains adapters on the linears of the layers, LoRA on the embedding and the head, and copies of those two. Attach an adapter to those, and leave the rest frozen.`,
    { names },
  );
}

/** Preference losses are TRL's trainers, of the one version that they were compared with. Throws UserError 'preference'. */
export function assertPreference(values: RecipeValues): void {
  const objective = values['train.objective'];
  if (objective === 'sft') return;
  const refuse = (found: string, remedy: string): never => {
    throw new UserError('preference', `train.objective ${objective}: ${found}. ${remedy}`);
  };
  if (values['wiring.trainer'] !== 'SFTTrainer')
    refuse(
      `is a trainer of TRL, got ${values['wiring.trainer']}`,
      'Set wiring.trainer to SFTTrainer; the script then has the other in its place.',
    );
  if (compareVersions(stackOf(values['wiring.stack']).trl, '1.16') < 0)
    refuse(`was compared with TRL 1.16, got ${values['wiring.stack']}`, 'Set wiring.stack to trl-1.16.0.');
  if (values['wiring.attach'].startsWith('from_pretrained'))
    refuse('begins from a new adapter here', 'Set wiring.attach to peft_config or get_peft_model.');
}
