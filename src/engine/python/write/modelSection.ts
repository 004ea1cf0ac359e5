// The part of the script that loads the model and attaches the adapter, in the order in which python/run runs it.

import type { Dialect } from '../../libraries/spelling.ts';
import type { RecipeValues } from '../../recipe/recipe.ts';
import { passesConfig } from '../run/wire.ts';
import { adapterConfig } from './adapterConfig.ts';
import { argumentOf, argumentsOf } from './argument.ts';
import type { Argument } from './python.ts';
import { call, expression, quoted } from './python.ts';
import { templateLine } from './templateLines.ts';

export const isFourBit = (values: RecipeValues): boolean => values['bnb.bnb_4bit_quant_type'] !== 'none';
const attach = (values: RecipeValues) => values['wiring.attach'];

/** `pinned`: it comes from the hub, at REVISION. `template`: in the place of the model's own. */
export function loadModel(values: RecipeValues, dialect: Dialect, pinned = false, template?: string): string {
  const [, dtype] = argumentOf(values, 'model.dtype');
  const quantisation = call(
    'BitsAndBytesConfig',
    [],
    [
      ['load_in_4bit', true],
      ...argumentsOf(values, ['bnb.bnb_4bit_quant_type', 'bnb.bnb_4bit_use_double_quant']),
      ['bnb_4bit_compute_dtype', dtype],
    ],
  );
  const load = call(
    'AutoModelForCausalLM.from_pretrained',
    ['MODEL'],
    [
      ...(pinned ? [['revision', expression('REVISION')] as const] : []),
      [dialect.dtype, dtype],
      ...(isFourBit(values)
        ? ([
            ['quantization_config', expression('quantization_config')],
            [
              'device_map',
              expression(
                '{"": int(os.environ.get("LOCAL_RANK", 0)) if torch.cuda.is_available() else "cpu"}',
              ),
            ],
          ] satisfies Argument[])
        : []),
    ],
  );
  return [
    `tokenizer = AutoTokenizer.from_pretrained(MODEL${pinned ? ', revision=REVISION' : ''})`,
    ...(template === undefined ? [] : [templateLine(template)]),
    ...(isFourBit(values) ? [`quantization_config = ${quantisation}`] : []),
    `model = ${load}`,
  ].join('\n');
}

/** Whether the script builds a config at all. */
const needsConfig = (values: RecipeValues): boolean =>
  passesConfig(values) || ['get_peft_model', 'add_adapter'].includes(attach(values));

const reentrantKwargs = (
  values: RecipeValues,
  key: 'train.use_reentrant' | 'wiring.prepare.use_reentrant',
): readonly Argument[] => (values[key] === 'default' ? [] : [argumentOf(values, key)]);

function prepare(values: RecipeValues): string {
  const named: Argument[] = [
    ...(values['wiring.prepare.use_gradient_checkpointing']
      ? []
      : [argumentOf(values, 'wiring.prepare.use_gradient_checkpointing')]),
    ...reentrantKwargs(values, 'wiring.prepare.use_reentrant'),
  ];
  return `model = ${call('prepare_model_for_kbit_training', ['model'], named)}`;
}

export function enableCheckpointing(values: RecipeValues): string {
  return call('model.gradient_checkpointing_enable', [], reentrantKwargs(values, 'train.use_reentrant'));
}

const adapterName = (values: RecipeValues): Argument[] =>
  values['wiring.adapter_name'] === 'default' ? [] : [argumentOf(values, 'wiring.adapter_name')];

function wrap(values: RecipeValues): string {
  return `model = ${call(
    'get_peft_model',
    ['model', 'peft_config'],
    [
      ...adapterName(values),
      ...(values['wiring.autocast_adapter_dtype']
        ? []
        : [argumentOf(values, 'wiring.autocast_adapter_dtype')]),
    ],
  )}`;
}

function attachAdapter(values: RecipeValues): string[] {
  const path = attach(values);
  // The trainer seeds itself; what is drawn before it is seeded here.
  const seed = `set_seed(${values['train.seed']})`;
  if (path === 'get_peft_model' || path === 'both') return [seed, wrap(values)];
  if (path === 'add_adapter') return [seed, call('model.add_adapter', ['peft_config'], adapterName(values))];
  if (path.startsWith('from_pretrained')) {
    return [
      `model = ${call('PeftModel.from_pretrained', ['model', 'ADAPTER'], path.startsWith('from_pretrained_trainable') ? [['is_trainable', true]] : [])}`,
    ];
  }
  return [];
}

function afterwards(values: RecipeValues): string[] {
  switch (values['wiring.after_attach']) {
    case 'get_peft_model':
      return [wrap(values)];
    case 'add_adapter':
      return ['model.add_adapter("b", peft_config)'];
    case 'set_adapter':
      return ['model.add_adapter("b", peft_config)', 'model.set_adapter("b")'];
    case 'load_adapter':
      return ['model.load_adapter(ADAPTER, "b")'];
    case 'load_adapter_trainable':
      return ['model.load_adapter(ADAPTER, "b", is_trainable=True)'];
    case 'disable_adapter_layers':
      return ['model.disable_adapter_layers()'];
    case 'merge_and_unload':
      return ['model = model.merge_and_unload()'];
    case 'unload':
      return ['model = model.unload()'];
    default:
      return [];
  }
}

/** The script holds a PeftModel before the trainer sees it. */
export const scriptWraps = (values: RecipeValues): boolean =>
  /^(get_peft_model|both|from_pretrained.*)$/.test(attach(values));

/** From the loaded model to the one handed to the trainer. */
export function attachSection(values: RecipeValues): string {
  const when = values['wiring.prepare_model_for_kbit_training'];
  const lines: string[] = [];
  const config =
    needsConfig(values) ||
    (scriptWraps(values) && /adapter|get_peft_model/.test(values['wiring.after_attach']));
  if (values['wiring.model_type'] !== 'llama')
    lines.push(`model.config.model_type = ${quoted(values['wiring.model_type'])}`);
  const frozen = values['wiring.freeze'];
  if (frozen === 'embeddings') lines.push('model.get_input_embeddings().requires_grad_(False)');
  if (frozen === 'outside_layers') {
    lines.push(
      'for name, param in model.named_parameters():\n    if not any(part.isdigit() for part in name.split(".")):\n        param.requires_grad = False',
    );
  }
  if (config) lines.push(`peft_config = ${adapterConfig(values)}`);
  if (when === 'before') lines.push(prepare(values));
  if (values['wiring.checkpointing_before_attach']) lines.push(enableCheckpointing(values));
  lines.push(...attachAdapter(values));
  if (scriptWraps(values)) lines.push(...afterwards(values));
  if (when === 'after') lines.push(prepare(values));
  if (values['wiring.requires_grad_all'])
    lines.push('for param in model.parameters():\n    param.requires_grad = True');
  return lines.join('\n');
}
