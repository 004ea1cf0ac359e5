// LoRA: two small factors beside each target. DoRA, rsLoRA, PiSSA, OLoRA and LoftQ are its variants and live in this folder too.
// Source: PEFT 0.21 tuners/lora/{config,model,layer}.py.
import { own } from '../../ground/own.ts';
import { text } from '../../ground/text.ts';
import type { AdapterMethod, AttachingScript } from '../method.ts';
import { layersOf, modulePattern } from '../modulePatterns.ts';
import { parseTargetModules } from '../targetModules.ts';
import type { LoraValues } from './attach.ts';
import { attachLora, thawBias } from './attach.ts';
import { drawLora } from './draw.ts';
import { loraConfigJson, loraForUntouchedBase, mergeLora, usualRank } from './files.ts';
import { isLora } from './loraAdapter.ts';
import { loraSettings } from './settings.ts';
import { takeOut } from './takeOut.ts';

const isLoftq = (values: LoraValues): boolean => values['lora.init_lora_weights'] === 'loftq';

/** Arguments that the script passes beyond the long-standing ones. */
function newerArguments(values: LoraValues): string[] {
  const passed: Readonly<Record<string, boolean>> = {
    use_rslora: values['lora.use_rslora'],
    use_dora: values['lora.use_dora'],
    rank_pattern: Object.keys(modulePattern(values['lora.rank_pattern'])).length > 0,
    alpha_pattern: Object.keys(modulePattern(values['lora.alpha_pattern'])).length > 0,
    exclude_modules: values['lora.exclude_modules'].trim() !== '',
  };
  return Object.keys(passed).filter((name) => own(passed, name));
}

function construct(script: AttachingScript, values: LoraValues): void {
  script.call = 'LoraConfig(...)';
  const lacking = newerArguments(values).find((name) => script.behaves('loraConfigLacks').includes(name));
  if (lacking)
    script.raise('TypeError', `LoraConfig.__init__() got an unexpected keyword argument '${lacking}'`);
  const target = parseTargetModules(values['lora.target_modules']);
  const isText = target.form === 'all-linear' || target.form === 'regex';
  if (isText && layersOf(values['lora.layers_to_transform']) !== null)
    script.raise('ValueError', '`layers_to_transform` cannot be used when `target_modules` is a str.');
  const written = script.given?.('init_lora_weights');
  const init = typeof written === 'string' ? written : values['lora.init_lora_weights'];
  const known = script.behaves('knownInits');
  if (known && init !== 'true' && init !== 'false' && !known.test(init)) {
    script.call = 'get_peft_model';
    script.raise('ValueError', `Unknown initialization init_lora_weights='${init}'`);
  }
}

export const lora: AdapterMethod<'LORA', typeof loraSettings> = {
  type: 'LORA',
  prefix: 'lora_',
  name: 'LoRA',
  help: {
    en: 'LoRA adds a product of two small matrices to each target.',
    zh: 'LoRA 在每个目标上加两个小矩阵的乘积。',
  },
  settings: loraSettings,
  config: {
    className: 'LoraConfig',
    arguments: [
      { name: 'task_type', form: 'constant', value: 'CAUSAL_LM', written: true, read: 'anything' },
      { name: 'r', form: 'value', setting: 'lora.r', always: true },
      { name: 'lora_alpha', form: 'value', setting: 'lora.lora_alpha', always: true },
      { name: 'lora_dropout', form: 'float', setting: 'lora.lora_dropout', always: true },
      { name: 'target_modules', form: 'targets', setting: 'lora.target_modules', always: true },
      { name: 'bias', form: 'value', setting: 'lora.bias', always: true },
      { name: 'use_rslora', form: 'value', setting: 'lora.use_rslora' },
      { name: 'use_dora', form: 'value', setting: 'lora.use_dora' },
      { name: 'init_lora_weights', form: 'word', setting: 'lora.init_lora_weights' },
      {
        name: 'loftq_config',
        form: 'config',
        className: 'LoftQConfig',
        when: isLoftq,
        arguments: [
          { name: 'loftq_bits', form: 'constant', value: 4, written: true, read: 'the same' },
          { name: 'loftq_iter', form: 'value', setting: 'lora.loftq_iter', always: true },
        ],
      },
      { name: 'rank_pattern', form: 'pattern', setting: 'lora.rank_pattern' },
      { name: 'alpha_pattern', form: 'pattern', setting: 'lora.alpha_pattern' },
      { name: 'layers_to_transform', form: 'layers', setting: 'lora.layers_to_transform' },
      { name: 'exclude_modules', form: 'excluded', setting: 'lora.exclude_modules' },
      { name: 'modules_to_save', form: 'names', setting: 'lora.modules_to_save' },
      { name: 'inference_mode', form: 'value', setting: 'lora.inference_mode' },
    ],
    packages: (values) => (isLoftq(values) ? ['bitsandbytes', 'scipy'] : []),
  },
  modelClass: 'LoraModel',
  supports: 'linears and embeddings',

  construct,
  attach: attachLora,
  thaw: thawBias,

  draw: drawLora,
  takeOut,
  limit: (_, adapter, base) => {
    if (!isLora(adapter)) return null;
    // Both take the matrix as it is kept, which of a Conv1D is not the one that is multiplied by: PEFT's forward pass raises.
    if (base.kind.type === 'linear' && base.kind.transposed && /^(olora|loftq)$/.test(adapter.init))
      return {
        found: text(
          `has init_lora_weights '${adapter.init}' on a Conv1D, which PEFT can't start from`,
          `在 Conv1D 上使用 init_lora_weights '${adapter.init}'，PEFT 无法以此开始`,
        ),
        remedy: text('Use true, gaussian or pissa.', '请使用 true、gaussian 或 pissa。'),
      };
    if (!adapter.dora) return null;
    if (base.kind.type === 'embedding')
      return {
        found: text(
          'has use_dora, which this engine trains on the linears of the layers only',
          '带有 use_dora，本引擎只在各层的线性层上训练它',
        ),
        remedy: text('Leave embed_tokens out of target_modules.', '请把 embed_tokens 移出 target_modules。'),
      };
    const dropout = adapter.lowRank?.dropout ?? 0;
    // The frozen matrix would run a second time on the thinned inputs, of which each projection has its own.
    return dropout > 0
      ? {
          found: text(
            `has use_dora and lora_dropout ${dropout}, which this engine does not train together`,
            `同时有 use_dora 与 lora_dropout ${dropout}，本引擎不能一起训练`,
          ),
          remedy: text(
            'Set lora.lora_dropout to 0 or lora.use_dora to false.',
            '请把 lora.lora_dropout 设为 0，或把 lora.use_dora 设为 false。',
          ),
        }
      : null;
  },

  // PEFT leaves the module that holds DoRA's magnitudes out of their name.
  savedPart: (part) => part.replace(/^(lora_magnitude_vector)\.weight$/, '$1'),
  configJson: loraConfigJson,
  nouns: { part: text('an adapter', '适配器'), whole: (tensors) => `Rank ${usualRank(tensors)}` },
  forUntouchedBase: loraForUntouchedBase,
  merge: mergeLora,
  opens: [
    ...['lora_A.weight', 'lora_B.weight', 'lora_embedding_A', 'lora_embedding_B'],
    ...['lora_magnitude_vector', 'lora_magnitude_vector.weight'],
  ],
};
