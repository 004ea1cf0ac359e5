// What the engine's kernels can train: adapters on the linears of the decoder layers, LoRA on the embedding and on the head, and copies
// of those two. The laboratory shows everything else (a full base, other modules) and the run refuses it by name, rather than training a part.
import { UserError } from '../ground/errors.ts';
import { stackOf } from '../libraries/stacks.ts';
import { compareVersions } from '../libraries/version.ts';
import type { RecipeValues } from '../recipe/recipe.ts';
import type { WiredModel } from '../torch/recording.ts';

const within = [
  /\.layers\.\d+\..*\.lora_([AB]|magnitude_vector)\.[^.]+\.weight$/,
  /\.layers\.\d+\..*\.(ia3_l|vera_lambda_[bd])\.[^.]+$/,
  /\.lm_head\.(lora_[AB]|modules_to_save)\.[^.]+\.weight$/,
  /\.embed_tokens\.(lora_embedding_[AB]\.[^.]+|modules_to_save\.[^.]+\.weight)$/,
];

/** Names of parameters that require grad, or are copies that run in a module's place, and that no kernel takes; in the tree's order. */
export function beyondEngine(model: WiredModel): string[] {
  return [...model.root.namedParameters()].flatMap(([name, parameter]) =>
    (parameter.requiresGrad || name.includes('.modules_to_save.')) &&
    !within.some((pattern) => pattern.test(`.${name}`))
      ? [name]
      : [],
  );
}

/**
 * Methods where they do not go: DoRA with dropout runs the frozen matrix a second time on the thinned inputs, of which each projection
 * has its own; projections that share their input are one product.
 */
function assertMethods(model: WiredModel): void {
  for (const [path, module] of model.root.namedModules()) {
    const { kind } = module;
    if (kind.type !== 'lora') continue;
    if (
      module.children.get('base_layer')?.kind.type === 'embedding' &&
      [...kind.adapters.values()].some(({ dora }) => dora)
    )
      throw new UserError(
        'beyond-engine',
        `${path}: has use_dora, which this engine trains on the linears of the layers only. Leave embed_tokens out of target_modules.`,
        { names: [path] },
      );
    const shared = /\.(q|k|v|gate|up)_proj$/.test(path);
    if (shared && [...kind.adapters.values()].some(({ ia3 }) => ia3?.feedforward))
      throw new UserError(
        'beyond-engine',
        `${path}: is a feedforward module, but it shares its input with others, which this engine computes together. Keep feedforward_modules to o_proj and down_proj.`,
        { names: [path] },
      );
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
