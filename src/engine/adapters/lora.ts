// LoRA on the module tree: which modules are wrapped and what a wrapper holds, as PEFT injects it.
// Sees names and shapes, never packed bytes. Source: PEFT 0.17 tuners/lora/{model,layer,bnb}.py.
import { Module, parameter } from '../nn/module.ts';
import { PythonError } from '../tape/pythonError.ts';
import type { TargetModules } from './targetModules.ts';
import { matchesTarget } from './targetModules.ts';

export interface LoraOptions {
  readonly r: number;
  readonly loraAlpha: number;
  readonly loraDropout: number;
  readonly target: TargetModules;
  /** LoraConfig(inference_mode=True): attached and active, but frozen. */
  readonly inferenceMode: boolean;
  readonly adapterName: string;
}

/** PEFT's default for these model types when target_modules is None. */
const defaultTargets: Readonly<Record<string, readonly string[]>> = { llama: ['q_proj', 'v_proj'] };

const isLinear = (module: Module): boolean => module.kind.type === 'linear';

function targeted(base: Module, options: LoraOptions, modelType: string): [path: string, module: Module][] {
  const { target } = options;
  const linears = [...base.namedModules()].filter(([, module]) => isLinear(module));
  if (target.form === 'all-linear') return linears.filter(([path]) => path !== 'lm_head');
  const resolved: TargetModules = target.form === 'default' ? { form: 'list', names: defaultTargets[modelType] ?? [] } : target;
  const matches = [...base.namedModules()].filter(([path]) => path !== '' && matchesTarget(resolved, path));
  for (const [, module] of matches) {
    if (!isLinear(module)) {
      throw new PythonError('ValueError', unsupportedTarget(module), 'get_peft_model(model, peft_config)');
    }
  }
  return matches;
}

function unsupportedTarget(module: Module): string {
  return `Target module ${module.className}() is not supported. Currently, only the following modules are supported: \`torch.nn.Linear\`, \`torch.nn.Embedding\`, \`torch.nn.Conv1d\`, \`torch.nn.Conv2d\`, \`torch.nn.Conv3d\`, \`transformers.pytorch_utils.Conv1D\`, \`torch.nn.MultiheadAttention.\`.`;
}

/** How Python prints the target in PEFT's message: a set for a list, the bare string for a regex. */
function printedTarget(target: TargetModules): string {
  if (target.form === 'list') return `{${target.names.map((name) => `'${name}'`).join(', ')}}`;
  return target.form === 'regex' ? target.pattern : 'all-linear';
}

function assertTargetGiven(target: TargetModules): void {
  const empty = (target.form === 'list' && target.names.length === 0) || (target.form === 'regex' && target.pattern === '');
  if (!empty) return;
  throw new PythonError(
    'ValueError',
    'No `target_modules` passed but also no `target_parameters` found. Please check the values for these arguments.',
    'get_peft_model(model, peft_config)',
  );
}

function dictOf(className: string, name: string, child: Module): Module {
  const dict = new Module(className);
  dict.children.set(name, child);
  return dict;
}

/** The wrapper around one linear module: base_layer, lora_dropout, lora_A [r, in], lora_B [out, r]. */
function wrap(module: Module, options: LoraOptions): Module {
  const { kind } = module;
  if (kind.type !== 'linear') return module;
  const { adapterName: name, r } = options;
  const wrapper = new Module(module.className === 'Linear4bit' ? 'lora.Linear4bit' : 'lora.Linear', {
    type: 'lora',
    adapters: new Map([[name, { r, scaling: options.loraAlpha / r, dropout: options.loraDropout }]]),
    active: [name],
    disabled: false,
  });
  wrapper.children.set('base_layer', module);
  wrapper.children.set('lora_dropout', dictOf('ModuleDict', name, new Module(options.loraDropout > 0 ? 'Dropout' : 'Identity')));
  const a = new Module('Linear', { type: 'linear', inFeatures: kind.inFeatures, outFeatures: r });
  a.parameters.set('weight', parameter('weight', [r, kind.inFeatures], { requiresGrad: !options.inferenceMode, init: 'kaiming_uniform' }));
  const b = new Module('Linear', { type: 'linear', inFeatures: r, outFeatures: kind.outFeatures });
  b.parameters.set('weight', parameter('weight', [kind.outFeatures, r], { requiresGrad: !options.inferenceMode, init: 'zeros', zeroAtStart: true }));
  wrapper.children.set('lora_A', dictOf('ModuleDict', name, a));
  wrapper.children.set('lora_B', dictOf('ModuleDict', name, b));
  wrapper.train(module.training);
  return wrapper;
}

/**
 * LoraModel(base): freezes the base, wraps the targets in place, answers PeftModelForCausalLM > LoraModel > base.
 * Throws PythonError ValueError with PEFT's texts when nothing or the wrong kind of module is targeted.
 */
export function injectLora(base: Module, options: LoraOptions, modelType = 'llama'): Module {
  assertTargetGiven(options.target);
  const matches = targeted(base, options, modelType);
  if (matches.length === 0) {
    throw new PythonError(
      'ValueError',
      `Target modules ${printedTarget(options.target)} not found in the base model. Please check the target modules and try again.`,
      'get_peft_model(model, peft_config)',
    );
  }
  for (const [, parameterOfBase] of base.namedParameters()) parameterOfBase.requiresGrad = false;
  for (const [path, module] of matches) {
    const at = path.lastIndexOf('.');
    const parent = base.at(at < 0 ? '' : path.slice(0, at));
    parent?.children.set(path.slice(at + 1), wrap(module, options));
  }
  const lora = new Module('LoraModel');
  lora.children.set('model', base);
  const peft = new Module('PeftModelForCausalLM');
  peft.children.set('base_model', lora);
  lora.training = base.training;
  peft.training = base.training;
  return peft;
}
