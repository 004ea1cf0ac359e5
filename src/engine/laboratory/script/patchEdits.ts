// A repair that the doctor states as settings, as edits of a person's own text: the argument at the call that has it, the statement that
// comes or goes. Null where the text has no place for it.
import type { Edit } from '../../python/host/host.ts';
import type { ProgramCall } from '../../python/program/program.ts';
import type { Machine } from '../../python/run/machine.ts';
import type { ModelObject, TrainerObject } from '../../python/run/objects.ts';
import { modelOf } from '../../python/run/objects.ts';
import type { RecipePatch } from '../../recipe/recipe.ts';
import { isArgumentKey, isSettingKey, placeOf } from '../../recipe/recipe.ts';
import { assignedAt, callAt, lineAt } from './findings/pythonText.ts';

/** What a repair is of. */
export interface Subject {
  readonly machine: Machine;
  readonly source: string;
  readonly model: ModelObject | null;
  /** Calls up to this one count. */
  readonly index: number;
  readonly trainer: TrainerObject | null;
  /** The call that made the trainer. */
  readonly trainerCall: ProgramCall | null;
}

const short = ({ callee }: ProgramCall): string => callee.split('.').at(-1) ?? '';

const callsOf = ({ machine, model, index }: Subject, pattern: RegExp): ProgramCall[] =>
  machine.calls
    .slice(0, index + 1)
    .filter(
      (call) =>
        pattern.test(call.callee) &&
        call.line > 0 &&
        (model === null ||
          [call.receiver, ...call.args, ...Object.values(call.kwargs)].some(
            (value) => modelOf(machine.object(value ?? undefined))?.script === model.script,
          )),
    );

/** Name of the model as the trainer gets it, or as the last call that made it gave it. */
function modelName(subject: Subject): string | null {
  const { source, trainerCall } = subject;
  if (trainerCall) {
    const text = callAt(source, trainerCall.line, short(trainerCall));
    const name = text?.named.get('model') ?? text?.positional[0];
    if (name !== undefined && /^[A-Za-z_][\w.]*$/.test(name)) return name;
  }
  const made = callsOf(subject, /(get_peft_model|from_pretrained|prepare_model_for_\w+)$/).at(-1);
  return made ? assignedAt(source, made.line) : null;
}

/** Where training arguments are changed: the call that makes them, or after the statement that sets them. */
function argumentEdit(subject: Subject, argument: string, value: string | null): Edit[] | null {
  const { machine, source, trainer } = subject;
  const made = machine.calls.find(
    (call, i) => call.line > 0 && trainer !== null && machine.config(i) === trainer.args,
  );
  const set = machine.calls.findLast(
    (call) =>
      call.callee === 'setattr' &&
      machine.object(call.receiver ?? undefined) === trainer?.args &&
      String(call.args[0]).includes('gradient_checkpointing'),
  );
  const object = set && /([A-Za-z_][\w.]*)\.\w+\s*=/.exec(lineAt(source, set.line))?.[1];
  if (set && object !== undefined && value !== null)
    return [{ line: set.line, place: 'after', statement: `${object}.${argument} = ${value}` }];
  if (made && callAt(source, made.line, short(made)))
    return [{ line: made.line, callee: short(made), argument, value }];
  // Parsed, or of a class of their own: set where the trainer gets them.
  const { trainerCall } = subject;
  const given = trainerCall && callAt(source, trainerCall.line, short(trainerCall))?.named.get('args');
  return trainerCall && given && value !== null && /^[A-Za-z_][\w.]*$/.test(given)
    ? [{ line: trainerCall.line, place: 'before', statement: `${given}.${argument} = ${value}` }]
    : null;
}

function configEdit(subject: Subject, argument: string, value: string): Edit[] | null {
  const { machine, source, model } = subject;
  const config = model?.configs.at(-1);
  const index = machine.calls.findLastIndex(
    (call, i) => call.line > 0 && config !== undefined && machine.config(i) === config,
  );
  const made =
    machine.calls[index] ?? machine.calls.findLast((call) => /^peft\.\w+Config$/.test(call.callee));
  if (!made) return null;
  // A value that the script sets later is what holds.
  const set = machine.calls.findLast(
    (call) =>
      call.callee === 'setattr' &&
      call.args[0] === argument &&
      machine.object(call.receiver ?? undefined) === config,
  );
  const object = set && /([A-Za-z_][\w.]*)\.\w+\s*=/.exec(lineAt(source, set.line))?.[1];
  if (set && object !== undefined)
    return [{ line: set.line, place: 'instead', statement: `${object}.${argument} = ${value}` }];
  if (short(made) !== 'from_pretrained') return [{ line: made.line, callee: short(made), argument, value }];
  const name = assignedAt(source, made.line);
  return name === null
    ? null
    : [{ line: made.line, place: 'after', statement: `${name}.${argument} = ${value}` }];
}

const remove = (calls: readonly ProgramCall[]): Edit[] | null =>
  calls.length === 0
    ? null
    : [...new Set(calls.map(({ line }) => line))].map((line) => ({ line, place: 'instead', statement: '' }));

const REENTRANT = '{"use_reentrant": False}';

function checkpointingEdit(subject: Subject, argument: string, value: string): Edit[] | null {
  const own = callsOf(subject, /gradient_checkpointing_enable$/).at(-1);
  const byTrainer = subject.trainer?.asked.gradientCheckpointing ?? false;
  if (byTrainer || !own) return argumentEdit(subject, argument, value);
  if (argument === 'gradient_checkpointing') return remove([own]);
  return [{ line: own.line, callee: short(own), argument, value }];
}

/** The adapter by the trainer's peft_config in the place of an own get_peft_model. */
function attachByTrainer(subject: Subject): Edit[] | null {
  const { source, trainerCall } = subject;
  const [wrap] = callsOf(subject, /get_peft_model$/);
  const text = wrap && callAt(source, wrap.line, 'get_peft_model');
  const config = text?.named.get('peft_config') ?? text?.positional[1];
  if (!wrap || config === undefined || !trainerCall) return null;
  const edit: Edit = {
    line: trainerCall.line,
    callee: short(trainerCall),
    argument: 'peft_config',
    value: config,
  };
  const isOwn = /^\s*[\w.]+\s*=\s*(?:\w+\.)?get_peft_model\(/.test(lineAt(source, wrap.line));
  return isOwn ? [{ line: wrap.line, place: 'instead', statement: '' }, edit] : null;
}

function attachByScript(subject: Subject): Edit[] | null {
  const { source, trainerCall } = subject;
  const name = modelName(subject);
  if (!trainerCall || name === null) return null;
  const callee = short(trainerCall);
  const config =
    callAt(source, trainerCall.line, callee)?.named.get('peft_config') ?? 'LoraConfig(task_type="CAUSAL_LM")';
  return [
    { module: 'peft', name: 'get_peft_model' },
    ...(config.startsWith('LoraConfig(') ? [{ module: 'peft', name: 'LoraConfig' }] : []),
    { line: trainerCall.line, place: 'before', statement: `${name} = get_peft_model(${name}, ${config})` },
    { line: trainerCall.line, callee, argument: 'peft_config', value: null },
  ];
}

function prepareEdit(subject: Subject, when: unknown): Edit[] | null {
  const own = callsOf(subject, /prepare_model_for_\w+_training$/);
  if (when === 'never') return remove(own);
  const [wrap] = callsOf(subject, /get_peft_model$/);
  const name = modelName(subject);
  if (!wrap || name === null) return null;
  const before: Edit = {
    line: wrap.line,
    place: 'before',
    statement: `${name} = prepare_model_for_kbit_training(${name})`,
  };
  return [{ module: 'peft', name: 'prepare_model_for_kbit_training' }, ...(remove(own) ?? []), before];
}

function attachEdit(subject: Subject, how: unknown): Edit[] | null {
  if (how === 'peft_config') {
    const loaded = callsOf(subject, /Peft\w*\.from_pretrained$/);
    return loaded.length > 0 ? null : attachByTrainer(subject);
  }
  if (how === 'get_peft_model') return attachByScript(subject);
  const loaded = callsOf(subject, /Peft\w*\.from_pretrained$/).at(-1);
  if (how !== 'from_pretrained_trainable' || !loaded) return null;
  const trainer = subject.trainerCall;
  return [
    { line: loaded.line, callee: 'from_pretrained', argument: 'is_trainable', value: 'True' },
    ...(trainer?.kwargs.peft_config === undefined
      ? []
      : [{ line: trainer.line, callee: short(trainer), argument: 'peft_config', value: null }]),
  ];
}

function dtypeEdit(subject: Subject, value: unknown): Edit[] | null {
  const load = subject.machine.calls.findLast(
    (call) =>
      call.line > 0 &&
      /^transformers\..*from_pretrained$/.test(call.callee) &&
      ('torch_dtype' in call.kwargs || 'dtype' in call.kwargs),
  );
  if (!load) return null;
  const argument = 'dtype' in load.kwargs ? 'dtype' : 'torch_dtype';
  return [{ line: load.line, callee: 'from_pretrained', argument, value: `torch.${String(value)}` }];
}

/** Without a quantised base. */
function floatEdit(subject: Subject): Edit[] | null {
  const load = subject.machine.calls.findLast(
    (call) =>
      call.line > 0 &&
      /from_pretrained$/.test(call.callee) &&
      ('quantization_config' in call.kwargs ||
        'load_in_4bit' in call.kwargs ||
        'load_in_8bit' in call.kwargs),
  );
  const argument = ['quantization_config', 'load_in_4bit', 'load_in_8bit'].find(
    (name) => load && name in load.kwargs,
  );
  return load && argument !== undefined
    ? [{ line: load.line, callee: 'from_pretrained', argument, value: null }]
    : null;
}

const AFTER =
  /(add_adapter|load_adapter|set_adapter|disable_adapter|disable_adapter_layers|merge_and_unload|unload)$/;

function literal(value: unknown): string {
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  const text = String(value);
  if (typeof value === 'number' || text.startsWith('[') || text === 'None')
    return text.replaceAll('","', '", "');
  return JSON.stringify(text);
}

function editsOfKey(subject: Subject, key: string, value: unknown): Edit[] | null {
  switch (key) {
    case 'train.use_reentrant':
      return value === 'false'
        ? checkpointingEdit(subject, 'gradient_checkpointing_kwargs', REENTRANT)
        : argumentEdit(subject, 'gradient_checkpointing_kwargs', null);
    case 'train.gradient_checkpointing':
      return checkpointingEdit(subject, 'gradient_checkpointing', literal(value));
    case 'wiring.prepare.use_reentrant': {
      const prepare = callsOf(subject, /prepare_model_for_\w+_training$/).at(-1);
      return prepare
        ? [
            {
              line: prepare.line,
              callee: short(prepare),
              argument: 'gradient_checkpointing_kwargs',
              value: value === 'false' ? REENTRANT : null,
            },
          ]
        : null;
    }
    case 'wiring.enable_input_require_grads': {
      const name = modelName(subject);
      const line = subject.trainerCall?.line ?? subject.machine.calls[subject.index]?.line ?? 0;
      return name === null || line === 0
        ? null
        : [{ line, place: 'before', statement: `${name}.enable_input_require_grads()` }];
    }
    case 'wiring.attach':
      return attachEdit(subject, value);
    case 'wiring.prepare_model_for_kbit_training':
      return prepareEdit(subject, value);
    case 'wiring.after_attach':
      return remove(callsOf(subject, AFTER));
    case 'wiring.requires_grad_all':
      return remove(callsOf(subject, /requires_grad_?$/));
    case 'model.dtype':
      return dtypeEdit(subject, value);
    case 'bnb.bnb_4bit_quant_type':
      return value === 'none' ? floatEdit(subject) : null;
    case 'train.fp16': {
      const off = argumentEdit(subject, 'fp16', 'False');
      return off && [...off, ...(argumentEdit(subject, 'bf16', 'True') ?? [])];
    }
  }
  if (!isSettingKey(key) || !isArgumentKey(key) || !key.startsWith('lora.')) return null;
  return configEdit(subject, placeOf(key).argument, literal(value));
}

/** Edits for every setting of a patch; null where one has no place. */
export function editsOf(subject: Subject, patch: RecipePatch): Edit[] | null {
  const all: Edit[] = [];
  for (const [key, value] of Object.entries(patch)) {
    const edits = editsOfKey(subject, key, value);
    if (!edits) return null;
    all.push(...edits);
  }
  return all;
}
