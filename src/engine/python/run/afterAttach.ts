// What a script may do with its PeftModel after attaching: wrap again, a second adapter, disable, merge.
import type { PeftConfig } from '../../adapters/inject.ts';
import type { RecipeValues } from '../../recipe/recipe.ts';
import { disableAdapters, getPeftModel, secondAdapter, setAdapter, unload } from './peftCalls.ts';
import type { ScriptModel } from './scriptModel.ts';

/** Runs the choice of `wiring.after_attach`; nothing without a PeftModel, which has none of these methods. */
export function afterAttach(
  script: ScriptModel,
  choice: RecipeValues['wiring.after_attach'],
  config: PeftConfig,
): void {
  if (!script.isPeftModel) return;
  const second = { ...config, adapterName: 'b' };
  switch (choice) {
    case 'get_peft_model':
      script.call = 'get_peft_model';
      getPeftModel(script, config);
      break;
    case 'add_adapter':
    case 'set_adapter':
      script.call = 'model.add_adapter';
      secondAdapter(script, second, null);
      if (choice === 'set_adapter') setAdapter(script, 'b');
      break;
    case 'load_adapter':
    case 'load_adapter_trainable':
      script.call = 'model.load_adapter';
      secondAdapter(script, second, { isTrainable: choice === 'load_adapter_trainable' });
      break;
    case 'disable_adapter_layers':
    case 'disable_adapter':
      disableAdapters(script, script.behaves('disabledKeepsFlags'));
      break;
    case 'merge_and_unload':
    case 'unload':
      script.call = `model.${choice}()`;
      unload(script, choice === 'merge_and_unload');
      break;
  }
}
