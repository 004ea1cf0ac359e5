// The settings of this page that a program stands for, as the training that decides has it, and whether they say all of it. What they
// can't say stays in the program.
import { own } from '../../ground/own.ts';
import { same as sameWords, text } from '../../ground/text.ts';
import type { ProgramCall, ProgramValue } from '../../python/program/program.ts';
import { entriesOf, isRef, namesOf, reprOf, truthOf } from '../../python/program/values.ts';
import { trainingArguments } from '../../python/read/argumentTables.ts';
import { ofProgram } from '../../python/read/pythonValue.ts';
import type { TrainingEvent } from '../../python/run/acting.ts';
import { valuesOfConfig } from '../../python/run/calls/peftConfigs.ts';
import type { Effect } from '../../python/run/effects.ts';
import type { Machine } from '../../python/run/machine.ts';
import type { ConfigObject, ModelObject } from '../../python/run/objects.ts';
import { classOf, modelOf } from '../../python/run/objects.ts';
import type { RecipePatch } from '../../recipe/recipe.ts';
import { changedKeys, defaultValues, readSettings } from '../../recipe/recipe.ts';
import type { Assumption } from './scriptReading.ts';
import { Draft, nearestStack } from './settingsDraft.ts';

export interface ProgramSettings {
  readonly patch: RecipePatch;
  /** What decides and no setting says; empty: the settings are the whole program. */
  readonly unsaid: readonly Assumption[];
}

/** Arguments of the training as they were given; what no setting takes is left. */
function readArguments(args: ConfigObject, line: number, draft: Draft): void {
  for (const [name, value] of args.values) {
    if (value === null || isRef(value)) continue;
    const read = own(trainingArguments, name)?.(ofProgram(value)) ?? null;
    if (!read) draft.leave(line, sameWords(`${name}=${reprOf(value)}`));
    else for (const { key, value: setting } of read) draft.set(key, setting);
  }
}

const isOf = (machine: Machine, model: ModelObject, call: ProgramCall): boolean =>
  [call.receiver, ...call.args, ...Object.values(call.kwargs)].some(
    (value) => modelOf(machine.object(value ?? undefined))?.script === model.script,
  );

/** Whether a call made this model, or another on the same tree. */
function sharesTree(machine: Machine, index: number, { script }: ModelObject): boolean {
  const made = machine.object({ ref: index });
  return made?.kind === 'model' && made.script === script;
}

const noModel = text('It makes no model.', '它没有创建模型。');

const short = ({ callee }: ProgramCall): string => callee.split('.').at(-1) ?? '';

interface Walk {
  attached: 'none' | 'get_peft_model' | 'from_pretrained' | 'from_pretrained_trainable' | 'add_adapter';
  prepared: 'never' | 'before' | 'after';
}

const reentrant = (value: ProgramValue | undefined): string => {
  const said = truthOf(entriesOf(value)?.get('use_reentrant'));
  return said === null ? 'default' : String(said);
};

/** Calls that no setting names and that decide, though the flags stay as they were. */
const DECIDES =
  /^(un)?merge_adapter$|^(delete_adapter|add_weighted_adapter|enable_adapter_layers|enable_adapter|set_requires_grad)$/;
/** Calls that are read elsewhere, or that make what others are read of. */
const READ_ELSEWHERE = /Trainer$|^(train|from_config|backward|__call__|setattr|step)$/;

/** A call that has no setting, and changed what trains, what is hooked or how it is checkpointed. */
function readOther(call: ProgramCall, effect: Effect | undefined, draft: Draft): void {
  const name = short(call);
  const changed = effect?.trainable ?? effect?.hooks ?? effect?.checkpointing ?? null;
  if (DECIDES.test(name) || (changed !== null && !READ_ELSEWHERE.test(name)))
    draft.leave(call.line, sameWords(`${name}()`));
}

function readCall(call: ProgramCall, walk: Walk, draft: Draft, effect: Effect | undefined): void {
  const isAttached = walk.attached !== 'none';
  switch (short(call)) {
    case 'get_peft_model':
      if (isAttached) draft.set('wiring.after_attach', 'get_peft_model');
      else walk.attached = 'get_peft_model';
      if (truthOf(call.kwargs.autocast_adapter_dtype) === false)
        draft.set('wiring.autocast_adapter_dtype', false);
      return;
    case 'from_pretrained':
      if (/Peft/.test(call.callee))
        walk.attached = truthOf(call.kwargs.is_trainable) ? 'from_pretrained_trainable' : 'from_pretrained';
      return;
    case 'add_adapter':
      if (isAttached) draft.set('wiring.after_attach', 'add_adapter');
      else walk.attached = 'add_adapter';
      return;
    case 'load_adapter':
      draft.set(
        'wiring.after_attach',
        truthOf(call.kwargs.is_trainable) ? 'load_adapter_trainable' : 'load_adapter',
      );
      return;
    case 'set_adapter':
      draft.set('wiring.after_attach', 'set_adapter');
      return;
    case 'merge_and_unload':
    case 'unload':
    case 'disable_adapter':
    case 'disable_adapter_layers':
      draft.set('wiring.after_attach', short(call));
      return;
    case 'prepare_model_for_kbit_training':
    case 'prepare_model_for_int8_training':
      walk.prepared = isAttached ? 'after' : 'before';
      draft.set(
        'wiring.prepare.use_gradient_checkpointing',
        truthOf(call.kwargs.use_gradient_checkpointing) ?? true,
      );
      draft.set('wiring.prepare.use_reentrant', reentrant(call.kwargs.gradient_checkpointing_kwargs));
      return;
    case 'gradient_checkpointing_enable':
      if (isAttached)
        draft.leave(
          call.line,
          text(
            'gradient_checkpointing_enable() of its own, after the adapter is attached',
            '挂载适配器之后自己调用 gradient_checkpointing_enable()',
          ),
        );
      else draft.set('wiring.checkpointing_before_attach', true);
      return;
    case 'enable_input_require_grads':
    case 'register_forward_hook':
      draft.set('wiring.enable_input_require_grads', true);
      return;
    case 'requires_grad':
    case 'requires_grad_':
      readFlags(call, draft);
      return;
    case 'resize_token_embeddings':
    case 'half':
    case 'bfloat16':
    case 'gradient_checkpointing_disable':
      draft.leave(call.line, sameWords(`${short(call)}()`));
      return;
    default:
      readOther(call, effect, draft);
  }
}

/** `requires_grad = True` on everything has a setting; every other flag set by hand is left to the program. */
function readFlags({ args, kwargs, receiver, line }: ProgramCall, draft: Draft): void {
  const byHand = (path: string): void =>
    draft.leave(line, text(`requires_grad set by hand${path}`, `手动设置 requires_grad${path}`));
  const path = receiver?.path ?? '';
  if (path !== '') {
    byHand(`: ${path}`);
    return;
  }
  const value = truthOf(args[0] ?? kwargs.requires_grad);
  const names = namesOf(args[1]);
  if (value === true && (names === null || names.some((name) => name.includes('embed'))))
    draft.set('wiring.requires_grad_all', true);
  else byHand('');
}

function readModel(machine: Machine, model: ModelObject, draft: Draft): void {
  const method = model.script.quantisation?.method ?? null;
  const loaded = machine.calls.find((_, i) => sharesTree(machine, i, model))?.line ?? 0;
  if (method !== null && method !== 'bnb-4bit')
    draft.leave(loaded, text(`a base stored in another way: ${method}`, `底座以别的方式存储：${method}`));
  draft.set('bnb.bnb_4bit_quant_type', method === null ? 'none' : (model.script.quantisation?.type ?? 'nf4'));
  draft.set('bnb.bnb_4bit_use_double_quant', model.stored.doubleQuant);
  if (model.dtype !== 'uint8') draft.set('model.dtype', model.dtype);
  const second = machine.calls.find((_, i) => {
    const made = machine.object({ ref: i });
    return made?.kind === 'model' && made.script !== model.script;
  });
  if (second) draft.leave(second.line, text('a second model', '第二个模型'));
  const type = model.script.modelType;
  if (!/^(llama|mistral|qwen)/.test(type))
    draft.leave(loaded, text(`a model of another family: ${type}`, `另一类模型：${type}`));
  const [first, ...others] = model.configs;
  if (others.length > 0 && others.some((one) => one !== first))
    draft.leave(0, text('adapters of different configurations', '配置不同的多个适配器'));
  const values = first && valuesOfConfig(machine.context, first);
  if (first && !values)
    draft.leave(
      loaded,
      text(`a method without settings here: ${classOf(first)}`, `此处没有设置的方法：${classOf(first)}`),
    );
  if (!values) return;
  for (const key of changedKeys(values, defaultValues)) draft.set(key, values[key]);
}

/** Trainings that the settings can say. */
const SAID: ReadonlySet<string> = new Set(['loop', 'Trainer', 'Seq2SeqTrainer', 'SFTTrainer']);
const objectives: Readonly<Record<string, string>> = { DPOTrainer: 'dpo', ORPOTrainer: 'orpo' };

function readTraining(machine: Machine, event: TrainingEvent, walk: Walk, draft: Draft): void {
  const trainer = machine.calls[event.index]?.receiver;
  const found = trainer && event.trainer !== 'loop' ? machine.trainer(trainer.ref) : null;
  draft.set(
    'wiring.trainer',
    event.trainer === 'loop'
      ? 'loop'
      : /^(Trainer|Seq2SeqTrainer)$/.test(event.trainer)
        ? 'Trainer'
        : 'SFTTrainer',
  );
  draft.set('train.objective', own(objectives, event.trainer) ?? 'sft');
  if (!SAID.has(event.trainer) && own(objectives, event.trainer) === undefined)
    draft.leave(event.line, sameWords(event.trainer));
  const config = found && machine.calls[trainer?.ref ?? -1]?.kwargs.peft_config;
  const passes = isRef(config ?? undefined);
  const attach = walk.attached;
  draft.set(
    'wiring.attach',
    !passes
      ? attach
      : attach === 'none'
        ? 'peft_config'
        : attach === 'get_peft_model'
          ? 'both'
          : `${attach}_and_config`,
  );
  draft.set('wiring.prepare_model_for_kbit_training', walk.prepared);
  if (found) {
    readArguments(
      found.args,
      machine.calls.find((_, i) => machine.config(i) === found.args)?.line ?? 0,
      draft,
    );
    draft.set('train.gradient_checkpointing', found.asked.gradientCheckpointing);
    draft.set(
      'train.use_reentrant',
      found.asked.kwargs?.useReentrant === undefined ? 'default' : String(found.asked.kwargs.useReentrant),
    );
    draft.set('train.fp16', event.fp16);
  } else {
    draft.set('wiring.train_mode', event.model.root.training);
    draft.set(
      'train.gradient_checkpointing',
      event.model.script.checkpointing !== null && walk.prepared === 'never',
    );
  }
  const step = event.twice ? 'twice' : event.gradMode !== 'grad' ? event.gradMode : event.loss;
  draft.set('wiring.step', step);
}

/** What the settings are of: a training, or a model that something was done to before it could train. */
export interface SettingsSubject {
  readonly model: ModelObject;
  /** Calls before this one count. */
  readonly index: number;
  readonly event: TrainingEvent | null;
}

/** The settings as the training has them; null: there is no model, and the settings say nothing. */
export function settingsOf(machine: Machine, subject: SettingsSubject | null): ProgramSettings {
  if (!subject) return { patch: {}, unsaid: [{ line: null, text: noModel }] };
  const { model, index, event } = subject;
  const draft = new Draft();
  const walk: Walk = { attached: 'none', prepared: 'never' };
  draft.set('wiring.stack', nearestStack(machine.program.versions, draft));
  readModel(machine, model, draft);
  for (const [at, call] of machine.calls.slice(0, index).entries())
    if (isOf(machine, model, call)) readCall(call, walk, draft, machine.effects[at]);
  if (event) readTraining(machine, event, walk, draft);
  else {
    const trainer = /(\w*Trainer)$/.exec(machine.calls[index]?.callee ?? '')?.[1];
    draft.set(
      'wiring.trainer',
      trainer === undefined || /^(Seq2Seq)?Trainer$/.test(trainer) ? 'Trainer' : 'SFTTrainer',
    );
    draft.set('wiring.attach', walk.attached);
    draft.set('wiring.prepare_model_for_kbit_training', walk.prepared);
    draft.leave(
      machine.calls[index]?.line ?? 0,
      text('where it ends before it trains', '在训练之前就结束的地方'),
    );
  }
  const [, again] = machine.trainings;
  if (again) draft.leave(again.line, text('another training', '又一次训练'));
  const { patch, problems } = readSettings(draft.entries);
  for (const problem of problems) draft.leave(0, problem);
  return { patch, unsaid: draft.unsaid };
}
