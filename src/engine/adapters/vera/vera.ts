// VeRA on the module tree: two vectors beside each target, on random matrices that all targets share, and those matrices as PyTorch draws
// them. Source: PEFT 0.21 tuners/vera/{model,layer}.py.

import { PythonError } from '../../torch/autograd/pythonError.ts';
import type { LoraAdapter, VeraShare } from '../../torch/nn/module.ts';
import { Module, parameter } from '../../torch/nn/module.ts';
import { TorchGenerator } from '../../torch/random/mt19937.ts';

/** VeraConfig beside what it shares with LoraConfig. */
export interface VeraOptions {
  /** projection_prng_key: the seed of the shared matrices. */
  readonly key: number;
  /** First value of every entry of vera_lambda_d. */
  readonly dInitial: number;
}

interface VeraLayerOptions {
  readonly adapterName: string;
  readonly r: number;
  readonly loraDropout: number;
}

/** The shell around one module, without any vector yet. */
export function veraShell(module: Module): Module {
  const adapters = new Map<string, LoraAdapter>();
  const wrapper = new Module(`vera.${module.className}`, {
    type: 'lora',
    adapters,
    active: [],
    disabled: false,
  });
  wrapper.children.set('base_layer', module);
  wrapper.children.set('vera_dropout', new Module('ModuleDict'));
  for (const name of ['vera_lambda_b', 'vera_lambda_d'])
    wrapper.children.set(name, new Module('ParameterDict'));
  return wrapper;
}

/** The matrices that these targets share: as wide as the widest. */
export function veraShare(modules: readonly Module[], r: number, key: number): VeraShare {
  let [inFeatures, outFeatures] = [0, 0];
  for (const module of modules) {
    const { kind } = module.kind.type === 'lora' ? module.child('base_layer') : module;
    if (kind.type !== 'linear') continue;
    inFeatures = Math.max(inFeatures, kind.inFeatures);
    outFeatures = Math.max(outFeatures, kind.outFeatures);
  }
  return { key, r, inFeatures, outFeatures };
}

/** Gives the wrapper its vectors: b [out] of zeros, d [r] of `dInitial`. Throws PythonError for what is no linear. */
export function updateVera(
  wrapper: Module,
  options: VeraLayerOptions,
  { dInitial }: VeraOptions,
  share: VeraShare,
  call: string,
): void {
  const base = wrapper.child('base_layer');
  if (wrapper.kind.type !== 'lora') return;
  if (base.kind.type !== 'linear')
    throw new PythonError(
      'ValueError',
      `Target module ${base.className} is not supported. Currently, only the following modules are supported: \`torch.nn.Linear\`, \`transformers.pytorch_utils.Conv1D\`.`,
      call,
    );
  const { adapterName: name, r, loraDropout: dropout } = options;
  const none = { alpha: 0, rslora: false, scaling: 1, dora: false, init: 'true', ia3: null };
  wrapper.kind.adapters.set(name, { ...none, r, dropout, vera: share });
  const dropoutLayer = new Module(dropout > 0 ? 'Dropout' : 'Identity');
  dropoutLayer.training = wrapper.training;
  wrapper.child('vera_dropout').children.set(name, dropoutLayer);
  const b = parameter(name, [base.kind.outFeatures], { init: 'zeros', zeroAtStart: true });
  const d = parameter(name, [r], { init: { fill: dInitial }, zeroAtStart: dInitial === 0 });
  wrapper.child('vera_lambda_b').parameters.set(name, b);
  wrapper.child('vera_lambda_d').parameters.set(name, d);
}

/** A [r, inFeatures] then B [outFeatures, r], kaiming_uniform of the key's own generator. */
export function veraProjections({ key, r, inFeatures, outFeatures }: VeraShare): Float32Array<ArrayBuffer> {
  const generator = new TorchGenerator(key);
  const flat = new Float32Array(r * (inFeatures + outFeatures));
  const draw = (start: number, length: number, fan: number): void => {
    const bound = Math.sqrt(3) * (Math.SQRT2 / Math.sqrt(fan));
    for (let i = start; i < start + length; i++) flat[i] = generator.uniform(-bound, bound);
  };
  draw(0, r * inFeatures, inFeatures);
  draw(r * inFeatures, outFeatures * r, r);
  return flat;
}
