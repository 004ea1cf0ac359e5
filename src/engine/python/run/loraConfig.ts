// LoraConfig(…) of a recipe under its stack: its values, and the refusals of its constructor.
// Source: PEFT 0.5 to 0.21 tuners/lora/config.py.
import type { LoraOptions } from '../../adapters/lora/lora.ts';
import { layersOf, modulePattern } from '../../adapters/modulePatterns.ts';
import { parseTargetModules } from '../../adapters/targetModules.ts';
import { parseNames } from '../../ground/settings/names.ts';
import { compareVersions } from '../../libraries/version.ts';
import type { RecipeValues } from '../../recipe/recipe.ts';
import type { DType } from '../../torch/autograd/value.ts';
import type { ScriptModel } from './scriptModel.ts';

/** Arguments that the script passes beyond the long-standing ones. */
function newerArguments(values: RecipeValues): string[] {
  const passed: Readonly<Record<string, boolean>> = {
    use_rslora: values['lora.use_rslora'],
    use_dora: values['lora.use_dora'],
    rank_pattern: Object.keys(modulePattern(values['lora.rank_pattern'])).length > 0,
    alpha_pattern: Object.keys(modulePattern(values['lora.alpha_pattern'])).length > 0,
    exclude_modules: values['lora.exclude_modules'].trim() !== '',
  };
  return Object.keys(passed).filter((name) => passed[name]);
}

/** PEFT 0.10 has no such class, 0.17 has. */
const NO_VERA = "cannot import name 'VeraConfig' from 'peft'";
const SUBSET = '`feedforward_modules` should be a subset of `target_modules`';

function checkIa3Config(script: ScriptModel, values: RecipeValues): void {
  script.call = 'IA3Config(...)';
  const target = parseTargetModules(values['lora.target_modules']);
  const feedforward = parseNames(values['ia3.feedforward_modules']) ?? [];
  if (target.form === 'list' && feedforward.some((name) => !target.names.includes(name)))
    script.raise('ValueError', SUBSET);
}

/** What the constructor refuses; nothing when the script makes no configuration. */
export function checkLoraConfig(script: ScriptModel, values: RecipeValues): void {
  const attach = values['wiring.attach'];
  if (attach === 'none' || /^from_pretrained(_trainable)?$/.test(attach)) return;
  if (values['peft.peft_type'] === 'IA3') {
    checkIa3Config(script, values);
    return;
  }
  if (values['peft.peft_type'] === 'VERA') {
    script.call = 'from peft import VeraConfig';
    if (compareVersions(script.stack.peft, '0.17') < 0) script.raise('ImportError', NO_VERA);
    return;
  }
  script.call = 'LoraConfig(...)';
  const lacking = newerArguments(values).find((name) => script.behaves('loraConfigLacks').includes(name));
  if (lacking)
    script.raise('TypeError', `LoraConfig.__init__() got an unexpected keyword argument '${lacking}'`);
  const target = parseTargetModules(values['lora.target_modules']);
  const isText = target.form === 'all-linear' || target.form === 'regex';
  if (isText && layersOf(values['lora.layers_to_transform']) !== null)
    script.raise('ValueError', '`layers_to_transform` cannot be used when `target_modules` is a str.');
  const init = values['lora.init_lora_weights'];
  if (script.behaves('unknownInits').includes(init)) {
    script.call = 'get_peft_model';
    script.raise('ValueError', `Unknown initialization init_lora_weights='${init}'`);
  }
}

/** Its values; what else a dtype depends on comes from the stack. */
export function loraOptions(script: ScriptModel, values: RecipeValues): LoraOptions {
  const rule = script.behaves('adapterDtype');
  const isFloat = (dtype: DType): boolean => dtype !== 'uint8' && dtype !== 'int64';
  const followsBase = rule === 'base' || (rule === 'autocast' && !values['wiring.autocast_adapter_dtype']);
  const exclude = values['lora.exclude_modules'].trim();
  const init = values['lora.init_lora_weights'];
  const ia3 = values['peft.peft_type'] === 'IA3';
  const vera = values['peft.peft_type'] === 'VERA';
  return {
    ia3: ia3 ? { feedforward: parseNames(values['ia3.feedforward_modules']) ?? [] } : null,
    vera: vera ? { key: values['vera.projection_prng_key'], dInitial: values['vera.d_initial'] } : null,
    r: values['lora.r'],
    loraAlpha: values['lora.lora_alpha'],
    loraDropout: values['lora.lora_dropout'],
    target: parseTargetModules(values['lora.target_modules']),
    narrowing: {
      layers: ia3 ? null : layersOf(values['lora.layers_to_transform']),
      exclude: exclude === '' || exclude === 'None' ? null : parseTargetModules(exclude),
    },
    useRslora: values['lora.use_rslora'],
    useDora: values['lora.use_dora'],
    initLoraWeights: script.behaves('gaussianInit') || init === 'false' ? init : 'true',
    rankPattern: vera ? {} : modulePattern(values['lora.rank_pattern']),
    alphaPattern: vera ? {} : modulePattern(values['lora.alpha_pattern']),
    inferenceMode: values['lora.inference_mode'],
    adapterName: values['wiring.adapter_name'],
    bias: ia3 || vera ? 'none' : values['lora.bias'],
    modulesToSave: parseNames(values['lora.modules_to_save']) ?? [],
    dtypeOn: (base) => (followsBase && isFloat(base) ? base : 'float32'),
  };
}
