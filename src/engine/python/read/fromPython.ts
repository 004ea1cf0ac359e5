// From Python to a recipe: a pasted script, a snippet of it, or an adapter_config.json moves the knobs. What was not
// understood is listed with its line, never dropped.
import { methodNamed } from '../../adapters/methods.ts';
import type { ArgumentKey, RecipeValues } from '../../recipe/recipe.ts';
import { placeOf } from '../../recipe/recipe.ts';
import { trlClasses } from '../trlClasses.ts';
import { configReaders, readersOf } from './adapterArguments.ts';
import { argumentAlone, argumentsOf } from './argumentReaders.ts';
import {
  bitsAndBytesArguments,
  isConfiguration,
  modelArguments,
  splitArguments,
  trainerArguments,
  trainingArguments,
} from './argumentTables.ts';
import type { PythonCall, PythonValue } from './pythonReader.ts';
import { parseValue, readPython } from './pythonReader.ts';
import type { PythonReading } from './reading.ts';
import { Reading } from './reading.ts';
import { readPins, readStatements, trainerClasses } from './statements.ts';


const last = (name: string): string => name.split('.').at(-1) ?? name;
const has = (call: PythonCall, name: string): boolean => call.args.some((argument) => argument.name === name);

function argument(reading: Reading, call: PythonCall, name: string, position: number): PythonValue | null {
  const found =
    call.args.find((one) => one.name === name) ??
    (call.args[position]?.name === null ? call.args[position] : undefined);
  return found ? reading.resolve(found.value) : null;
}

/** Reads one argument of a call that takes others, which mean nothing here. */
function only(reading: Reading, call: PythonCall, key: ArgumentKey): void {
  const table = argumentAlone(key);
  const args = call.args.filter(({ name }) => name !== null && Object.hasOwn(table, name));
  reading.arguments({ ...call, args }, table);
}

const isTrue = (value: PythonValue | null): boolean => value?.kind === 'literal' && value.value === true;

type Attach = RecipeValues['wiring.attach'];

/** State of the walk through the script. */
interface Walk {
  attach: Attach | null;
  trainer: RecipeValues['wiring.trainer'] | null;
  fourBit: boolean;
  checkpointed: boolean;
  backward: number;
}

type Handler = (reading: Reading, call: PythonCall, walk: Walk) => void;

const wrapAgain = (reading: Reading, walk: Walk, path: Attach, call: PythonCall): void => {
  if (walk.attach === null) walk.attach = path;
  else reading.set('wiring.after_attach', 'get_peft_model', call.name, call.line);
};

/** What a peft_config for SFTTrainer makes of an adapter that the script has loaded; of any other, `both`. */
const withConfig: Readonly<Partial<Record<Attach, Attach>>> = {
  from_pretrained: 'from_pretrained_and_config',
  from_pretrained_and_config: 'from_pretrained_and_config',
  from_pretrained_trainable: 'from_pretrained_trainable_and_config',
  from_pretrained_trainable_and_config: 'from_pretrained_trainable_and_config',
};

const training: Handler = (reading, call) => reading.arguments(call, trainingArguments);

const trainerCall =
  (name: 'Trainer' | 'SFTTrainer'): Handler =>
  (reading, call, walk) => {
    walk.trainer = name;
    if (name === 'SFTTrainer' && has(call, 'peft_config')) {
      walk.attach = walk.attach === null ? 'peft_config' : (withConfig[walk.attach] ?? 'both');
    }
    for (const one of call.args)
      if (one.name !== null && !trainerArguments.has(one.name))
        reading.leave(`${call.name}: ${one.source}`, call.line);
    only(reading, call, 'train.max_length');
  };

/** Trainers of pairs take what SFTTrainer takes. */
const preferenceTrainer =
  (objective: RecipeValues['train.objective']): Handler =>
  (reading, call, walk) => {
    trainerCall('SFTTrainer')(reading, call, walk);
    reading.set('train.objective', objective, call.name, call.line);
  };

const afterAttach =
  (choice: RecipeValues['wiring.after_attach']): Handler =>
  (reading, call) =>
    reading.set('wiring.after_attach', choice, call.name, call.line);

/** The configuration of a method, or one that stands in its arguments. */
const adapterConfig =
  (className: string): Handler =>
  (reading, call) => {
    const { method = null, readers = {} } = configReaders.get(className) ?? {};
    if (method) reading.set('peft.peft_type', method.type, call.name, call.line);
    reading.arguments(call, readers);
  };

const handlers: Readonly<Record<string, Handler>> = {
  ...Object.fromEntries([...configReaders.keys()].map((name) => [name, adapterConfig(name)])),
  EarlyStoppingCallback: (reading, call) => reading.arguments(call, argumentsOf('EarlyStoppingCallback')),
  BitsAndBytesConfig: (reading, call, walk) => {
    walk.fourBit = isTrue(argument(reading, call, 'load_in_4bit', -1));
    if (walk.fourBit && !has(call, 'bnb_4bit_quant_type'))
      reading.set('bnb.bnb_4bit_quant_type', 'fp4', call.name, call.line);
    reading.arguments(call, bitsAndBytesArguments);
  },
  ...Object.fromEntries(Object.values(trlClasses).map(({ config }) => [config, training])),
  TrainingArguments: training,
  prepare_model_for_kbit_training: (reading, call, walk) => {
    reading.set(
      'wiring.prepare_model_for_kbit_training',
      walk.attach === null ? 'before' : 'after',
      call.name,
      call.line,
    );
    reading.arguments(call, argumentsOf('prepare_model_for_kbit_training'));
  },
  get_peft_model: (reading, call, walk) => {
    wrapAgain(reading, walk, 'get_peft_model', call);
    const name = argument(reading, call, placeOf('wiring.adapter_name').argument, 2);
    if (name?.kind === 'literal' && typeof name.value === 'string') {
      reading.set('wiring.adapter_name', name.value, call.name, call.line);
    }
    const cast = argument(reading, call, placeOf('wiring.autocast_adapter_dtype').argument, -1);
    if (cast?.kind === 'literal' && typeof cast.value === 'boolean')
      reading.set('wiring.autocast_adapter_dtype', cast.value, call.name, call.line);
  },
  Trainer: trainerCall('Trainer'),
  SFTTrainer: trainerCall('SFTTrainer'),
  [trlClasses.dpo.trainer]: preferenceTrainer('dpo'),
  [trlClasses.orpo.trainer]: preferenceTrainer('orpo'),
  gradient_checkpointing_enable: (reading, call, walk) => {
    if (walk.attach === null) reading.set('wiring.checkpointing_before_attach', true, call.name, call.line);
    else walk.checkpointed = true;
    only(reading, call, 'train.use_reentrant');
  },
  enable_input_require_grads: (reading, call) =>
    reading.set('wiring.enable_input_require_grads', true, call.name, call.line),
  add_adapter: (reading, call, walk) => {
    if (walk.attach === null) walk.attach = 'add_adapter';
    else reading.set('wiring.after_attach', 'add_adapter', call.name, call.line);
  },
  set_adapter: afterAttach('set_adapter'),
  load_adapter: (reading, call) =>
    reading.set(
      'wiring.after_attach',
      isTrue(argument(reading, call, 'is_trainable', 2)) ? 'load_adapter_trainable' : 'load_adapter',
      call.name,
      call.line,
    ),
  merge_and_unload: afterAttach('merge_and_unload'),
  unload: afterAttach('unload'),
  disable_adapter_layers: afterAttach('disable_adapter_layers'),
  disable_adapter: afterAttach('disable_adapter'),
  set_seed: (reading, call) =>
    reading.arguments(call, argumentAlone('train.seed'), [placeOf('train.seed').argument]),
  train_test_split: (reading, call) => reading.arguments(call, splitArguments, ['test_size']),
  create_loraplus_optimizer: (reading, call) => {
    only(reading, call, 'train.loraplus_lr_ratio');
  },
  backward: (_, __, walk) => {
    walk.backward++;
  },
};

function loadCall(reading: Reading, call: PythonCall, walk: Walk): void {
  if (/^(Auto)?Peft\w*\.from_pretrained$/.test(call.name)) {
    walk.attach = isTrue(argument(reading, call, 'is_trainable', 3))
      ? 'from_pretrained_trainable'
      : 'from_pretrained';
  } else if (/ForCausalLM\.from_pretrained$/.test(call.name)) {
    if (isTrue(argument(reading, call, 'load_in_4bit', -1))) walk.fourBit = true;
    reading.arguments(call, modelArguments, []);
  }
}

function readJson(text: string): PythonReading | null {
  try {
    const json: unknown = JSON.parse(text);
    if (typeof json !== 'object' || json === null || !('peft_type' in json)) return null;
    const reading = new Reading({ calls: [], names: new Map(), statements: [] });
    const method = methodNamed(json.peft_type);
    if (!method) {
      // Its other fields are those of a method that is not here.
      reading.leave(`adapter_config.json: peft_type: ${JSON.stringify(json.peft_type)}`, 0);
      return reading.result();
    }
    reading.set('peft.peft_type', method.type, 'adapter_config.json: peft_type', 0);
    const readers = readersOf(method.config);
    const bookkeeping = /^(peft_type|base_model_name_or_path|revision|auto_mapping|peft_version)$/;
    for (const [name, value] of Object.entries(json)) {
      if (
        bookkeeping.test(name) ||
        value === null ||
        (value === false && name !== 'init_lora_weights') ||
        (typeof value === 'object' && Object.keys(value).length === 0)
      )
        continue;
      // Every saved adapter says inference_mode: true; it is no wish of the person.
      if (name === 'inference_mode') continue;
      const source = typeof value === 'boolean' ? (value ? 'True' : 'False') : JSON.stringify(value);
      reading.arguments(
        {
          name: 'adapter_config.json',
          target: null,
          line: 0,
          args: [{ name, value: parseValue(source), source: `${name}: ${source}` }],
        },
        readers,
      );
    }
    return reading.result();
  } catch {
    return null;
  }
}

/** The settings that a script, a snippet or an adapter_config.json stands for. Never throws. */
export function fromPython(text: string): PythonReading {
  const json = readJson(text);
  if (json) return json;
  const source = readPython(text);
  const reading = new Reading(source);
  const walk: Walk = { attach: null, trainer: null, fourBit: false, checkpointed: false, backward: 0 };
  readPins(reading, text);
  const trainers = trainerClasses(text);
  for (const call of source.calls) {
    const handler = handlers[trainers.get(call.name) ?? last(call.name)];
    if (call.name.endsWith('.from_pretrained')) loadCall(reading, call, walk);
    else if (handler) handler(reading, call, walk);
    else if (isConfiguration(call.name)) reading.leave(`${call.name}(…)`, call.line);
  }
  readStatements(reading, source, text);
  const loads = source.calls.some((call) => /ForCausalLM\.from_pretrained$/.test(call.name));
  if (loads && !walk.fourBit) reading.set('bnb.bnb_4bit_quant_type', 'none', 'from_pretrained', 0);
  if (walk.trainer === null && walk.backward > 0) {
    walk.trainer = 'loop';
    reading.set(
      'wiring.train_mode',
      source.calls.some((call) => call.name.endsWith('.train')),
      'model.train()',
      0,
    );
    if (walk.backward > 1 && reading.patch['wiring.step'] === undefined)
      reading.set('wiring.step', 'twice', 'loss.backward()', 0);
  }
  if (walk.trainer !== null) {
    reading.set('wiring.trainer', walk.trainer, 'trainer', 0);
    reading.set('wiring.attach', walk.attach ?? 'none', 'attach', 0);
  } else if (walk.attach !== null) reading.set('wiring.attach', walk.attach, 'attach', 0);
  if (walk.checkpointed)
    reading.set('train.gradient_checkpointing', true, 'gradient_checkpointing_enable', 0);
  return reading.result();
}
