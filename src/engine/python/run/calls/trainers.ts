// TrainingArguments and trainers of transformers and TRL: what their constructors do to a model, and train(). SFTTrainer and Trainer are
// those of sftTrainer.ts and transformersCalls.ts; a trainer that isn't modelled is named, and nothing is told of what it trains.

import type { PeftConfig } from '../../../adapters/inject.ts';
import { own } from '../../../ground/own.ts';
import { text } from '../../../ground/text.ts';
import { dialectOf } from '../../../libraries/spelling.ts';
import { compareVersions } from '../../../libraries/version.ts';
import type { Note } from '../../program/bridge.ts';
import type { ProgramValue } from '../../program/program.ts';
import { entriesOf, isPlaceholder, textOf, truthOf } from '../../program/values.ts';
import type { Acted, Acting, CalleeTable } from '../acting.ts';
import { callee } from '../acting.ts';
import { assumedFalse } from '../assumed.ts';
import type { ConfigObject, LossTreatment, ModelObject, TrainerObject } from '../objects.ts';
import { focus, modelOf, refocused, shortName } from '../objects.ts';
import { preferenceTrainerInit, rewardTrainerInit } from '../preferenceTrainer.ts';
import type { SftGiven } from '../sftTrainer.ts';
import { sftTrainerInit } from '../sftTrainer.ts';
import type { TrainerArguments } from '../transformersCalls.ts';
import { trainerInit, trainerTrain, trainingArguments } from '../transformersCalls.ts';
import { attachable, configOf, taskOf } from './attaching.ts';
import { flattened, refuseFsdpConfig } from './fsdp.ts';
import { loadedFrom } from './loading.ts';
import { checkpointingKwargs, refuse, theModel } from './reading.ts';
import { treatmentOf } from './torch.ts';
import type { Kind } from './trainerKinds.ts';
import { argumentClasses, kinds, notModelled, OWN_SAMPLERS } from './trainerKinds.ts';
import { trainByTrainer } from './training.ts';

/** The value of an argument as the version of its class has it. */
function argument(call: Acting, config: ConfigObject, name: string): ProgramValue | undefined {
  return config.values.get(name) ?? call.fallback(config.callee, name);
}

const CHECKPOINTING = ['gradient_checkpointing', 'activation_checkpointing'] as const;

/** What decides of the arguments, as they stand now. */
export function trainerState(call: Acting, config: ConfigObject): TrainerArguments {
  const [old, now] = CHECKPOINTING;
  const given = config.values.get(old) ?? config.values.get(now);
  const value = given ?? call.fallback(config.callee, old) ?? call.fallback(config.callee, now);
  const kwargs =
    config.values.get(`${old}_kwargs`) ??
    config.values.get(`${now}_kwargs`) ??
    call.fallback(config.callee, `${old}_kwargs`);
  return { gradientCheckpointing: truthOf(value) ?? false, kwargs: checkpointingKwargs(kwargs) };
}

/** Arguments that decide and whose values nobody here has: what is taken for them is told. */
function tellUnknown(call: Acting, config: ConfigObject): void {
  for (const name of [...CHECKPOINTING, 'fp16']) {
    const value = config.values.get(name);
    if (isPlaceholder(value)) call.note('assumption', assumedFalse(name, value.placeholder));
  }
}

/** Trainers make arguments of their own where none were passed. */
function argumentsOf(call: Acting, name: string): ConfigObject {
  const given = call.object(call.value('args'));
  if (given?.kind === 'config') return given;
  const own = argumentClasses.find((one) => one === name.replace(/Trainer$/, 'Config'));
  const sft = name === 'trl.SFTTrainer' && !dialectOf(call.stack).sftConfig;
  return {
    kind: 'config',
    callee: own === undefined || sft ? 'transformers.TrainingArguments' : own,
    values: new Map(),
    later: null,
  };
}

function modelGiven(call: Acting, args: ConfigObject): ModelObject {
  const name = textOf(call.value('model'));
  if (name === null) return theModel(call, 'model');
  const init = entriesOf(call.given.get('model_init_kwargs') ?? args.values.get('model_init_kwargs') ?? null);
  const inner: Acting = { ...call, given: init ?? new Map(), value: (key) => init?.get(key) };
  return loadedFrom(inner, 'transformers.AutoModelForCausalLM', name);
}

const isOn = (args: ConfigObject, name: string): boolean => {
  const value = args.values.get(name);
  return value !== undefined && truthOf(value) !== false;
};

/** DeepSpeed's own optimiser isn't modelled; which tensors get a gradient is the wiring's, with it as without. */
function elsewhere(call: Acting, args: ConfigObject): void {
  if (isOn(args, 'deepspeed'))
    call.note(
      'not-modelled',
      text(
        'deepspeed: what ZeRO does with gradients and weights once they are there is not modelled.',
        'deepspeed：梯度与权重交给 ZeRO 之后的处理没有建模。',
      ),
    );
}

/** A peft_config as the trainers take it; a method that isn't modelled makes the model unknown. */
function adapterOf(call: Acting, model: ModelObject): { config: PeftConfig | null; unknown: Note | null } {
  const config = configOf(call, 'peft_config');
  if (!config) return { config: null, unknown: null };
  const made = attachable(call, config, model);
  if (made) return { config: { ...made, adapterName: 'default' }, unknown: null };
  const name = shortName(config.callee);
  const unknown = call.note(
    'not-modelled',
    text(`What ${name} does to a model is not modelled.`, `${name} 对模型的作用没有建模。`),
  );
  return { config: null, unknown };
}

/** The configuration of the adapter that a PeftModel came with. */
function carriedBy(call: Acting, model: ModelObject): PeftConfig | null {
  const config = model.configs.at(-1);
  return config ? attachable(call, config, model) : null;
}

/** Which columns rows have isn't known: before TRL 0.9 they are taken for others than those that it reads unasked. */
function sftGiven(call: Acting): SftGiven {
  const none = (name: string): boolean => (call.value(name) ?? null) === null;
  const rowsUnread =
    call.given.has('train_dataset') &&
    !truthOf(call.value('packing')) &&
    none('dataset_text_field') &&
    none('formatting_func');
  if (rowsUnread && call.behaves('sftNeedsTextField') !== null && call.behaves('sftKnowsChatRows'))
    call.note(
      'assumption',
      text(
        'train_dataset is assumed to have no messages, and other columns than prompt and completion.',
        '假定 train_dataset 没有 messages 列，列也不是 prompt 与 completion。',
      ),
    );
  const config = configOf(call, 'peft_config');
  const peftClass = config ? taskOf(config)[0] : 'PeftModel';
  return { args: !none('args'), rowsUnread, peftClass };
}

const PLAIN: LossTreatment = { gradMode: 'grad', loss: 'plain', twice: false, cutAt: null };

function construct(call: Acting, kind: Kind, name: string): TrainerObject {
  const args = argumentsOf(call, name);
  const model = modelGiven(call, args);
  const script = focus(model);
  tellUnknown(call, args);
  const asked = trainerState(call, args);
  const state = { ...asked };
  script.call = `${shortName(args.callee)}(...)`;
  trainingArguments(script, state, {
    checkpointing: args.values.has(CHECKPOINTING[0]),
    kwargs: args.values.has(`${CHECKPOINTING[0]}_kwargs`),
  });
  script.call = `${shortName(name)}(...)`;
  elsewhere(call, args);
  let unknown = model.unknown;
  if (kind === 'unknown')
    unknown ??= call.note(
      'not-modelled',
      text(`What ${shortName(name)} does is not modelled.`, `${shortName(name)} 的行为没有建模。`),
    );
  else if (kind === 'Trainer') trainerInit(script);
  else {
    const adapter = adapterOf(call, model);
    unknown ??= adapter.unknown;
    if (kind === 'reward') rewardTrainerInit(script, adapter.config, state, sftGiven(call));
    else if (kind === 'SFTTrainer') sftTrainerInit(script, adapter.config, state, sftGiven(call));
    else
      preferenceTrainerInit(
        script,
        {
          config: adapter.config,
          carried: carriedBy(call, model),
          withReference: modelOf(call.object(call.value('ref_model'))) !== null,
          byArguments:
            name.endsWith('ORPOTrainer') || (name.endsWith('KTOTrainer') && isBefore(call, 'trl', '1')),
          refusesBoth: name.endsWith('DPOTrainer'),
        },
        state,
      );
  }
  const trained = refocused(model);
  return {
    kind: 'trainer',
    callee: name,
    model: trained,
    args,
    withoutRows: losesItsRows(call, name, trained, args),
    state,
    asked,
    allMasked: false,
    loss: PLAIN,
    unknown,
  };
}

const making = (kind: Kind, name: string) =>
  callee('model args', (call): Acted => ({ object: construct(call, kind, name) }));

/** A row of a data set without columns, by the sampler's first number. */
const NO_ROWS = 'Invalid key: 0 is out of bounds for size 0';

/**
 * Trainer takes away the columns that forward doesn't name, and PeftModel's own, that of a configuration without task_type, names none.
 * Of Trainer's data only those are judged that are known to come from datasets: it leaves others as they are.
 */
function losesItsRows(call: Acting, name: string, model: ModelObject, args: ConfigObject): boolean {
  const data = call.given.get('train_dataset') ?? null;
  const columns =
    own(kinds, name) === 'SFTTrainer'
      ? !truthOf(call.value('packing'))
      : own(kinds, name) === 'Trainer' && (JSON.stringify(data) ?? '').includes('"datasets.');
  return (
    data !== null &&
    columns &&
    model.root.className === 'PeftModel' &&
    !call.behaves('trainerAsksBaseModel') &&
    truthOf(argument(call, args, 'remove_unused_columns')) !== false
  );
}

const isBefore = ({ stack }: Acting, library: 'trl' | 'transformers', release: string): boolean =>
  compareVersions(stack[library], release) < 0;

/** transformers from 4.52 on hands its sampler a data set (read in 4.57.1; 4.49.0 hands none), which TRL's own take from 0.18 on. */
function refuseSampler(call: Acting, name: string): void {
  if (!OWN_SAMPLERS.test(name) || !isBefore(call, 'trl', '0.18') || isBefore(call, 'transformers', '4.52'))
    return;
  const said = `${shortName(name)}._get_train_sampler() takes 1 positional argument but 2 were given`;
  call.raise('TypeError', said, 'trainer.train()');
}

const train = callee('resume_from_checkpoint', (call): Acted => {
  const trainer = call.self;
  if (trainer?.kind !== 'trainer') return { value: null };
  const { model, args, state } = trainer;
  const script = focus(model);
  const kind = own(kinds, trainer.callee) ?? 'unknown';
  script.call = 'trainer.train()';
  if (isOn(args, 'fsdp') && !trainer.unknown) flattened(call, trainer);
  trainerTrain(script, state);
  if (kind === 'SFTTrainer') for (const said of script.behaves('sftChatter')) script.warn(said);
  refuseSampler(call, trainer.callee);
  if (trainer.withoutRows && !trainer.unknown) call.raise('IndexError', NO_ROWS, 'trainer.train()');
  trainByTrainer(call, model, {
    trainer: shortName(trainer.callee),
    // DeepSpeed scales and unscales by itself.
    fp16: (truthOf(argument(call, args, 'fp16')) ?? false) && !isOn(args, 'deepspeed'),
    allMasked: trainer.allMasked,
    dropoutDisabled: kind === 'preference',
    unknown: trainer.unknown ?? model.unknown,
    treatment: trainer.loss,
  });
  return { value: null };
});

/** Told before train(): what the script's own compute_loss or training_step was seen to do to the loss. */
const ownLoss = callee('', (call): Acted => {
  if (call.self?.kind === 'trainer') call.self.loss = treatmentOf(call.given, 'grad');
  return { value: null };
});

const idle = callee('', (call): Acted => ({ value: { placeholder: `trainer.${shortName(call.callee)}()` } }));

const configuration = (name: string): [string, ReturnType<typeof callee>] => [
  name,
  callee('output_dir', (call) => {
    const knows = call.behaves('checkpointingKwargs');
    refuse(call, knows, `${shortName(name)}.__init__`, 'gradient_checkpointing_kwargs');
    refuseFsdpConfig(call);
    return { object: { kind: 'config', callee: name, values: new Map(call.given), later: null } };
  }),
];

export const trainerCallees: CalleeTable = {
  ...Object.fromEntries(argumentClasses.map(configuration)),
  ...Object.fromEntries(
    notModelled.map((name) => [`trl.${name}`, making('unknown', `trl.${name}`)] as const),
  ),
  ...Object.fromEntries(Object.entries(kinds).map(([name, kind]) => [name, making(kind, name)] as const)),
  'transformers.Trainer.train': train,
  'transformers.Trainer.compute_loss': ownLoss,
  'transformers.Trainer.training_step': ownLoss,
  'transformers.Trainer.evaluate': idle,
  'transformers.Trainer.predict': idle,
  'transformers.Trainer.save_model': idle,
  'transformers.Trainer.save_state': idle,
  'transformers.Trainer.push_to_hub': idle,
  'transformers.Trainer.log': idle,
};
