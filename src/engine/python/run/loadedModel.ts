// A model as its loader leaves it, with a state of its own.
import type { Text } from '../../ground/text.ts';
import type { ModelRequest, ModelSource } from './acting.ts';
import type { ModelObject } from './objects.ts';
import { ScriptModel } from './scriptModel.ts';

export function loadedModel(
  models: ModelSource,
  request: ModelRequest,
): { readonly model: ModelObject; readonly assumed: readonly Text[] } {
  const built = models(request);
  const { root, architecture, quantisation, assumed } = built;
  const script = new ScriptModel(request.stack, root, quantisation);
  script.modelType = built.modelType;
  for (const [key, value] of built.config ?? []) script.config.set(key, value);
  script.checkpoints = built.checkpoints ?? true;
  script.defaultTargets = built.defaultTargets ?? script.defaultTargets;
  Object.assign(script.places, built.places ?? {});
  const model: ModelObject = {
    kind: 'model',
    script,
    root,
    causalPath: '',
    architecture,
    dtype: [...root.allParameters()].find(({ dtype }) => /float/.test(dtype))?.dtype ?? 'float32',
    name: request.name,
    stored: { quantType: quantisation?.type ?? null, doubleQuant: request.doubleQuant },
    configs: [],
    unknown: null,
  };
  return { model, assumed };
}
