// What attaching reads of a configuration: its task's class and heads, targets of a folder that nobody here knows, and what PEFT refuses.

import type { PeftConfig, Tuner } from '../../../adapters/inject.ts';
import { judgedMethods } from '../../../adapters/judged.ts';
import { attachJudged } from '../../../adapters/judgedMethod.ts';
import { promptMethods } from '../../../adapters/prompts/prompts.ts';
import { own } from '../../../ground/own.ts';
import { text } from '../../../ground/text.ts';
import { Module } from '../../../torch/nn/module.ts';
import { entriesOf, namesOf, textOf, truthOf } from '../../program/values.ts';
import type { Acted, Acting } from '../acting.ts';
import type { ConfigObject, ModelObject } from '../objects.ts';
import { focus, refocused, shortName } from '../objects.ts';
import { getPeftModel } from '../peftCalls.ts';
import { peftConfig } from '../peftConfig.ts';
import { givenOf, sharedValues, valuesOfConfig } from './peftConfigs.ts';

/** Class that PEFT puts around a model by task_type, and the heads that it saves beside the adapter. */
const tasks: Readonly<Record<string, readonly [className: string, saved: readonly string[]]>> = {
  CAUSAL_LM: ['PeftModelForCausalLM', []],
  SEQ_2_SEQ_LM: ['PeftModelForSeq2SeqLM', []],
  SEQ_CLS: ['PeftModelForSequenceClassification', ['classifier', 'score']],
  TOKEN_CLS: ['PeftModelForTokenClassification', ['classifier', 'score']],
  QUESTION_ANS: ['PeftModelForQuestionAnswering', ['qa_outputs']],
  FEATURE_EXTRACTION: ['PeftModelForFeatureExtraction', []],
};

export const taskOf = (config: ConfigObject) =>
  own(tasks, textOf(config.values.get('task_type')) ?? '') ?? (['PeftModel', []] as const);

/** What an adapter of unknown targets was put on: PEFT's default, or every linear where the model has none. */
function assumedTargets({ script }: ModelObject, { target, method }: PeftConfig): PeftConfig['target'] {
  if (target.form !== 'default') return target;
  if (script.defaultTargets(method.type, script.modelType)) return target;
  const linears = [...script.causal.namedModules()].flatMap(([path, { kind }]) =>
    kind.type === 'linear' && path !== script.places.head ? [path.split('.').at(-1) ?? path] : [],
  );
  return { form: 'list', names: [...new Set(linears)] };
}

const EMBEDDING_TWICE = (name: string): string =>
  `The embedding layer is already marked to be trained fully, either specify \`modules_to_save=[..., "${name}", ...]\` or \`trainable_tokens={'${name}': x}\` but not both.`;

/** trainable_token_indices beside modules_to_save. Source: PEFT 0.16 utils/other.py set_additional_trainable_modules; run on 0.17.1. */
function refuseTokens(call: Acting, config: ConfigObject, { script }: ModelObject): void {
  const tokens = config.values.get('trainable_token_indices');
  if (tokens === undefined || tokens === null) return;
  const names = [...(entriesOf(tokens)?.keys() ?? ['embed_tokens'])];
  const saved = namesOf(config.values.get('modules_to_save')) ?? [];
  const both = names.find((name) => saved.includes(name));
  if (both !== undefined) call.raise('ValueError', EMBEDDING_TWICE(both), 'get_peft_model');
  const { causal, places } = script;
  const tied =
    places.head !== '' &&
    causal.at(places.head)?.parameters.get('weight') ===
      causal.at(places.embedding)?.parameters.get('weight');
  if (tied && saved.some((name) => places.head.endsWith(name)))
    script.forwardRaises = {
      type: 'ValueError',
      message: 'TrainableTokensLayer wraps an unknown layer type, maybe you are targeting the wrong layer?',
    };
  // The rows that are trained make the embedding's output require grad.
  script.inputGradHooks++;
}

/** Whether a method goes on this base: what it does to packed weights, or to a Conv1D's, isn't modelled. */
function goesOn({ script }: ModelObject, takes: (typeof judgedMethods)[number]['takes']): boolean {
  if (script.quantised && !takes.packed) return false;
  return takes.transposed || ![...script.causal.modules()].some(({ className }) => className === 'Conv1D');
}

/** How a method that is judged only attaches; null: it is none of those, or not where they go. */
function judgedTuner(
  call: Acting,
  config: ConfigObject,
  model: ModelObject,
): { readonly tuner: Tuner; readonly prompt: PeftConfig['prompt'] } | null {
  const name = shortName(config.callee);
  const given = givenOf(call, config);
  const supports = 'any module';
  const method = judgedMethods.find(({ configClass }) => configClass === name);
  if (method) {
    if (!goesOn(model, method.takes)) return null;
    const attachTo: Tuner['attach'] = (root, targets, options, script) =>
      attachJudged(method, given, root, targets, options, script);
    const { type, prefix, modelClass } = method;
    return {
      tuner: { type, prefix, modelClass, supports, attach: attachTo },
      prompt: undefined,
    };
  }
  const prompt = promptMethods.find(({ configClass }) => configClass === name);
  if (!prompt) return null;
  const { type } = prompt;
  return {
    tuner: { type, prefix: type, modelClass: '', supports, attach: () => {} },
    prompt: {
      encoder: (sizes) => prompt.encoder(sizes, given),
      refusesCheckpointing: (peft) => prompt.refusesCheckpointing?.(peft) ?? null,
    },
  };
}

/** The configuration as the tuners read it; null for a method that isn't modelled. */
export function attachable(call: Acting, config: ConfigObject, model: ModelObject): PeftConfig | null {
  if (config.later) throw config.later;
  const judged = judgedTuner(call, config, model);
  const values = judged ? sharedValues(call, config) : valuesOfConfig(call, config);
  if (!values) return null;
  const adapterName = textOf(call.given.get('adapter_name')) ?? 'default';
  const autocast = truthOf(call.value('autocast_adapter_dtype')) ?? true;
  model.configs.push(config);
  const made = peftConfig(
    focus(model),
    { ...values, 'wiring.adapter_name': adapterName, 'wiring.autocast_adapter_dtype': autocast },
    judged?.tuner,
  );
  refuseTokens(call, config, model);
  const target = config.assumed ? assumedTargets(model, made) : made.target;
  const [, heads] = taskOf(config);
  const found = heads.filter((name) => [...model.root.namedModules()].some(([path]) => path.endsWith(name)));
  // PeftModelForSequenceClassification names its head before it injects, the others after.
  const later = /^(TOKEN_CLS|QUESTION_ANS)$/.test(textOf(config.values.get('task_type')) ?? '');
  const modulesToSave = [...new Set([...made.modulesToSave, ...found])];
  const { prompt } = judged ?? {};
  const fanIn = truthOf(config.values.get('fan_in_fan_out')) ?? false;
  return {
    ...made,
    fanIn,
    target,
    modulesToSave,
    savedLater: later ? found : [],
    ...(prompt ? { prompt } : {}),
  };
}

export function configOf(call: Acting, name: string): ConfigObject | null {
  const found = call.object(call.value(name));
  return found?.kind === 'config' ? found : null;
}

/** An adapter whose method this engine doesn't know: the model goes on, but nothing more can be told of it. */
export function unmodelledAdapter(call: Acting, model: ModelObject, config: ConfigObject | null): Acted {
  const name = config ? shortName(config.callee) : 'peft_config';
  const unknown = call.note(
    'not-modelled',
    text(`What ${name} does to a model is not modelled.`, `${name} 对模型的作用没有建模。`),
  );
  return { object: { ...wrappedAsPeft(model, config), unknown } };
}

/** A PeftModel around it, so that what a script asks of one is there; what is inside it stays as it was. */
function wrappedAsPeft(model: ModelObject, config: ConfigObject | null): ModelObject {
  if (model.root.className.startsWith('Peft')) return model;
  const peft = new Module(config ? taskOf(config)[0] : 'PeftModel');
  peft.children.set('base_model', model.root);
  const { causalPath } = model;
  return { ...model, root: peft, causalPath: causalPath === '' ? 'base_model' : `base_model.${causalPath}` };
}

export function attach(call: Acting, model: ModelObject, config: ConfigObject | null): Acted {
  const made = config && attachable(call, config, model);
  if (!config || !made) return unmodelledAdapter(call, model, config);
  const script = focus(model);
  script.call = 'get_peft_model';
  getPeftModel(script, made, taskOf(config)[0]);
  return { object: refocused(model) };
}
