// Where the modelled PEFT versions differ: names, targets, warnings, what a second adapter does to the first.
import type { Since } from '../since.ts';
import type { PackedWeights, Rule, RulesOf } from './rule.ts';

const targets = 'tuners/tuners_utils.py inject_adapter';
const loraLayer = 'tuners/lora/layer.py reset_lora_parameters';
const loraConfig = 'tuners/lora/config.py LoraConfig, fields of the released versions';
const prepare = 'utils/other.py prepare_model_for_kbit_training';
const copies = 'utils/other.py _set_trainable';
const wrapper = 'utils/other.py ModulesToSaveWrapper.enable_adapters';
const tied = 'tuners/tuners_utils.py inject_adapter, tied weights';

const peft = <V>(...since: Since<V>): Rule<'peft', V> => ({ library: 'peft', since });

const dispatch = 'tuners/lora/model.py _create_new_module, dispatchers; read in the installed releases';
const bits: readonly PackedWeights[] = ['bnb-4bit', 'bnb-8bit'];

export const peftRules: RulesOf<'peft'> = {
  prepareKwargs: peft(
    ['0', false, 'utils/other.py prepare_model_for_kbit_training'],
    ['0.6', true, 'utils/other.py prepare_model_for_kbit_training'],
  ),
  preparesQuantised: peft(
    ['0', [], `${prepare}: is_loaded_in_8bit, is_loaded_in_4bit`],
    ['0.5', ['gptq'], `${prepare}: quantization_method, read in 0.5.0 and 0.7.1`],
    ['0.9', ['gptq', 'aqlm'], `${prepare}, read in 0.10.0`],
    ['0.11', ['gptq', 'aqlm', 'eetq', 'hqq'], `${prepare}, read in 0.11.1, 0.12.0 and 0.13.2`],
    [
      '0.14',
      ['gptq', 'aqlm', 'eetq', 'hqq', 'torchao'],
      `${prepare}, read in 0.14.0, 0.17.1, 0.18.0, 0.20.0 and 0.21.2; never awq or quanto`,
    ],
  ),
  wrapsQuantised: peft(
    ['0', [...bits, 'quanto', 'torchao'], 'tuners/lora.py _create_new_module'],
    ['0.5', [...bits, 'quanto', 'torchao', 'gptq'], 'tuners/lora.py: get_auto_gptq_quant_linear'],
    ['0.9', [...bits, 'quanto', 'torchao', 'gptq', 'aqlm', 'awq'], `${dispatch}: aqlm.py, awq.py`],
    [
      '0.11',
      [...bits, 'quanto', 'torchao', 'gptq', 'aqlm', 'awq', 'eetq', 'hqq'],
      `${dispatch}: eetq.py, hqq.py`,
    ],
  ),
  baseLayer: peft(
    ['0', false, 'tuners/lora: weight on the layer itself'],
    ['0.7', true, 'tuners/lora/layer.py base_layer'],
  ),
  allLinear: peft(
    ['0', 'a-name', 'run on 0.5.0: taken for a module name'],
    ['0.8', 'pretrained-only', 'tuners/tuners_utils.py _maybe_include_all_linear_layers'],
    ['0.15', 'any-model', 'tuners/tuners_utils.py _maybe_include_all_linear_layers'],
  ),
  allLinearSparesClassifier: peft(
    ['0', false, 'tuners/tuners_utils.py _maybe_include_all_linear_layers'],
    ['0.13', true, 'tuners/tuners_utils.py _maybe_include_all_linear_layers, read in 0.12.0 and 0.13.2'],
  ),
  layerIndexLast: peft(
    ['0', true, `${targets}: a greedy expression, read in 0.10.0 to 0.18.0`],
    ['0.19', false, `${targets}: read in 0.20.0`],
  ),
  savedNotTargeted: peft(
    ['0', false, `${targets}: read in 0.14.0`],
    ['0.15', true, 'tuners/tuners_utils.py check_target_module_exists, run on 0.17.1'],
  ),
  savedSwallowsTarget: peft(
    ['0', 'copies', `${wrapper}: run on 0.5.0, where the copy is made after the injection`],
    [
      '0.6',
      'refuses',
      'tuners/tuners_utils.py inject_adapter, run on 0.7.1, 0.10.0, 0.11.1 and 0.12.0, read in 0.13.2',
    ],
    ['0.14', 'beside', `${wrapper}.__getattr__, run on 0.14.0`],
  ),
  savedRefusesLists: peft(
    ['0', null, `${wrapper}: has no such check, run on 0.7.1`],
    ['0.9', 'ModuleList', `${wrapper}.__init__, run on 0.10.0 and 0.12.0`],
    [
      '0.13',
      "<class 'torch.nn.modules.container.ModuleList'>",
      `${wrapper}.check_module, read in 0.13.2, run on 0.14.0`,
    ],
  ),
  savedRefusesAdapted: peft(
    ['0', false, `${wrapper}: has no such check, read in 0.12.0`],
    ['0.13', true, 'utils/other.py ModulesToSaveWrapper.check_module, read in 0.13.2, run on 0.17.1'],
  ),
  loraConfigLacks: peft(
    ['0', ['rank_pattern', 'alpha_pattern', 'use_rslora', 'use_dora', 'exclude_modules'], loraConfig],
    ['0.6', ['use_rslora', 'use_dora', 'exclude_modules'], loraConfig],
    ['0.8', ['use_dora', 'exclude_modules'], loraConfig],
    ['0.9', ['exclude_modules'], loraConfig],
    ['0.14', [], loraConfig],
  ),
  knownInits: peft(
    ['0', null, loraLayer],
    ['0.7', /^(gaussian|loftq)$/i, `${loraLayer}, read in 0.7.1 and 0.10.0`],
    ['0.11', /^(gaussian|loftq|pissa.*)$/i, `${loraLayer}, read in 0.11.1`],
    ['0.12', /^(gaussian|loftq|pissa.*|olora)$/i, `${loraLayer}, read in 0.12.0 and 0.13.2`],
    ['0.14', /^(gaussian|loftq|pissa.*|olora|eva)$/i, `${loraLayer}, read in 0.14.0`],
    [
      '0.15',
      /^(gaussian|loftq|pissa.*|olora|eva|corda.*|orthogonal)$/i,
      `${loraLayer}, read in 0.17.1 and 0.18.0`,
    ],
    [
      '0.20',
      /^(gaussian|loftq|pissa.*|olora|eva|corda.*|orthogonal|lora_ga)$/i,
      `${loraLayer}, read in 0.20.0 and 0.21.2`,
    ],
  ),
  gaussianInit: peft(
    ['0', false, 'tuners/lora/layer.py reset_lora_parameters: every true value is the default'],
    ['0.7', true, 'tuners/lora/layer.py reset_lora_parameters'],
  ),
  unusedPatternWarning: peft(['0', false, targets], ['0.21', true, `${targets}, run on 0.21.2`]),
  targetsPrinted: peft(['0', 'list', `${targets}, run on 0.5.0`], ['0.7', 'set', `${targets}, run on 0.7.1`]),
  rootIsTarget: peft(
    ['0', true, `${targets}, run on 0.13.2`],
    ['0.14', false, `${targets}: leaves out the empty key, run on 0.14.0`],
  ),
  emptyTargets: peft(['0', 'not-found', targets], ['0.17', 'nothing-passed', targets]),
  noMatchTellsLayers: peft(
    ['0', false, `${targets}, run on 0.5.0 to 0.13.2`],
    ['0.14', true, `${targets}, run on 0.14.0`],
  ),
  unspecifiedTargets: peft(
    [
      '0',
      'Please specify `target_modules` in `peft_config`',
      'tuners/lora/model.py _prepare_adapter_config, run on 0.10.0',
    ],
    [
      '0.17',
      'Please specify `target_modules` or `target_parameters`in `peft_config`',
      'tuners/lora/model.py _prepare_adapter_config, run on 0.17.1; the blank is missing there too',
    ],
  ),
  noMatchError: peft(
    ['0', 'ValueError', targets],
    ['0.21', 'NoMatchingPeftModuleError', `${targets}: a subclass of ValueError`],
  ),
  unsupportedTarget: peft(
    [
      '0',
      'Currently, only `torch.nn.Linear` and `Conv1D` are supported.',
      'tuners/lora.py _create_new_module, run on 0.5.0',
    ],
    [
      '0.6',
      'Currently, only the following modules are supported: `torch.nn.Linear`, `torch.nn.Embedding`, `torch.nn.Conv2d`, `transformers.pytorch_utils.Conv1D`.',
      'tuners/lora/model.py _create_new_module, run on 0.10.0',
    ],
    [
      '0.14',
      'Currently, only the following modules are supported: `torch.nn.Linear`, `torch.nn.Embedding`, `torch.nn.Conv2d`, `torch.nn.Conv3d`, `transformers.pytorch_utils.Conv1D`.',
      'tuners/lora/model.py _create_new_module, run on 0.14.0',
    ],
    [
      '0.15',
      'Currently, only the following modules are supported: `torch.nn.Linear`, `torch.nn.Embedding`, `torch.nn.Conv1d`, `torch.nn.Conv2d`, `torch.nn.Conv3d`, `transformers.pytorch_utils.Conv1D`, `torch.nn.MultiheadAttention.`.',
      'tuners/lora/model.py _create_new_module, run on 0.17.1',
    ],
  ),
  secondWrapWarnings: peft(
    ['0', false, 'run on 0.10.0: silent'],
    ['0.15', true, 'mapping_func.py get_peft_model; tuners/tuners_utils.py'],
  ),
  adapterDtype: peft(
    ['0', 'float32', 'run on 0.5.0'],
    ['0.7', 'base', 'run on 0.10.0: as the base weight, if it is a float'],
    ['0.12', 'autocast', 'peft_model.py autocast_adapter_dtype'],
  ),
  packedNeedsDefault: peft(
    ['0', false, 'tuners/lora.py Linear8bitLt: active_adapter = adapter_name'],
    ['0.6', true, 'tuners/lora/bnb.py Linear4bit: no _active_adapter, read in 0.6.2, run on 0.7.1'],
    ['0.8', false, 'tuners/lora/bnb.py Linear4bit: _active_adapter = adapter_name, read in 0.10.0'],
  ),
  trainableLine: peft(
    ['0', 'unrounded', 'peft_model.py print_trainable_parameters'],
    ['0.11', 'four-decimals', 'peft_model.py print_trainable_parameters'],
  ),
  tiedWarning: peft(
    ['0', 'none', `${tied}, run on 0.10.0`],
    ['0.13', 'top-level-targets', `${tied}, run on 0.13.2 and 0.14.0; 0.12.0 is silent`],
    ['0.15', 'targets', `${tied}, run on 0.17.1; 0.14.0 looks at whole paths`],
    [
      '0.18',
      'targets-and-saved',
      `${tied}, run on 0.18.0: warns of a saved head or embedding even if nothing is tied`,
    ],
    ['0.19', 'ensure-weight-tying', `${tied}, run on 0.20.0`],
  ),
  secondAdapter: peft(
    ['0', 'adds-up', 'run on 0.5.0: both require grad after a trainable load'],
    [
      '0.7',
      'thaws-active',
      'tuners/lora/layer.py update_layer: set_adapter(active_adapters), run on 0.7.1, 0.10.0 and 0.17.1',
    ],
    [
      '0.18',
      'flags-active',
      `${targets}: set_adapter(active_adapters, inference_mode=peft_config.inference_mode)`,
    ],
    ['0.21', 'adds-up', 'run on 0.21.2'],
  ),
  disabledKeepsFlags: peft(
    ['0', true, 'run on 0.5.0: disable_adapter() leaves requires_grad'],
    ['0.7', false, 'run on 0.7.1 and later'],
  ),
  disabledThawsOriginal: peft(
    ['0', false, `${wrapper}: has no such method, run on 0.5.0`],
    ['0.6', true, `${wrapper}, run on 0.7.1, 0.10.0, 0.17.1 and 0.18.0`],
    ['0.19', false, `${wrapper}, run on 0.20.0 and 0.21.2`],
  ),
  savedOriginalTrains: peft(
    ['0', true, 'run on 0.5.0: original_module of modules_to_save requires grad'],
    ['0.6', false, 'run on 0.10.0 and later'],
  ),
  frozenCopyTrains: peft(
    ['0', true, `${copies}: knows no inference_mode, run on 0.5.0, 0.7.1, 0.10.0 and 0.17.1`],
    ['0.18', false, `${copies}: set_adapter(…, inference_mode=inference_mode), run on 0.18.0 and later`],
  ),
};
