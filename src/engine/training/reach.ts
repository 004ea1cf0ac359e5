// What the engine's kernels can train: low-rank factors and vectors on the linears of the decoder layers, LoRA on the embedding and on
// the head, copies of those two, and adapters that are copies of the norms. The laboratory shows everything else (a full base, other
// modules) and the run refuses it by name, rather than training a part.
import type { Limit } from '../adapters/adapterErrors.ts';
import { methodLimit } from '../adapters/adapterErrors.ts';
import { judgedName } from '../adapters/judged.ts';
import { methodOf } from '../adapters/methods.ts';
import { text } from '../ground/text.ts';
import { stackOf } from '../libraries/stacks.ts';
import { compareVersions } from '../libraries/version.ts';
import type { LossTreatment } from '../python/run/objects.ts';
import type { RecipeValues } from '../recipe/recipe.ts';
import type { Parameter } from '../torch/nn/module.ts';
import type { WiredModel } from '../torch/recording.ts';
import type { PlacedAdapter } from '../torch/trainedLayout.ts';
import { layoutAdapters } from '../torch/trainedLayout.ts';
import {
  lossTreated,
  beyondEngine as notTrained,
  ownLayers,
  preferenceAttach,
  preferenceStack,
  preferenceTrainer,
} from './trainingErrors.ts';

/** Paths from the root: beginnings of those in decoder layers, and of embedding and head. */
interface Places {
  readonly layers: readonly string[];
  readonly tables: ReadonlySet<string>;
}

function placesOf({ root, causalPath, tables }: WiredModel): Places {
  const before = causalPath === '' ? '' : `${causalPath}.`;
  const layers = [...root.namedModules()].flatMap(([path, { kind }]) =>
    kind.type === 'decoder-layer' ? [`${path}.`] : [],
  );
  return { layers, tables: new Set([before + tables.embedding, before + tables.head]) };
}

/** Of an adapter at `path`, the parameters that the kernels train there. */
function reached({ path, adapter, base }: PlacedAdapter, places: Places): readonly Parameter[] {
  const { lowRank, instead } = adapter;
  if (instead !== null) return base.kind.type === 'norm' ? adapter.trained : [];
  if (base.kind.type === 'linear' && places.layers.some((layer) => path.startsWith(layer)))
    return adapter.trained;
  return places.tables.has(path) && lowRank && !lowRank.made ? [lowRank.a, lowRank.b] : [];
}

/** Names of parameters that require grad, or are copies that run in a module's place, and that no kernel takes; in the tree's order. */
export function beyondEngine(model: WiredModel): string[] {
  const { root } = model;
  const places = placesOf(model);
  const { adapters, tensors } = layoutAdapters(model);
  const copies = tensors.flatMap(({ adapter, parameter }) => (adapter === null ? [parameter] : []));
  const within = new Set([...adapters.flatMap((one) => reached(one, places)), ...copies]);
  return [...root.namedParameters()].flatMap(([name, parameter]) =>
    (parameter.requiresGrad || name.includes('.modules_to_save.')) && !within.has(parameter) ? [name] : [],
  );
}

const judgedOnly = (name: string): Limit => ({
  found: text(
    `is adapted by ${name}, which is judged here and not trained`,
    `由 ${name} 适配；本页只判断它，不训练`,
  ),
  remedy: text('Use LoRA, or train this script with PEFT.', '请使用 LoRA，或用 PEFT 训练这个脚本。'),
});

/** Methods where they do not go, in their own words. */
function assertMethods(model: WiredModel): void {
  for (const { path, adapter, base } of layoutAdapters(model).adapters) {
    const judged = judgedName(adapter.type);
    const limit = judged === null ? methodOf(adapter).limit(path, adapter, base) : judgedOnly(judged);
    if (limit !== null) throw methodLimit({ path, ...limit });
  }
}

/** Throws a UserError that names the parameter or module when a wired model asks for more than the engine trains. */
export function assertWithinEngine(model: WiredModel): void {
  assertMethods(model);
  const names = beyondEngine(model);
  const [first] = names;
  if (first !== undefined) throw notTrained({ first, count: names.length });
}

/**
 * Throws UserError for a loss through layers of the script's own, and for one that something was done to where that leaves every gradient out
 * (`silent`): the engine has neither.
 */
export function assertPlainLoss({ treatment }: { readonly treatment: LossTreatment }, silent: boolean): void {
  const { gradMode, loss, own = 0 } = treatment;
  if (silent && loss !== 'plain')
    throw lossTreated({ done: `loss.${loss}${loss.endsWith('_') ? '(True)' : '()'}` });
  if (silent && gradMode !== 'grad') throw lossTreated({ done: `with torch.${gradMode}()` });
  if (own > 0) throw ownLayers({ count: own });
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
