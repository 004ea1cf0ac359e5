// Where the modelled PEFT versions differ: names, targets, warnings, what a second adapter does to the first.
import type { RuleTable } from './rule.ts';

const library = 'peft';
const targets = 'tuners/tuners_utils.py inject_adapter';
const loraLayer = 'tuners/lora/layer.py reset_lora_parameters';
const loraConfig = 'tuners/lora/config.py LoraConfig, fields of the released versions';
const tied = 'tuners/tuners_utils.py inject_adapter, tied weights';

export const peftRules = {
  prepareKwargs: [
    {
      id: 'prepareKwargs',
      library,
      versions: '<0.6',
      value: false,
      source: 'utils/other.py prepare_model_for_kbit_training',
    },
    {
      id: 'prepareKwargs',
      library,
      versions: '>=0.6',
      value: true,
      source: 'utils/other.py prepare_model_for_kbit_training',
    },
  ],
  baseLayer: [
    {
      id: 'baseLayer',
      library,
      versions: '<0.7',
      value: false,
      source: 'tuners/lora: weight on the layer itself',
    },
    { id: 'baseLayer', library, versions: '>=0.7', value: true, source: 'tuners/lora/layer.py base_layer' },
  ],
  allLinear: [
    {
      id: 'allLinear',
      library,
      versions: '<0.8',
      value: 'a-name',
      source: 'run on 0.5.0: taken for a module name',
    },
    {
      id: 'allLinear',
      library,
      versions: '>=0.8 <0.15',
      value: 'pretrained-only',
      source: 'tuners/tuners_utils.py _maybe_include_all_linear_layers',
    },
    {
      id: 'allLinear',
      library,
      versions: '>=0.15',
      value: 'any-model',
      source: 'tuners/tuners_utils.py _maybe_include_all_linear_layers',
    },
  ],
  loraConfigLacks: [
    {
      id: 'loraConfigLacks',
      library,
      versions: '<0.6',
      value: ['rank_pattern', 'alpha_pattern', 'use_rslora', 'use_dora', 'exclude_modules'],
      source: loraConfig,
    },
    {
      id: 'loraConfigLacks',
      library,
      versions: '>=0.6 <0.8',
      value: ['use_rslora', 'use_dora', 'exclude_modules'],
      source: loraConfig,
    },
    {
      id: 'loraConfigLacks',
      library,
      versions: '>=0.8 <0.9',
      value: ['use_dora', 'exclude_modules'],
      source: loraConfig,
    },
    {
      id: 'loraConfigLacks',
      library,
      versions: '>=0.9 <0.14',
      value: ['exclude_modules'],
      source: loraConfig,
    },
    { id: 'loraConfigLacks', library, versions: '>=0.14', value: [], source: loraConfig },
  ],
  unknownInits: [
    { id: 'unknownInits', library, versions: '<0.7', value: [], source: loraLayer },
    { id: 'unknownInits', library, versions: '>=0.7 <0.11', value: ['pissa', 'olora'], source: loraLayer },
    { id: 'unknownInits', library, versions: '>=0.11', value: [], source: loraLayer },
  ],
  gaussianInit: [
    {
      id: 'gaussianInit',
      library,
      versions: '<0.7',
      value: false,
      source: 'tuners/lora/layer.py reset_lora_parameters: every true value is the default',
    },
    {
      id: 'gaussianInit',
      library,
      versions: '>=0.7',
      value: true,
      source: 'tuners/lora/layer.py reset_lora_parameters',
    },
  ],
  unusedPatternWarning: [
    { id: 'unusedPatternWarning', library, versions: '<0.21', value: false, source: targets },
    {
      id: 'unusedPatternWarning',
      library,
      versions: '>=0.21',
      value: true,
      source: `${targets}, run on 0.21.2`,
    },
  ],
  targetsPrinted: [
    { id: 'targetsPrinted', library, versions: '<0.7', value: 'list', source: `${targets}, run on 0.5.0` },
    { id: 'targetsPrinted', library, versions: '>=0.7', value: 'set', source: `${targets}, run on 0.7.1` },
  ],
  emptyTargets: [
    { id: 'emptyTargets', library, versions: '<0.17', value: 'not-found', source: targets },
    { id: 'emptyTargets', library, versions: '>=0.17', value: 'nothing-passed', source: targets },
  ],
  unspecifiedTargets: [
    {
      id: 'unspecifiedTargets',
      library,
      versions: '<0.17',
      value: 'Please specify `target_modules` in `peft_config`',
      source: 'tuners/lora/model.py _prepare_adapter_config, run on 0.10.0',
    },
    {
      id: 'unspecifiedTargets',
      library,
      versions: '>=0.17',
      value: 'Please specify `target_modules` or `target_parameters`in `peft_config`',
      source: 'tuners/lora/model.py _prepare_adapter_config, run on 0.17.1; the blank is missing there too',
    },
  ],
  noMatchError: [
    { id: 'noMatchError', library, versions: '<0.21', value: 'ValueError', source: targets },
    {
      id: 'noMatchError',
      library,
      versions: '>=0.21',
      value: 'NoMatchingPeftModuleError',
      source: `${targets}: a subclass of ValueError`,
    },
  ],
  unsupportedTarget: [
    {
      id: 'unsupportedTarget',
      library,
      versions: '<0.6',
      value: 'Currently, only `torch.nn.Linear` and `Conv1D` are supported.',
      source: 'tuners/lora.py _create_new_module, run on 0.5.0',
    },
    {
      id: 'unsupportedTarget',
      library,
      versions: '>=0.6 <0.15',
      value:
        'Currently, only the following modules are supported: `torch.nn.Linear`, `torch.nn.Embedding`, `torch.nn.Conv2d`, `transformers.pytorch_utils.Conv1D`.',
      source: 'tuners/lora/model.py _create_new_module, run on 0.10.0',
    },
    {
      id: 'unsupportedTarget',
      library,
      versions: '>=0.15',
      value:
        'Currently, only the following modules are supported: `torch.nn.Linear`, `torch.nn.Embedding`, `torch.nn.Conv1d`, `torch.nn.Conv2d`, `torch.nn.Conv3d`, `transformers.pytorch_utils.Conv1D`, `torch.nn.MultiheadAttention.`.',
      source: 'tuners/lora/model.py _create_new_module, run on 0.17.1',
    },
  ],
  secondWrapWarnings: [
    { id: 'secondWrapWarnings', library, versions: '<0.15', value: false, source: 'run on 0.10.0: silent' },
    {
      id: 'secondWrapWarnings',
      library,
      versions: '>=0.15',
      value: true,
      source: 'mapping_func.py get_peft_model; tuners/tuners_utils.py',
    },
  ],
  adapterDtype: [
    { id: 'adapterDtype', library, versions: '<0.7', value: 'float32', source: 'run on 0.5.0' },
    {
      id: 'adapterDtype',
      library,
      versions: '>=0.7 <0.12',
      value: 'base',
      source: 'run on 0.10.0: as the base weight, if it is a float',
    },
    {
      id: 'adapterDtype',
      library,
      versions: '>=0.12',
      value: 'autocast',
      source: 'peft_model.py autocast_adapter_dtype',
    },
  ],
  trainableLine: [
    {
      id: 'trainableLine',
      library,
      versions: '<0.11',
      value: 'unrounded',
      source: 'peft_model.py print_trainable_parameters',
    },
    {
      id: 'trainableLine',
      library,
      versions: '>=0.11',
      value: 'four-decimals',
      source: 'peft_model.py print_trainable_parameters',
    },
  ],
  tiedWarning: [
    { id: 'tiedWarning', library, versions: '<0.12', value: 'none', source: `${tied}, run on 0.10.0` },
    {
      id: 'tiedWarning',
      library,
      versions: '>=0.12 <0.18',
      value: 'targets',
      source: `${tied}, run on 0.17.1`,
    },
    {
      id: 'tiedWarning',
      library,
      versions: '>=0.18 <0.19',
      value: 'targets-and-saved',
      source: `${tied}, run on 0.18.0: warns of a saved head or embedding even if nothing is tied`,
    },
    {
      id: 'tiedWarning',
      library,
      versions: '>=0.19',
      value: 'ensure-weight-tying',
      source: `${tied}, run on 0.20.0`,
    },
  ],
  secondAdapter: [
    {
      id: 'secondAdapter',
      library,
      versions: '<0.7',
      value: 'adds-up',
      source: 'run on 0.5.0: both require grad after a trainable load',
    },
    {
      id: 'secondAdapter',
      library,
      versions: '>=0.7 <0.18',
      value: 'thaws-active',
      source:
        'tuners/lora/layer.py update_layer: set_adapter(active_adapters), run on 0.7.1, 0.10.0 and 0.17.1',
    },
    {
      id: 'secondAdapter',
      library,
      versions: '>=0.18 <0.21',
      value: 'flags-active',
      source: `${targets}: set_adapter(active_adapters, inference_mode=peft_config.inference_mode)`,
    },
    { id: 'secondAdapter', library, versions: '>=0.21', value: 'adds-up', source: 'run on 0.21.2' },
  ],
  disabledKeepsFlags: [
    {
      id: 'disabledKeepsFlags',
      library,
      versions: '<0.7',
      value: true,
      source: 'run on 0.5.0: disable_adapter() leaves requires_grad',
    },
    { id: 'disabledKeepsFlags', library, versions: '>=0.7', value: false, source: 'run on 0.7.1 and later' },
  ],
  savedOriginalTrains: [
    {
      id: 'savedOriginalTrains',
      library,
      versions: '<0.6',
      value: true,
      source: 'run on 0.5.0: original_module of modules_to_save requires grad',
    },
    {
      id: 'savedOriginalTrains',
      library,
      versions: '>=0.6',
      value: false,
      source: 'run on 0.10.0 and later',
    },
  ],
} as const satisfies Partial<RuleTable>;
