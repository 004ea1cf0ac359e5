// How the calls of every library read their arguments: the model, checkpointing kwargs, modules below a model.
import { own } from '../../../ground/own.ts';
import { text } from '../../../ground/text.ts';
import type { Module } from '../../../torch/nn/module.ts';
import type { ProgramValue } from '../../program/program.ts';
import { entriesOf, isPlaceholder, isRef, reprOf, truthOf } from '../../program/values.ts';
import type { Acting } from '../acting.ts';
import { callee } from '../acting.ts';
import type { ModelObject } from '../objects.ts';
import { modelOf } from '../objects.ts';
import type { CheckpointingKwargs } from '../transformersCalls.ts';

/** The model that a method is called on. */
export function selfModel(call: Acting): ModelObject {
  const model = modelOf(call.self);
  return model ?? unknownModel(call, null);
}

/** The model that an argument names. */
export function theModel(call: Acting, name: string): ModelObject {
  const value = call.value(name);
  if (call.given.get(name) === null) refuseNone(call);
  return modelOf(call.object(value)) ?? unknownModel(call, value ?? null);
}

/** What a call first asks of the None that it got for a model. */
const askedOfNone: Readonly<Record<string, string>> = {
  get_peft_model: '__dict__',
  prepare_model_for_kbit_training: 'named_parameters',
};

function refuseNone(call: Acting): void {
  const asked = own(askedOfNone, call.callee.split('.').at(-1) ?? '');
  if (asked !== undefined) call.raise('AttributeError', `'NoneType' object has no attribute '${asked}'`);
}

/** A model whose origin isn't known here: one of the llama family is assumed. */
function unknownModel(call: Acting, value: ProgramValue): ModelObject {
  const name = isPlaceholder(value) ? value.placeholder : isRef(value) ? '' : reprOf(value);
  call.note(
    'assumption',
    text(
      `Where the model ${name} comes from is not known; a float32 model of the llama family is assumed.`,
      `不知道模型 ${name} 的来历；假定为 float32 的 llama 系模型。`,
    ),
  );
  return call.load({
    name,
    loader: 'transformers.AutoModelForCausalLM',
    dtype: 'float32',
    quantisation: null,
    doubleQuant: false,
    given: new Map(),
  });
}

/** `gradient_checkpointing_kwargs` as torch gets it; null: None. */
export function checkpointingKwargs(value: ProgramValue | undefined): CheckpointingKwargs | null {
  const entries = entriesOf(value);
  if (!entries) return null;
  const reentrant = truthOf(entries.get('use_reentrant'));
  return reentrant === null ? {} : { useReentrant: reentrant };
}

/** An argument that the version doesn't know yet, by its rule: where no signatures are at hand. `name`: as Python prints the callee. */
export function refuse(call: Acting, known: boolean, name: string, argument: string): void {
  if (!known && call.given.has(argument))
    call.raise('TypeError', `${name}() got an unexpected keyword argument '${argument}'`);
}

/** The module that the path of a receiver means; the root for none. */
export function moduleAt(call: Acting, model: ModelObject): Module {
  return model.root.at(call.path) ?? model.root;
}

/** A call that changes nothing that decides. */
export const harmless = callee('', (call) => {
  const model = modelOf(call.self);
  return model ? { object: model } : { value: null };
});
