// from_pretrained and from_config: which model, in which dtype, stored how. What a name or a hub's own configuration decides is assumed by
// its name and said so.
import { own } from '../../../ground/own.ts';
import { text } from '../../../ground/text.ts';
import { notTakenByLoader } from '../../../libraries/loaderArguments.ts';
import { valueAt } from '../../../libraries/since.ts';
import { compareVersions } from '../../../libraries/version.ts';
import type { DType } from '../../../torch/autograd/value.ts';
import type { ProgramValue } from '../../program/program.ts';
import { dtypeOf, entriesOf, isPlaceholder, reprOf, textOf, truthOf } from '../../program/values.ts';
import type { Acted, Acting } from '../acting.ts';
import { callee } from '../acting.ts';
import { assumedTrue } from '../assumed.ts';
import type { ModelObject } from '../objects.ts';
import { shortName } from '../objects.ts';
import type { Quantisation } from '../scriptModel.ts';

const isFloat = (name: string | null): name is 'float32' | 'bfloat16' | 'float16' =>
  name === 'float32' || name === 'bfloat16' || name === 'float16';

const aliases: Readonly<Record<string, DType>> = { half: 'float16', float: 'float32' };

export function floatOf(value: ProgramValue | undefined): DType | null {
  const name = dtypeOf(value);
  return isFloat(name) ? name : (name !== null && own(aliases, name)) || null;
}

const methods: Readonly<Record<string, Quantisation['method']>> = {
  GPTQConfig: 'gptq',
  AwqConfig: 'awq',
  HqqConfig: 'hqq',
  AqlmConfig: 'aqlm',
  EetqConfig: 'eetq',
  TorchAoConfig: 'torchao',
};

/** Whether an argument is on. One whose value nobody has is taken for true, and noted, as a branch on such a value is. */
function asks(values: ReadonlyMap<string, ProgramValue>, name: string, call: Acting): boolean {
  const value = values.get(name);
  if (isPlaceholder(value)) call.note('assumption', assumedTrue(name, value.placeholder));
  return value !== undefined && (truthOf(value) ?? true);
}

/** What 4-bit weights are packed in. Older releases put the argument away unread (transformers integrations/bitsandbytes.py). */
function storageOf(values: ReadonlyMap<string, ProgramValue>, { stack }: Acting): string | null {
  const given = values.get('bnb_4bit_quant_storage') ?? null;
  const reads =
    compareVersions(stack.transformers, '4.39') >= 0 &&
    (stack.bitsandbytes === null || compareVersions(stack.bitsandbytes, '0.43') >= 0);
  return given === null || !reads ? 'uint8' : dtypeOf(given);
}

const bits = (values: ReadonlyMap<string, ProgramValue>, call: Acting): Quantisation | null => {
  if (asks(values, 'load_in_4bit', call)) {
    const type =
      textOf(
        values.get('bnb_4bit_quant_type') ??
          call.fallback('transformers.BitsAndBytesConfig', 'bnb_4bit_quant_type'),
      ) ?? 'fp4';
    return { method: 'bnb-4bit', type: type === 'nf4' ? 'nf4' : 'fp4', storage: storageOf(values, call) };
  }
  return asks(values, 'load_in_8bit', call) ? { method: 'bnb-8bit', type: null } : null;
};

interface Stored {
  readonly quantisation: Quantisation | null;
  readonly doubleQuant: boolean;
}

function storedAs(call: Acting): Stored {
  const value = call.given.get('quantization_config');
  const object = call.object(value);
  const values = object?.kind === 'config' ? object.values : entriesOf(value);
  if (object?.kind === 'config') {
    const method = own(methods, shortName(object.callee));
    if (method) return { quantisation: { method, type: null }, doubleQuant: false };
  }
  if (isPlaceholder(value))
    call.note(
      'assumption',
      text(
        `quantization_config=${reprOf(value)} is not known here; 4-bit is assumed.`,
        `quantization_config=${reprOf(value)} 在此未知，假定为 4 位。`,
      ),
    );
  const quantisation = isPlaceholder(value)
    ? ({ method: 'bnb-4bit', type: 'nf4' } as const)
    : bits(values ?? call.given, call);
  return { quantisation, doubleQuant: truthOf(values?.get('bnb_4bit_use_double_quant')) ?? false };
}

/** dtype of what is not quantised. transformers 5 loads as the file is; before, in float32. */
function dtypeGiven(call: Acting): DType | 'auto' {
  const value = call.given.get('dtype') ?? call.given.get('torch_dtype');
  if (value === undefined || value === null)
    return valueAt(
      [
        ['0', 'float32', ''],
        ['5', 'auto', 'modeling_utils.py from_pretrained: dtype="auto"'],
      ],
      call.stack.transformers,
    ) === 'auto'
      ? 'auto'
      : 'float32';
  if (isPlaceholder(value))
    call.note(
      'assumption',
      text(
        `dtype=${reprOf(value)} is not known here; the one that the weights are published in is assumed.`,
        `dtype=${reprOf(value)} 在此未知，假定为权重发布时的精度。`,
      ),
    );
  return floatOf(value) ?? 'auto';
}

const nameGiven = (value: ProgramValue | undefined): string =>
  (textOf(value) ?? (isPlaceholder(value) ? value.placeholder : '')).replace(/(.)\/+$/, '$1');

/** As a library loads for the person: it knows which arguments the release has. */
export const loadedBy = (call: Acting, loader: string, name: string): ModelObject =>
  call.load({ name, loader, dtype: dtypeGiven(call), given: call.given, ...storedAs(call) });

/** With the arguments that the script gives. */
export function loadedFrom(call: Acting, loader: string, name: string): ModelObject {
  const loaded = loadedBy(call, loader, name);
  const unknown = notTakenByLoader(call.given.keys(), call.stack.transformers);
  if (unknown !== null && loader.startsWith('transformers.'))
    call.raise(
      'TypeError',
      `${loaded.root.className}.__init__() got an unexpected keyword argument '${unknown}'`,
    );
  return loaded;
}

/** The loader's own class stands in the callee: `transformers.AutoModelForCausalLM`. */
export const fromPretrained = callee('pretrained_model_name_or_path', (call): Acted => {
  const loader = call.callee.split('.').slice(0, -1).join('.');
  const given =
    call.given.get('pretrained_model_name_or_path') ?? call.rest[0] ?? call.given.get('model_name');
  return { object: loadedFrom(call, loader, nameGiven(given)) };
});

export const fromConfig = callee('config', (call): Acted => {
  const loader = call.callee.replace(/\.(from_config|_from_config)$/, '');
  const config = call.object(call.value('config'));
  const name = config?.kind === 'config' ? nameGiven(config.values.get('pretrained_model_name_or_path')) : '';
  // What the configuration was made with decides the sizes.
  const given = new Map([...(config?.kind === 'config' ? config.values : []), ...call.given]);
  const dtype = floatOf(call.given.get('torch_dtype') ?? call.given.get('dtype')) ?? 'float32';
  return {
    object: call.load({ name, loader, dtype, quantisation: null, doubleQuant: false, given }),
  };
});
