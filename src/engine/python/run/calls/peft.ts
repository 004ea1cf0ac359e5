// PEFT's calls on a model, bound to peftCalls.ts: attaching, loading, switching, freezing, merging, printing.
import { adaptedModules, requireGrad } from '../../../adapters/inject.ts';
import { countParameters } from '../../../torch/nn/counts.ts';
import { itemsOf, namesOf, numberOf, textOf } from '../../program/values.ts';
import type { Acted, Acting, CalleeTable } from '../acting.ts';
import { callee } from '../acting.ts';
import type { ConfigObject, ModelObject } from '../objects.ts';
import { focus, modelOf, refocused, shortName } from '../objects.ts';
import {
  disableAdapters,
  enableAdapters,
  fromPretrained,
  prepareModelForKbitTraining,
  secondAdapter,
  setAdapter,
  unload,
} from '../peftCalls.ts';
import { trainableLine } from '../trainableLine.ts';
import { attach, attachable, configOf, taskOf, unmodelledAdapter } from './attaching.ts';
import { loadedFrom } from './loading.ts';
import { configFromDisk } from './peftConfigs.ts';
import { checkpointingKwargs, refuse, selfModel, theModel } from './reading.ts';

function loadAdapter(call: Acting, model: ModelObject, folder: string): Acted {
  const passed = configOf(call, 'config');
  const config = passed ?? configFromDisk(call, folder, 'peft.LoraConfig');
  const made = attachable(call, { ...config, later: null }, model);
  if (!made) return unmodelledAdapter(call, model, config);
  const script = focus(model);
  script.call = 'PeftModel.from_pretrained';
  fromPretrained(script, made, call.truth('is_trainable', false), taskOf(config)[0]);
  return { object: refocused(model) };
}

const getPeft = callee('model peft_config adapter_name', (call) => {
  const casts = call.behaves('adapterDtype') === 'autocast';
  refuse(call, casts, 'get_peft_model', 'autocast_adapter_dtype');
  return attach(call, theModel(call, 'model'), configOf(call, 'peft_config'));
});

const peftFromPretrained = callee('model model_id adapter_name is_trainable config', (call) =>
  loadAdapter(call, theModel(call, 'model'), textOf(call.value('model_id')) ?? ''),
);

const autoPeft = callee('pretrained_model_name_or_path adapter_name is_trainable', (call) => {
  const folder = textOf(call.value('pretrained_model_name_or_path')) ?? '';
  const config = configFromDisk(call, folder, 'peft.LoraConfig');
  const loader = `transformers.${(call.callee.split('.').at(-2) ?? '').replace('AutoPeft', 'Auto')}`;
  const base = textOf(config.values.get('base_model_name_or_path')) ?? '';
  return loadAdapter(call, loadedFrom(call, loader, base), folder);
});

const prepare = callee('model use_gradient_checkpointing gradient_checkpointing_kwargs', (call) => {
  const model = theModel(call, 'model');
  const script = focus(model);
  script.call = 'prepare_model_for_kbit_training';
  const name = 'prepare_model_for_kbit_training';
  refuse(call, call.behaves('prepareKwargs'), name, 'gradient_checkpointing_kwargs');
  prepareModelForKbitTraining(script, {
    useGradientCheckpointing: call.truth('use_gradient_checkpointing', true),
    kwargs: checkpointingKwargs(call.value('gradient_checkpointing_kwargs')),
  });
  return { object: model };
});

/** A second adapter, or the first one of a folder, in a PeftModel. */
function second(call: Acting, config: ConfigObject | null, trainable: boolean | null): Acted {
  const model = selfModel(call);
  const made = config && attachable(call, config, model);
  if (!config || !made) return { ...unmodelledAdapter(call, model, config), value: null };
  const script = focus(model);
  script.call = trainable === null ? 'model.add_adapter' : 'model.load_adapter';
  secondAdapter(script, made, trainable === null ? null : { isTrainable: trainable });
  return { value: null };
}

const addAdapter = callee('adapter_name peft_config', (call) =>
  second(call, configOf(call, 'peft_config'), null),
);

/**
 * A new adapter made of those that are there: of the first one's shape, or of the sum of their ranks where they are put side by side, and
 * frozen. Source: PEFT lora/model.py add_weighted_adapter.
 */
const addWeighted = callee('adapters weights adapter_name combination_type', (call) => {
  const model = selfModel(call);
  const [first] = model.configs;
  const name = textOf(call.value('adapter_name')) ?? '';
  const count = itemsOf(call.value('adapters'))?.length ?? 1;
  const rank = numberOf(first?.values.get('r')) ?? 8;
  const joined = textOf(call.value('combination_type')) === 'cat' ? rank * count : rank;
  const config = first && { ...first, values: new Map([...first.values, ['r', joined] as const]) };
  const acted = second(call, config ?? null, null);
  for (const layer of adaptedModules(model.script.root)) requireGrad(layer, name, false);
  return acted;
});

const loadSecond = callee('model_id adapter_name is_trainable', (call) => {
  const folder = textOf(call.value('model_id')) ?? '';
  const trainable = call.truth('is_trainable', false);
  const config = configFromDisk(call, folder, 'peft.LoraConfig');
  config.values.set('inference_mode', !trainable);
  return second(call, config, trainable);
});

const onAdapters = (body: (model: ModelObject, call: Acting) => void) =>
  callee('adapter_name', (call) => {
    const model = selfModel(call);
    focus(model).call = `model.${shortName(call.callee)}`;
    body(model, call);
    return { value: null };
  });

const switchTo = onAdapters(({ script }, call) => {
  const given = call.value('adapter_name');
  const name = textOf(given) ?? namesOf(given)?.at(-1);
  if (name === undefined) return;
  if (!adapterNames(script.root).has(name)) call.raise('ValueError', `Adapter ${name} not found.`);
  script.trace('set_adapter', () => setAdapter(script, name));
});

function adapterNames(root: ModelObject['root']): Set<string> {
  return new Set(
    adaptedModules(root).flatMap(({ kind }) => (kind.type === 'adapted' ? [...kind.adapters.keys()] : [])),
  );
}

const remove = onAdapters(({ script }, call) => {
  const name = textOf(call.value('adapter_name'));
  for (const { kind } of adaptedModules(script.root)) {
    if (kind.type !== 'adapted' || name === null) continue;
    kind.adapters.delete(name);
    if (kind.active.includes(name)) kind.active = [...kind.adapters.keys()].slice(0, 1);
  }
});

const disable = onAdapters(({ script }) => disableAdapters(script, script.behaves('disabledKeepsFlags')));
const enable = onAdapters(({ script }) => enableAdapters(script));

/** `with model.disable_adapter():`, told when it is entered and when it is left. */
const disabling = onAdapters(({ script }, call) =>
  [...call.given.values(), ...call.rest].includes('leave')
    ? enableAdapters(script)
    : disableAdapters(script, script.behaves('disabledKeepsFlags')),
);

/**
 * merge_adapter() adds what adapters say to the weights beside them: the base answers alone, and they are passed by, until it is undone.
 * It gives None: `model = model.merge_adapter()` leaves no model.
 */
const merging = (merged: boolean) =>
  callee('adapter_names safe_merge', (call) => {
    const { script } = selfModel(call);
    script.trace(merged ? 'merge_adapter' : 'unmerge_adapter', () => {
      for (const { kind } of adaptedModules(script.root)) if (kind.type === 'adapted') kind.disabled = merged;
    });
    return { value: null };
  });

const unloading = (merge: boolean) =>
  callee('progressbar safe_merge adapter_names', (call) => {
    const model = selfModel(call);
    const script = focus(model);
    script.call = `model.${merge ? 'merge_and_unload' : 'unload'}()`;
    unload(script, merge);
    return { object: refocused(model) };
  });

const counts = callee('', (call) => {
  const { trainable, all } = countParameters(selfModel(call).root);
  return { value: { tuple: [trainable, all] } };
});

const print = callee('', (call) => {
  const { root } = selfModel(call);
  const line = trainableLine(countParameters(root), call.behaves('trainableLine'));
  return { value: null, printed: line };
});

const save = callee('save_directory', (call) => {
  const folder = textOf(call.value('save_directory'));
  const saved = modelOf(call.self)?.configs.at(-1);
  if (folder !== null && saved)
    call.disk.set(folder, { ...saved, values: new Map([...saved.values, ['inference_mode', true]]) });
  return { value: null };
});

const setRequiresGrad = callee('adapter_names requires_grad', (call) => {
  const { script } = selfModel(call);
  const given = call.value('adapter_names');
  const value = call.truth('requires_grad', true);
  const names = namesOf(given) ?? [textOf(given) ?? ''];
  script.trace('set_requires_grad', () => {
    for (const layer of adaptedModules(script.root))
      for (const name of names) requireGrad(layer, name, value);
  });
  return { value: null };
});

const base = callee('', (call) => {
  const model = selfModel(call);
  return { object: { ...model, root: focus(model).causal, causalPath: '' } };
});

const ofTuner = (tuner: string): CalleeTable => ({
  [`peft.${tuner}.merge_and_unload`]: unloading(true),
  [`peft.${tuner}.unload`]: unloading(false),
  [`peft.${tuner}.merge_adapter`]: merging(true),
  [`peft.${tuner}.unmerge_adapter`]: merging(false),
  [`peft.${tuner}.disable_adapter_layers`]: disable,
  [`peft.${tuner}.enable_adapter_layers`]: enable,
  [`peft.${tuner}.set_adapter`]: switchTo,
  [`peft.${tuner}.delete_adapter`]: remove,
});

export const peftCallees: CalleeTable = {
  'peft.get_peft_model': getPeft,
  'peft.PeftModel': getPeft,
  'peft.PeftModel.from_pretrained': peftFromPretrained,
  'peft.AutoPeftModel.from_pretrained': autoPeft,
  'peft.prepare_model_for_kbit_training': prepare,
  'peft.prepare_model_for_int8_training': prepare,
  'peft.PeftModel.add_adapter': addAdapter,
  'peft.PeftModel.load_adapter': loadSecond,
  'peft.PeftModel.add_weighted_adapter': addWeighted,
  'peft.PeftModel.set_adapter': switchTo,
  'peft.PeftModel.delete_adapter': remove,
  'peft.PeftModel.disable_adapter': disabling,
  'peft.PeftModel.enable_adapter': enable,
  'peft.PeftModel.print_trainable_parameters': print,
  'peft.PeftModel.get_nb_trainable_parameters': counts,
  'peft.PeftModel.save_pretrained': save,
  'peft.PeftModel.get_base_model': base,
  'peft.PeftModel.set_requires_grad': setRequiresGrad,
  ...ofTuner('LoraModel'),
  ...ofTuner('PeftModel'),
};
