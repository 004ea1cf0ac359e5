// transformers' calls on a model: checkpointing and its hook, adapters of its own, embeddings, and the configurations that loading takes.
import type { Parameter } from '../../../torch/nn/module.ts';
import { bytesOf, parameter } from '../../../torch/nn/module.ts';
import { namesOf, numberOf, textOf } from '../../program/values.ts';
import type { CalleeTable } from '../acting.ts';
import { callee } from '../acting.ts';
import type { ModelObject } from '../objects.ts';
import { focus } from '../objects.ts';
import {
  addAdapter as addAdapterInPlace,
  disableAdapters,
  enableAdapters,
  setAdapter,
} from '../peftCalls.ts';
import {
  enableInputRequireGrads,
  gradientCheckpointingEnable,
  warnOldCheckpointingName,
} from '../transformersCalls.ts';
import { attachable, configOf, unmodelledAdapter } from './attaching.ts';
import { fromConfig, fromPretrained } from './loading.ts';
import { configFromDisk } from './peftConfigs.ts';
import { checkpointingKwargs, refuse, selfModel } from './reading.ts';

const enable = callee('gradient_checkpointing_kwargs', (call) => {
  const script = focus(selfModel(call));
  script.call = 'model.gradient_checkpointing_enable';
  const name = 'PreTrainedModel.gradient_checkpointing_enable';
  refuse(call, call.behaves('checkpointingKwargs'), name, 'gradient_checkpointing_kwargs');
  warnOldCheckpointingName(script);
  gradientCheckpointingEnable(
    script,
    checkpointingKwargs(
      call.value('gradient_checkpointing_kwargs') ?? call.value('activation_checkpointing_kwargs'),
    ),
  );
  return { value: null };
});

/** Takes the hook of add_adapter's models away again, as the library does. Source: modeling_utils.py gradient_checkpointing_disable. */
const disable = callee('', (call) => {
  const { script } = selfModel(call);
  script.checkpointing = null;
  if (script.adapterLoaded) script.inputGradHooks = Math.max(0, script.inputGradHooks - 1);
  return { value: null };
});

const hook = callee('', (call) => {
  const script = focus(selfModel(call));
  script.call = 'model.enable_input_require_grads';
  enableInputRequireGrads(script);
  return { value: null };
});

const unhook = callee('', (call) => {
  const { script } = selfModel(call);
  script.inputGradHooks = Math.max(0, script.inputGradHooks - 1);
  return { value: null };
});

const addAdapter = callee('adapter_config adapter_name', (call) => {
  const model = selfModel(call);
  const config = configOf(call, 'adapter_config');
  const script = focus(model);
  script.call = 'model.add_adapter';
  const made = config && attachable(call, config, model);
  if (!config || !made) return { ...unmodelledAdapter(call, model, config), value: null };
  script.call = 'model.add_adapter';
  addAdapterInPlace(script, { ...made, modulesToSave: [] });
  return { value: null };
});

const loadAdapter = callee('peft_model_id adapter_name', (call) => {
  const model = selfModel(call);
  const config = configFromDisk(call, textOf(call.value('peft_model_id')) ?? '', 'peft.LoraConfig');
  const trainable = call.truth('is_trainable', false);
  const made = attachable(call, config, model);
  if (!made) return { ...unmodelledAdapter(call, model, config), value: null };
  const script = focus(model);
  script.call = 'model.load_adapter';
  addAdapterInPlace(script, { ...made, modulesToSave: [], inferenceMode: !trainable });
  return { value: null };
});

/** The module of get_input_embeddings() or get_output_embeddings(), by its place below the receiver. */
const place = (which: 'embedding' | 'head') =>
  callee('', (call) => {
    const model = selfModel(call);
    const script = focus(model);
    const at = script.places[which];
    const module = script.causal.at(at);
    if (!module || call.receiver === null) return { value: null };
    const inner = model.causalPath === '' ? at : `${model.causalPath}.${at}`;
    const path = call.self?.kind === 'trainer' ? `model.${inner}` : inner;
    return { value: { ref: call.receiver.ref, path }, class: module.className };
  });

const nothing = callee('', () => ({ value: null }));

/** A table of another length, in the place of the old one, and the head with it where it is tied or has a row for each token. */
function resize({ root, script }: ModelObject, rows: number): void {
  const made = new Map<Parameter, Parameter>();
  const embedding = script.causal.at(script.places.embedding);
  const tables = [embedding, script.causal.at(script.places.head)];
  const before = embedding?.parameters.get('weight')?.shape[0];
  for (const module of root.modules()) {
    if (!tables.includes(module)) continue;
    const weight = module.parameters.get('weight');
    if (!weight || weight.shape[0] !== before) continue;
    const table =
      made.get(weight) ??
      parameter('weight', [rows, ...weight.shape.slice(1)], {
        dtype: weight.dtype,
        requiresGrad: weight.requiresGrad,
        bytes: (weight.shape[1] ?? 1) * rows * bytesOf(weight.dtype),
      });
    made.set(weight, table);
    module.parameters.set('weight', table);
  }
}

const resizeTables = callee('new_num_tokens', (call) => {
  const model = selfModel(call);
  const rows = numberOf(call.value('new_num_tokens'));
  focus(model);
  if (rows !== null) resize(model, rows);
  return { value: null };
});

const config = (name: string) =>
  callee('', (call) => ({
    object: { kind: 'config', callee: name, values: new Map(call.given), later: null },
  }));

const switchTo = callee('adapter_name', (call) => {
  const script = focus(selfModel(call));
  const name = textOf(call.value('adapter_name')) ?? namesOf(call.value('adapter_name'))?.at(-1);
  if (name !== undefined) script.trace('set_adapter', () => setAdapter(script, name));
  return { value: null };
});

const quantisations =
  'BitsAndBytesConfig GPTQConfig AwqConfig HqqConfig QuantoConfig TorchAoConfig AqlmConfig EetqConfig';

export const transformersCallees: CalleeTable = {
  'transformers.PreTrainedModel.from_pretrained': fromPretrained,
  'transformers.PreTrainedModel.from_config': fromConfig,
  'transformers.PreTrainedModel.gradient_checkpointing_enable': enable,
  'transformers.PreTrainedModel.activation_checkpointing_enable': enable,
  'transformers.PreTrainedModel.gradient_checkpointing_disable': disable,
  'transformers.PreTrainedModel.enable_input_require_grads': hook,
  'transformers.PreTrainedModel.disable_input_require_grads': unhook,
  'transformers.PreTrainedModel.add_adapter': addAdapter,
  'transformers.PreTrainedModel.load_adapter': loadAdapter,
  'transformers.PreTrainedModel.set_adapter': switchTo,
  'transformers.PreTrainedModel.disable_adapters': callee('', (call) => {
    const script = focus(selfModel(call));
    disableAdapters(script, script.behaves('disabledKeepsFlags'));
    return { value: null };
  }),
  'transformers.PreTrainedModel.enable_adapters': callee('', (call) => {
    enableAdapters(focus(selfModel(call)));
    return { value: null };
  }),
  'transformers.PreTrainedModel.resize_token_embeddings': resizeTables,
  'transformers.PreTrainedModel.get_input_embeddings': place('embedding'),
  'transformers.PreTrainedModel.get_output_embeddings': place('head'),
  'transformers.PreTrainedModel.save_pretrained': nothing,
  'transformers.PreTrainedModel.push_to_hub': nothing,
  'transformers.PreTrainedModel.tie_weights': nothing,
  'transformers.PreTrainedModel.generate': callee('', () => ({ value: { placeholder: 'generated' } })),
  ...Object.fromEntries(
    quantisations.split(' ').map((name) => [`transformers.${name}`, config(`transformers.${name}`)] as const),
  ),
  'transformers.PretrainedConfig': callee('', (call) => ({
    object: { kind: 'config', callee: call.callee, values: new Map(call.given), later: null },
  })),
  'transformers.AutoTokenizer.from_pretrained': callee('pretrained_model_name_or_path', (call) => ({
    object: { kind: 'plain', callee: 'transformers.PreTrainedTokenizerFast', values: call.given },
  })),
  'transformers.AutoConfig.from_pretrained': callee('pretrained_model_name_or_path', (call) => ({
    object: { kind: 'config', callee: 'transformers.AutoConfig', values: new Map(call.given), later: null },
  })),
};
