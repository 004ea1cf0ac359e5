// PEFT's calls on a model: get_peft_model, PeftModel.from_pretrained, prepare_model_for_kbit_training, merging, second
// adapters. Differences between versions are rules. Source: PEFT 0.17 mapping_func.py, peft_model.py, utils/other.py.
import type { PeftConfig } from '../../adapters/inject.ts';
import {
  activateAdapter,
  adaptedModules,
  injectAdapter,
  requireGrad,
  requiresGrad,
  saveModules,
} from '../../adapters/inject.ts';
import type { Prompt } from '../../adapters/prompts/prompts.ts';
import { addPrompt } from '../../adapters/prompts/prompts.ts';
import { activeCopy, disableCopies, enableCopies, isSaved } from '../../adapters/saved/savedModules.ts';
import { replaceModule } from '../../adapters/wrap.ts';
import { bytesOf, Module } from '../../torch/nn/module.ts';
import { promptEncoder } from './promptEncoder.ts';
import type { ScriptModel } from './scriptModel.ts';
import type { CheckpointingKwargs } from './transformersCalls.ts';
import {
  enableInputRequireGrads,
  gradientCheckpointingEnable,
  warnOldCheckpointingName,
} from './transformersCalls.ts';

export interface PrepareOptions {
  readonly useGradientCheckpointing: boolean;
  readonly kwargs: CheckpointingKwargs | null;
}

/**
 * `prepare_model_for_kbit_training(model, …)`: freezes every parameter, adapters included, casts the floats to float32
 * and, on a k-bit model only, turns checkpointing on with the input-grad hook.
 */
export function prepareModelForKbitTraining(script: ScriptModel, options: PrepareOptions): void {
  script.trace('prepare_model_for_kbit_training', () => prepare(script, options));
}

/** Whether the version's preparation knows a quantised model of this kind, and whether it leaves the floats as they are. */
function preparation({ quantisation, behaves }: ScriptModel): {
  readonly knows: boolean;
  readonly casts: boolean;
} {
  const method = quantisation?.method ?? null;
  if (method === null || method.startsWith('bnb')) return { knows: method !== null, casts: true };
  const knows = behaves('preparesQuantised').some((known) => known === method);
  return { knows, casts: !knows };
}

function prepare(script: ScriptModel, options: PrepareOptions): void {
  const { knows, casts } = preparation(script);
  for (const parameter of script.root.allParameters()) {
    parameter.requiresGrad = false;
    if (!casts || (parameter.dtype !== 'bfloat16' && parameter.dtype !== 'float16')) continue;
    parameter.bytes = (parameter.bytes / bytesOf(parameter.dtype)) * bytesOf('float32');
    parameter.dtype = 'float32';
  }
  if (!knows || !options.useGradientCheckpointing) return;
  const kwargs = script.behaves('prepareKwargs') ? (options.kwargs ?? {}) : null;
  if (kwargs?.useReentrant !== false) enableInputRequireGrads(script);
  warnOldCheckpointingName(script);
  gradientCheckpointingEnable(script, kwargs);
}

function warnTiedTargets(script: ScriptModel, config: PeftConfig): void {
  const rule = script.behaves('tiedWarning');
  const { causal } = script;
  const { places } = script;
  const head = causal.at(places.head);
  const table = causal.at(places.embedding);
  const inner = (module: Module | null): Module | null =>
    module?.children.get('base_layer') ?? module?.children.get('original_module') ?? module;
  const tied = inner(head)?.parameters.get('weight') === inner(table)?.parameters.get('weight');
  const adapted = [...causal.namedModules()]
    .filter(([, module]) => module === head || module === table)
    .filter(([, module]) => module.kind.type === 'adapted');
  const ends = [places.head, places.embedding].map((path) => path.split('.').at(-1) ?? path);
  const saved = config.modulesToSave.some((name) => ends.some((end) => name.endsWith(end)));
  const trouble =
    'This can lead to complications, for example when merging the adapter or converting your model to formats other than safetensors.';
  const ensure = `UserWarning: Model has \`tie_word_embeddings=True\` and a tied layer is part of the adapter, but \`ensure_weight_tying\` is not set to True. ${trouble} Check the discussion here: https://github.com/huggingface/peft/issues/2777`;
  if (rule === 'ensure-weight-tying' && tied && (saved || adapted.length > 0)) script.warn(ensure);
  if (rule === 'targets-and-saved' && saved) script.warn(ensure);
  if (rule === 'none' || rule === 'ensure-weight-tying' || !tied) return;
  const told = adapted.filter(([path]) => rule !== 'top-level-targets' || !path.includes('.'));
  if (told.length > 0) {
    const paths = told.map(([path]) => `'${path}'`).join(', ');
    script.warn(
      `UserWarning: Model with \`tie_word_embeddings=True\` and the tied_target_modules=[${paths}] are part of the adapter. ${trouble} See for example https://github.com/huggingface/peft/issues/2018.`,
    );
  }
}

/**
 * The copy of a module is made trainable, which torch refuses for weights packed in 4 bits. PEFT before 0.6 sets the flag, and is
 * told of the setter's two kinds of dtype; later ones call requires_grad_(). Source: utils/other.py _set_trainable,
 * ModulesToSaveWrapper; run on 0.5.0, 0.7.1, 0.10.0, 0.17.1, 0.18.0, 0.20.0 and 0.21.2, also for a config with inference_mode.
 */
function refusePackedCopies(script: ScriptModel, config: PeftConfig): void {
  if (config.modulesToSave.length === 0) return;
  for (const [path, module] of script.root.namedModules()) {
    if (!isSaved(path, config.modulesToSave)) continue;
    if (![...module.allParameters()].some(({ dtype }) => dtype === 'uint8')) continue;
    const kinds = script.behaves('savedOriginalTrains') ? 'floating point and complex' : 'floating point';
    script.raise('RuntimeError', `only Tensors of ${kinds} dtype can require gradients`);
  }
}

const ALREADY_FOUND =
  'UserWarning: Already found a `peft_config` attribute in the model. This will lead to having multiple adapters in the model. Make sure to know what you are doing!';

/** What the tuner's model, LoraModel(model, config), does to the tree, for get_peft_model and for transformers' add_adapter. */
function inject(script: ScriptModel, config: PeftConfig): ReturnType<typeof injectAdapter> {
  const beside = injectAdapter(script.root, config, script);
  activateAdapter(script.root, config.adapterName, !config.inferenceMode);
  if (config.adapterName === 'default' || !script.behaves('packedNeedsDefault')) return beside;
  for (const layer of adaptedModules(script.root)) {
    if (!/^Linear(4bit|8bitLt)$/.test(layer.children.get('base_layer')?.className ?? '')) continue;
    requireGrad(layer, config.adapterName, false);
  }
  return beside;
}

/** `get_peft_model(model, config)`; on a PeftModel it wraps a second time. */
export function getPeftModel(
  script: ScriptModel,
  config: PeftConfig,
  peftClass = 'PeftModelForCausalLM',
): void {
  script.trace('get_peft_model', () => wrapModel(script, config, peftClass));
}

function wrapModel(script: ScriptModel, config: PeftConfig, peftClass: string): void {
  const again = script.isPeftModel;
  if (script.behaves('secondWrapWarnings')) {
    if (again) {
      script.warn(
        'UserWarning: You are trying to modify a model with PEFT for a second time. If you want to reload the model with a different config, make sure to call `.unload()` before.',
      );
    }
    if (again || script.peftConfigLeft) script.warn(ALREADY_FOUND);
  }
  if (config.prompt) {
    putBefore(script, config, config.prompt, peftClass);
    return;
  }
  const beside = inject(script, config);
  const tuner = new Module(config.method.modelClass);
  tuner.children.set('model', script.root);
  putInside(script, tuner, peftClass, 'base_model.model');
  warnTiedTargets(script, config);
  refusePackedCopies(script, config);
  saveModules(script.root, config, script, beside);
  hookOfConstructor(script);
}

/** The PeftModel around what it was given, which stands at `at` in it. */
function putInside(script: ScriptModel, base: Module, peftClass: string, at: string): void {
  const peft = new Module(peftClass);
  peft.children.set('base_model', base);
  for (const module of [base, peft]) module.training = script.root.training;
  script.root = peft;
  script.causalPath = script.causalPath === '' ? at : `${at}.${script.causalPath}`;
}

/** A method that wraps nothing: an encoder beside the model, all of which is frozen. */
function putBefore(script: ScriptModel, config: PeftConfig, prompt: Prompt, peftClass: string): void {
  const encoder = promptEncoder(script, prompt, peftClass);
  putInside(script, script.root, peftClass, 'base_model');
  addPrompt(script.root, config.adapterName, encoder, config.inferenceMode);
  saveModules(script.root, config, script);
  hookOfConstructor(script);
}

/** The constructor hooks a model that already checkpoints, but never a quantised one. */
function hookOfConstructor(script: ScriptModel): void {
  if (script.behaves('checkpointingDeprecated')) {
    script.warn(
      'FutureWarning: `is_gradient_checkpointing` is deprecated and will be removed in v6. Use `is_activation_checkpointing` instead.',
    );
  }
  if (script.checkpointing && !script.quantised) enableInputRequireGrads(script);
}

/** `PeftModel.from_pretrained(model, directory, is_trainable=…)`: frozen and in eval mode unless asked otherwise. */
export function fromPretrained(
  script: ScriptModel,
  config: PeftConfig,
  isTrainable: boolean,
  peftClass = 'PeftModelForCausalLM',
): void {
  getPeftModel(script, { ...config, inferenceMode: !isTrainable }, peftClass);
  if (!isTrainable) script.root.train(false);
}

/** transformers' `model.add_adapter(config)`: wraps in place; the model stays what it was. */
export function addAdapter(script: ScriptModel, config: PeftConfig): void {
  const rule = script.behaves('addAdapter');
  if (rule === 'missing')
    script.raise('AttributeError', `'${script.root.className}' object has no attribute 'add_adapter'`);
  if (rule === 'refuses-peft')
    script.raise(
      'ValueError',
      'The version of PEFT you are using is not compatible, please use a version >= 0.22.0',
    );
  inject(script, config);
  script.adapterLoaded = true;
}

/** A second adapter in a PeftModel. `load`: load_adapter(…, is_trainable), else add_adapter(…). */
export function secondAdapter(
  script: ScriptModel,
  config: PeftConfig,
  load: { readonly isTrainable: boolean } | null,
): void {
  script.trace(load ? 'load_adapter' : 'add_adapter', () => addSecondAdapter(script, config, load));
}

function addSecondAdapter(
  script: ScriptModel,
  config: PeftConfig,
  load: { readonly isTrainable: boolean } | null,
): void {
  const active = activeAdapter(script);
  const trainable = new Map(adaptedModules(script.root).map((layer) => [layer, requiresGrad(layer, active)]));
  injectAdapter(script.root, config, script);
  const rule = script.behaves('secondAdapter');
  const addsUp =
    rule === 'adds-up' && (load === null ? script.behaves('disabledKeepsFlags') : load.isTrainable);
  const trains = load ? load.isTrainable : !config.inferenceMode;
  for (const layer of adaptedModules(script.root)) {
    requireGrad(layer, config.adapterName, addsUp);
    const flag = { 'thaws-active': true, 'flags-active': trains, 'adds-up': trainable.get(layer) ?? false };
    requireGrad(layer, active, flag[rule]);
    if (layer.kind.type === 'adapted') layer.kind.active = [active];
  }
}

function activeAdapter(script: ScriptModel): string {
  const [layer] = adaptedModules(script.root);
  return (layer?.kind.type === 'adapted' && layer.kind.active[0]) || 'default';
}

/** `model.set_adapter(name)`. PEFT before 0.7 only switched which one is used. */
export function setAdapter(script: ScriptModel, adapter: string): void {
  if (script.behaves('disabledKeepsFlags')) {
    for (const layer of adaptedModules(script.root))
      if (layer.kind.type === 'adapted') layer.kind.active = [adapter];
  } else activateAdapter(script.root, adapter, true);
}

/** `disable_adapter_layers()`, or inside `with model.disable_adapter()`. */
export function disableAdapters(script: ScriptModel, keepsFlags: boolean): void {
  script.trace('disable_adapter', () => disable(script, keepsFlags));
}

function disable(script: ScriptModel, keepsFlags: boolean): void {
  disableCopies(script.root, { keepsFlags, thawsOriginal: script.behaves('disabledThawsOriginal') });
  for (const layer of adaptedModules(script.root)) {
    if (layer.kind.type !== 'adapted') continue;
    layer.kind.disabled = true;
    if (!keepsFlags) for (const name of layer.kind.adapters.keys()) requireGrad(layer, name, false);
  }
}

/** `enable_adapter_layers()`, or the end of `with model.disable_adapter()`. */
export function enableAdapters(script: ScriptModel): void {
  script.trace('enable_adapter', () => {
    const keepsFlags = script.behaves('disabledKeepsFlags');
    enableCopies(script.root, keepsFlags);
    for (const layer of adaptedModules(script.root)) {
      if (layer.kind.type !== 'adapted') continue;
      layer.kind.disabled = false;
      if (!keepsFlags) for (const name of layer.kind.active) requireGrad(layer, name, true);
    }
  });
}

/** `model.merge_and_unload()` or `model.unload()`: the bare model, still frozen, with the copies of modules_to_save as they are. */
export function unload(script: ScriptModel, merge: boolean): void {
  script.trace(merge ? 'merge_and_unload' : 'unload', () => removeAdapters(script, merge));
}

function removeAdapters(script: ScriptModel, merge: boolean): void {
  const { causal } = script;
  if (merge && script.kbit) {
    const bits = script.quantisation?.method === 'bnb-8bit' ? 8 : 4;
    script.warn(
      `UserWarning: Merge lora module to ${bits}-bit linear may get different generations due to rounding errors.`,
    );
  }
  // Inside first. PEFT goes from the outside in and forgets an adapter inside a copied container, which here goes too.
  for (const [path, module] of [...causal.namedModules()].reverse()) {
    if (module.kind.type === 'adapted') replaceModule(causal, path, module.child('base_layer'));
    if (module.kind.type === 'saved') replaceModule(causal, path, activeCopy(module));
  }
  script.root = causal;
  script.causalPath = '';
  script.peftConfigLeft = true;
}
