// What a parameter's bytes stand in on this page: the blocks of its own file where the script would have plain floats (transformers unpacks a
// GGUF file, here it stays as it is), or bitsandbytes' four bits. Pure.
import type { ParameterInfo } from '../../../engine/index.ts';
import type { ModelSummary } from '../../../engine/protocol.ts';
import type { PageState } from '../../state/state.ts';

/** Format by name, made once a model. */
const formats = new WeakMap<ModelSummary, ReadonlyMap<string, string>>();

function formatsOf(summary: ModelSummary): ReadonlyMap<string, string> {
  const known = formats.get(summary);
  if (known !== undefined) return known;
  const made = new Map(summary.packed.map(({ name, format }) => [name, format]));
  formats.set(summary, made);
  return made;
}

/** `base_model.model.model.layers.0.self_attn.q_proj.base_layer.weight` without what PEFT puts around it. */
const bareName = (name: string): string =>
  name.replace(/^base_model\.model\./, '').replace('.base_layer.', '.');

/** `q4_1`, `nf4` …; null: plain numbers of the parameter's dtype. */
export function packedAs(
  { model: { summary }, recipe }: Pick<PageState, 'model' | 'recipe'>,
  parameter: ParameterInfo | null,
): string | null {
  if (parameter === null || parameter.quantised !== null) return parameter?.quantised ?? null;
  if (summary === null || recipe.model?.digest !== summary.digest) return null;
  return formatsOf(summary).get(bareName(parameter.name)) ?? null;
}
