// PEFT's configuration classes: what a program gave, as the values that the adapter methods read, with the library's defaults for the rest.

import type { GivenArgument } from '../../../adapters/judgedMethod.ts';
import type { ConfigArgument } from '../../../adapters/method.ts';
import type { AdapterValues, Method } from '../../../adapters/methods.ts';
import { chosenMethod, methods } from '../../../adapters/methods.ts';
import { own } from '../../../ground/own.ts';
import { same, text } from '../../../ground/text.ts';
import type { RecipeValues } from '../../../recipe/recipe.ts';
import { defaultValues, readSettings, withPatch } from '../../../recipe/recipe.ts';
import { PythonError } from '../../../torch/autograd/pythonError.ts';
import type { ProgramValue } from '../../program/program.ts';
import { entriesOf, itemsOf, namesOf, numberOf, textOf, truthOf } from '../../program/values.ts';
import type { Acting, CalleeTable } from '../acting.ts';
import { callee } from '../acting.ts';
import type { ConfigObject } from '../objects.ts';
import { shortName } from '../objects.ts';

/** Defaults of the config classes where no signature is at hand: the same in every release. */
const libraryDefaults: Readonly<Record<string, ProgramValue>> = { r: 8, lora_alpha: 8, lora_dropout: 0 };

type Argument = ConfigArgument<AdapterValues>;

/** The setting's value; undefined: nothing that a setting holds. */
function settingOf(argument: Argument, value: ProgramValue): unknown {
  if (argument.form === 'constant' || argument.form === 'config') return undefined;
  switch (argument.form) {
    case 'value':
      return typeof value === 'object' ? (textOf(value) ?? undefined) : value;
    case 'float':
      return numberOf(value) ?? undefined;
    case 'word':
      return typeof value === 'boolean' ? String(value) : (textOf(value) ?? undefined);
    case 'targets':
    case 'excluded':
    case 'names': {
      const none = { targets: 'None', excluded: '', names: '[]' }[argument.form];
      if (value === null) return none;
      const names = namesOf(value);
      return names ? JSON.stringify(names) : typeof value === 'string' ? value : undefined;
    }
    case 'layers': {
      if (value === null) return '';
      const items = itemsOf(value) ?? [value];
      return items.every((item) => typeof item === 'number') ? JSON.stringify(items) : undefined;
    }
    case 'pattern': {
      const entries = entriesOf(value);
      return entries ? JSON.stringify(Object.fromEntries(entries)) : undefined;
    }
  }
}

const methodOfConfig = ({ callee: name }: ConfigObject): Method | null =>
  methods.find(({ config }) => config.className === shortName(name)) ?? null;

/** What reading a configuration asks of its surroundings. */
export type ConfigContext = Pick<Acting, 'fallback' | 'object' | 'note'>;

function argumentValue(config: ConfigObject, call: ConfigContext, name: string): ProgramValue | undefined {
  return config.values.get(name) ?? call.fallback(config.callee, name) ?? own(libraryDefaults, name) ?? null;
}

/** What the arguments of a configuration say, as settings; null where a method isn't one of this engine's. */
export function valuesOfConfig(call: ConfigContext, config: ConfigObject): RecipeValues | null {
  const method = methodOfConfig(config);
  return method
    ? readArguments(call, config, method.config.arguments, { 'peft.peft_type': method.type })
    : null;
}

/** What every tuner's configuration has. */
const shared: readonly Argument[] = [
  { name: 'target_modules', form: 'targets', setting: 'lora.target_modules' },
  { name: 'exclude_modules', form: 'excluded', setting: 'lora.exclude_modules' },
  { name: 'layers_to_transform', form: 'layers', setting: 'lora.layers_to_transform' },
  { name: 'modules_to_save', form: 'names', setting: 'lora.modules_to_save' },
  { name: 'inference_mode', form: 'value', setting: 'lora.inference_mode' },
];

/** Those arguments of a configuration whose method no recipe chooses. */
export const sharedValues = (call: ConfigContext, config: ConfigObject): RecipeValues =>
  readArguments(call, config, shared, {});

/** Its own arguments. */
export const givenOf =
  (call: ConfigContext, config: ConfigObject): GivenArgument =>
  (name) => {
    const value = argumentValue(config, call, name) ?? null;
    return typeof value === 'object' ? textOf(value) : value;
  };

function readArguments(
  call: ConfigContext,
  config: ConfigObject,
  list: readonly Argument[],
  entries: Record<string, unknown>,
): RecipeValues {
  for (const argument of list) {
    if (argument.form === 'constant') continue;
    const value = argumentValue(config, call, argument.name);
    if (argument.form === 'config') {
      const inner = call.object(value);
      if (inner?.kind !== 'config') continue;
      for (const one of argument.arguments) {
        const given = inner.values.get(one.name);
        if (one.form !== 'constant' && one.form !== 'config' && given !== undefined)
          entries[one.setting] = settingOf(one, given);
      }
      continue;
    }
    const setting = value === undefined ? undefined : settingOf(argument, value);
    if (setting !== undefined) entries[argument.setting] = setting;
    else if (config.values.has(argument.name))
      call.note(
        'assumption',
        text(
          `${argument.name} of ${shortName(config.callee)} is not known here; its default is taken.`,
          `${shortName(config.callee)} 的 ${argument.name} 在此未知，按默认值处理。`,
        ),
      );
  }
  const { patch, problems } = readSettings(entries);
  for (const problem of problems) call.note('assumption', problem);
  return withPatch(defaultValues, patch);
}

/** A class's own refusals, as its method states them; those that come up later are kept for the call that meets them. */
function construct(call: Acting, name: string): ConfigObject {
  const config: ConfigObject = { kind: 'config', callee: name, values: new Map(call.given), later: null };
  const method = methodOfConfig(config);
  const values = method && valuesOfConfig(call, config);
  if (!method || !values) return config;
  const rank = call.given.get('r');
  try {
    method.construct(
      {
        stack: call.stack,
        modelType: '',
        defaultTargets: () => null,
        call: '',
        given: (one) => call.given.get(one),
        behaves: (key) => call.behaves(key),
        warn: (said) => call.warn(said),
        raise(type, message): never {
          throw new PythonError(type, message, this.call);
        },
      },
      values,
    );
    if (typeof rank === 'number' && rank <= 0)
      return {
        ...config,
        later: new PythonError(
          'ValueError',
          `\`r\` should be a positive integer value but the value passed is ${rank}`,
          'get_peft_model',
        ),
      };
    return config;
  } catch (error) {
    if (!(error instanceof PythonError) || error.call !== 'get_peft_model') throw error;
    return { ...config, later: error };
  }
}

const trained = methods.map(({ config }) => config.className);
const others = (
  'LoftQConfig EvaConfig CordaConfig LoraRuntimeConfig AdaLoraConfig AdaptionPromptConfig BOFTConfig BoneConfig FourierFTConfig HRAConfig ' +
  'LoHaConfig LoKrConfig MissConfig MultitaskPromptTuningConfig OFTConfig PolyConfig PrefixTuningConfig PromptEncoderConfig ' +
  'PromptLearningConfig PromptTuningConfig RandLoraConfig ShiraConfig TrainableTokensConfig VBLoRAConfig XLoraConfig C3AConfig PeftConfig'
).split(' ');

/** The configuration of a recipe's adapter as it stands in its folder. */
export const savedConfig = (
  values: RecipeValues,
  given: Readonly<Record<string, ProgramValue>>,
): ConfigObject => ({
  kind: 'config',
  callee: `peft.${chosenMethod(values).config.className}`,
  values: new Map(Object.entries(given)),
  later: null,
});

/** What a folder that this script didn't write may hold: assumed to be a LoRA as PEFT saves it. */
export function configFromDisk(call: Acting, folder: string, name: string): ConfigObject {
  const saved = call.disk.get(folder);
  if (saved?.kind === 'config') return { ...saved, values: new Map(saved.values) };
  const concrete = trained.includes(shortName(name)) ? name : 'peft.LoraConfig';
  call.note(
    'assumption',
    text(
      `${folder === '' ? 'The saved adapter' : `'${folder}'`} holds a ${shortName(concrete)} with PEFT's default target_modules; saved configurations carry inference_mode=True.`,
      `${folder === '' ? '已保存的适配器' : `“${folder}”`} 为 ${shortName(concrete)}，target_modules 为 PEFT 的默认值；保存的配置带有 inference_mode=True。`,
    ),
  );
  const values = new Map<string, ProgramValue>([['inference_mode', true]]);
  const task = call.given.get('task_type');
  if (task !== undefined) values.set('task_type', task);
  return { kind: 'config', callee: concrete, values, later: null, assumed: true };
}

const load = (name: string) =>
  callee('pretrained_model_name_or_path subfolder', (call) => {
    const folder = textOf(call.value('pretrained_model_name_or_path')) ?? '';
    const config = configFromDisk(call, folder, name);
    for (const [key, value] of call.given) if (key === 'inference_mode') config.values.set(key, value);
    return {
      object: config,
      effects: truthOf(config.values.get('inference_mode')) ? [same('inference_mode=True')] : [],
    };
  });

const entries = [...trained, ...others].flatMap((name) => [
  [`peft.${name}`, callee('', (call) => ({ object: construct(call, `peft.${name}`) }))] as const,
  [`peft.${name}.from_pretrained`, load(`peft.${name}`)] as const,
]);

export const peftConfigCallees: CalleeTable = Object.fromEntries(entries);
