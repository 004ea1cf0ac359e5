// What the engine's kernels can train: adapters on the linears of the decoder layers, LoRA on the embedding and on the head, and copies
// of those two. The laboratory shows everything else (a full base, other modules) and the run refuses it by name, rather than training a part.
import { stackOf } from '../libraries/stacks.ts';
import { compareVersions } from '../libraries/version.ts';
import type { RecipeValues } from '../recipe/recipe.ts';
import type { WiredModel } from '../torch/recording.ts';
import {
  doraOnEmbedding,
  doraWithDropout,
  beyondEngine as notTrained,
  preferenceAttach,
  preferenceStack,
  preferenceTrainer,
  sharedFeedforward,
} from './trainingErrors.ts';

const within = [
  /\.layers\.\d+\..*\.lora_([AB]|magnitude_vector)\.[^.]+\.weight$/,
  /\.layers\.\d+\..*\.(ia3_l|vera_lambda_[bd])\.[^.]+$/,
  /\.lm_head\.(lora_[AB]|modules_to_save)\.[^.]+\.weight$/,
  /\.embed_tokens\.(lora_embedding_[AB]\.[^.]+|modules_to_save\.[^.]+\.weight)$/,
];

/** Names of parameters that require grad and that no kernel trains, in the tree's order. */
export function beyondEngine(model: WiredModel): string[] {
  return [...model.root.namedParameters()].flatMap(([name, parameter]) =>
    parameter.requiresGrad && !within.some((pattern) => pattern.test(`.${name}`)) ? [name] : [],
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
      throw doraOnEmbedding({ path });
    const shared = /\.(q|k|v|gate|up)_proj$/.test(path);
    if (shared && [...kind.adapters.values()].some(({ ia3 }) => ia3?.feedforward))
      throw sharedFeedforward({ path });
    const both = [...kind.adapters.values()].find(({ dora, dropout }) => dora && dropout > 0);
    if (both) throw doraWithDropout({ path, dropout: both.dropout });
  }
}

/** Throws a UserError that names the parameter or module when a wired model asks for more than the engine trains. */
export function assertWithinEngine(model: WiredModel): void {
  assertMethods(model);
  const names = beyondEngine(model);
  if (names.length > 0) throw notTrained({ names });
}

/** Preference losses are TRL's trainers, of the one version that they were compared with. Throws UserError 'preference-…'. */
export function assertPreference(values: RecipeValues): void {
  const objective = values['train.objective'];
  if (objective === 'sft') return;
  const { 'wiring.trainer': trainer, 'wiring.stack': stack, 'wiring.attach': attach } = values;
  if (trainer !== 'SFTTrainer') throw preferenceTrainer({ objective, got: trainer });
  if (compareVersions(stackOf(stack).trl, '1.16') < 0) throw preferenceStack({ objective, got: stack });
  if (attach.startsWith('from_pretrained')) throw preferenceAttach({ objective });
}
