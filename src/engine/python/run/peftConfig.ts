// The configuration object of a recipe under its stack: its values, and the refusals of its constructor.
// Source: PEFT 0.5 to 0.21 tuners/*/config.py.
import type { PeftConfig, Tuner } from '../../adapters/inject.ts';
import { chosenMethod } from '../../adapters/methods.ts';
import { layersOf } from '../../adapters/modulePatterns.ts';
import { parseTargetModules } from '../../adapters/targetModules.ts';
import { parseNames } from '../../ground/settings/names.ts';
import type { RecipeValues } from '../../recipe/recipe.ts';
import type { DType } from '../../torch/autograd/value.ts';
import type { ScriptModel } from './scriptModel.ts';

/** Its values; what else a dtype depends on comes from the stack. `judged`: a method that no recipe chooses. */
export function peftConfig(script: ScriptModel, values: RecipeValues, judged?: Tuner): PeftConfig {
  const rule = script.behaves('adapterDtype');
  const isFloat = (dtype: DType): boolean => dtype !== 'uint8' && dtype !== 'int64';
  const followsBase = rule === 'base' || (rule === 'autocast' && !values['wiring.autocast_adapter_dtype']);
  const exclude = values['lora.exclude_modules'].trim();
  const chosen = chosenMethod(values);
  const takesLayers =
    judged !== undefined || chosen.config.arguments.some(({ name }) => name === 'layers_to_transform');
  return {
    method: judged ?? chosen,
    values,
    target: parseTargetModules(values['lora.target_modules']),
    narrowing: {
      layers: takesLayers ? layersOf(values['lora.layers_to_transform']) : null,
      exclude: exclude === '' || exclude === 'None' ? null : parseTargetModules(exclude),
    },
    inferenceMode: values['lora.inference_mode'],
    adapterName: values['wiring.adapter_name'],
    modulesToSave: parseNames(values['lora.modules_to_save']) ?? [],
    dtypeOn: (base) => (followsBase && isFloat(base) ? base : 'float32'),
  };
}
