// The complete Python script that a recipe stands for under its stack: pins, imports, model, adapter, rows, arguments,
// training, saving. It runs as it is beside the model's folder and the file of rows.

import { chosenMethod, configClasses } from '../../adapters/methods.ts';
import { pythonLabel } from '../../ground/settings/pythonPlace.ts';
import type { Dialect } from '../../libraries/spelling.ts';
import { dialectOf } from '../../libraries/spelling.ts';
import { stackOf } from '../../libraries/stacks.ts';
import type { RecipeChange } from '../../recipe/changes.ts';
import type { ModelSource } from '../../recipe/modelSource.ts';
import type { RecipeValues } from '../../recipe/recipe.ts';
import { placeOf } from '../../recipe/recipe.ts';
import { attachSection, isFourBit, loadModel } from './modelSection.ts';
import { quoted } from './python.ts';
import type { ScriptRows } from './rowsSection.ts';
import { withoutMarks } from './templateLines.ts';
import type { RowFormat } from './trainingArguments.ts';
import { dataSection, rendersItself, trainSection } from './trainSection.ts';

export interface ScriptContext {
  /** Folder or hub name of the base model. */
  readonly model: string;
  /** File of the rows. */
  readonly data: string;
  /** How it is loaded, and what its columns are for; absent: JSON lines by TRL's names. */
  readonly rows?: ScriptRows;
  readonly format: RowFormat;
  /** GGUF file that `model` is made from once. */
  readonly gguf?: string;
  /** In the place of the model's own. */
  readonly chatTemplate?: string;
  /** What was changed while the run trained. */
  readonly changes?: readonly RecipeChange[];
  /** Where the model is fetched; absent: it lies beside the script. */
  readonly source?: ModelSource;
}

const defaultContext: ScriptContext = { model: 'model', data: 'rows.jsonl', format: 'messages' };

/** What `pip install` is to fetch, as lines of a requirements.txt: the stack's versions. `gguf`: whether the model is read from such a file. */
export function requirements(values: RecipeValues, gguf: boolean): readonly string[] {
  const stack = stackOf(values['wiring.stack']);
  const bitsandbytes = stack.bitsandbytes === null ? 'bitsandbytes' : `bitsandbytes==${stack.bitsandbytes}`;
  const fourBit = isFourBit(values) || values['train.optim'] === 'lion_32bit';
  const extra = chosenMethod(values).config.packages?.(values) ?? [];
  const older = stack.torch.startsWith('2.1.') || stack.torch.startsWith('2.2.');
  return [
    `torch==${stack.torch}`,
    `transformers==${stack.transformers}`,
    `peft==${stack.peft}`,
    `trl==${stack.trl}`,
    ...(gguf ? ['gguf'] : []),
    ...(fourBit || extra.includes('bitsandbytes') ? [bitsandbytes] : []),
    ...extra.filter((name) => name !== 'bitsandbytes'),
    'datasets',
    // These releases were built against the older interfaces.
    ...(older
      ? ['numpy<2', `pyarrow<${stack.torch.startsWith('2.1.') ? 15 : 17}`, 'setuptools<81', 'rich']
      : []),
  ];
}

/** As a shell takes them: it would read `<` as a file to read from. */
const pins = (values: RecipeValues, gguf: boolean): string =>
  requirements(values, gguf)
    .map((one) => (one.includes('<') ? `"${one}"` : one))
    .join(' ');

/** Import lines: only names that the body uses. */
function imports(body: string, dialect: Dialect): string {
  const uses = (name: string): boolean => new RegExp(`\\b${name}\\b`).test(body);
  const from = (module: string, names: readonly string[]): string[] => {
    const used = names.filter(uses);
    return used.length > 0 ? [`from ${module} import ${used.join(', ')}`] : [];
  };
  const standard = ['itertools', 'json', 'math', 'os']
    .filter((name) => (name === 'json' ? body.includes('json.loads(') : uses(name)))
    .map((name) => `import ${name}`);
  const others = [
    ...(uses('torch') ? ['import torch'] : []),
    ...from('bitsandbytes.optim', ['Lion']),
    ...from('datasets', ['Dataset', 'Features', 'Value', 'concatenate_datasets', 'load_dataset']),
    ...from(
      'peft',
      [...configClasses, 'PeftModel', 'get_peft_model', 'prepare_model_for_kbit_training'].sort(),
    ),
    ...from('peft.optimizers', ['create_loraplus_optimizer']),
    ...from('torch.utils.data', ['DataLoader']),
    ...from('transformers', [
      'Adafactor',
      'AutoModelForCausalLM',
      'AutoTokenizer',
      'BitsAndBytesConfig',
      'EarlyStoppingCallback',
      'Trainer',
      'TrainingArguments',
      'get_scheduler',
      'set_seed',
    ]),
    ...from('trl', [
      'DataCollatorForCompletionOnlyLM',
      ...(dialect.sftConfig ? ['SFTConfig'] : []),
      'SFTTrainer',
      'DPOConfig',
      'DPOTrainer',
    ]),
    ...from('trl.experimental.orpo', ['ORPOConfig', 'ORPOTrainer']),
  ];
  return [...standard, ...(standard.length > 0 ? [''] : []), ...others].join('\n');
}

/** Trainer refuses a model that was read from a GGUF file, so it is saved as plain weights first (tools/golden/smollm2.py). */
function convert(gguf: string, dialect: Dialect, source: ModelSource | undefined): string {
  const from =
    source === undefined || source.file === null
      ? `".", gguf_file=${quoted(gguf)}`
      : `${quoted(source.hub)}, revision=REVISION, gguf_file=${quoted(source.file)}`;
  return [
    'if not os.path.isdir(MODEL):',
    `    plain = AutoModelForCausalLM.from_pretrained(${from}, ${dialect.dtype}=torch.float32)`,
    '    plain.hf_quantizer, plain.is_quantized = None, False',
    '    plain.config.__dict__.pop("quantization_config", None)',
    '    plain.save_pretrained(MODEL)',
    `    AutoTokenizer.from_pretrained(${from}).save_pretrained(MODEL)`,
  ].join('\n');
}

/** What the page's run did and this script does not: its settings hold from the first step on. */
const changedOnTheWay = ({ changes = [] }: ScriptContext): string[] =>
  changes.length === 0
    ? []
    : [
        '# The run in the page had other settings at first; here the last ones hold throughout:',
        ...changes.map(
          ({ step, key, before }) =>
            `#   until step ${step}: ${pythonLabel(placeOf(key)).replace('…', String(before))}`,
        ),
      ];

/** The script's text, ending in a newline. */
export function pythonScript(values: RecipeValues, context: ScriptContext = defaultContext): string {
  const stack = stackOf(values['wiring.stack']);
  const dialect = dialectOf(stack);
  const loadsAdapter =
    values['wiring.attach'].startsWith('from_pretrained') ||
    values['wiring.after_attach'].startsWith('load_adapter');
  const { source } = context;
  const constants = [
    `MODEL = ${quoted(context.model)}`,
    ...(source === undefined ? [] : [`REVISION = ${quoted(source.revision)}`]),
    ...(context.rows?.source === undefined ? [`DATA = ${quoted(context.data)}`] : []),
    ...(loadsAdapter ? ['ADAPTER = "saved-adapter"'] : []),
  ];
  const { chatTemplate: template } = context;
  const written = template && rendersItself(values, dialect) ? withoutMarks(template) : template;
  const sections = [
    context.gguf === undefined ? '' : convert(context.gguf, dialect, source),
    loadModel(values, dialect, source?.file === null, written),
    attachSection(values),
    dataSection(values, dialect, context.format, context.rows, template),
    trainSection(values, dialect, context.format, template),
  ];
  const body = sections.filter((section) => section !== '').join('\n\n');
  return [
    `# pip install ${pins(values, context.gguf !== undefined)}`,
    ...changedOnTheWay(context),
    imports(body, dialect),
    '',
    constants.join('\n'),
    '',
    body,
    '',
  ].join('\n');
}
