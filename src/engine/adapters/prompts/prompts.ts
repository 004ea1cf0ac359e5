// Prompt learning: tensors that stand before the tokens (prompt tuning, p-tuning) or beside the keys and values of every layer (prefix tuning),
// made by an encoder of their own. Nothing is wrapped; the model is frozen. Judged here and not trained.
// Source: PEFT 0.5 to 0.21 peft_model.py _setup_prompt_encoder, tuners/{prompt_tuning,p_tuning,prefix_tuning}/model.py.
// Left out: multitask prompts, prompts from a text, which are the same tensor, and what a checkpointed prefix does before PEFT 0.14.
import { compareVersions } from '../../libraries/version.ts';
import { Module, parameter } from '../../torch/nn/module.ts';
import type { GivenArgument } from '../judgedMethod.ts';

/** What an encoder is sized by. */
export interface PromptSizes {
  /** Columns of the embedding. */
  readonly width: number;
  readonly layers: number;
  /** Columns of a layer's keys. */
  readonly keys: number;
  /** An encoder and a decoder have a prompt each. */
  readonly halves: number;
}

/** What a configuration puts before a model. */
export interface Prompt {
  readonly encoder: (sizes: PromptSizes) => Module;
  /** What PEFT of this release says of a model that checkpoints already; null: nothing. */
  readonly refusesCheckpointing: (peft: string) => string | null;
}

export interface PromptMethod {
  /** peft_type. */
  readonly type: string;
  /** For people. */
  readonly name: string;
  readonly configClass: string;
  /** Where it enters: as rows before the embedded tokens, or as keys and values of the layers. */
  readonly enters: 'embeddings' | 'layers';
  readonly encoderClass: string;
  readonly encoder: (sizes: PromptSizes, given: GivenArgument) => Module;
  readonly refusesCheckpointing?: Prompt['refusesCheckpointing'];
}

/** Where a PeftModel keeps its encoders. */
export const PROMPT_ENCODER = 'prompt_encoder';

const number = (value: unknown, otherwise: number): number => (typeof value === 'number' ? value : otherwise);
const tokensOf = (given: GivenArgument): number => number(given('num_virtual_tokens'), 1);

function embedding(rows: number, width: number): Module {
  const module = new Module('Embedding', { type: 'embedding', rows, width });
  module.parameters.set('weight', parameter('weight', [rows, width], { init: 'normal' }));
  return module;
}

function linear(inFeatures: number, outFeatures: number): Module {
  const module = new Module('Linear', { type: 'linear', inFeatures, outFeatures });
  module.parameters.set('weight', parameter('weight', [outFeatures, inFeatures], { init: 'linear' }));
  module.parameters.set('bias', parameter('bias', [outFeatures], { init: 'linear' }));
  return module;
}

/** Linears with something between them that has no tensors. */
function sequence(between: string, ...sizes: readonly number[]): Module {
  const module = new Module('Sequential');
  sizes.slice(1).forEach((size, i) => {
    if (i > 0) module.children.set(String(2 * i - 1), new Module(between));
    module.children.set(String(2 * i), linear(sizes[i] ?? 1, size));
  });
  return module;
}

/** A bidirectional LSTM's tensors, layer by layer. */
function lstm(width: number, hidden: number, layers: number): Module {
  const module = new Module('LSTM');
  for (let layer = 0; layer < layers; layer++)
    for (const way of ['', '_reverse']) {
      const shapes = {
        weight_ih: [4 * hidden, layer === 0 ? width : 2 * hidden],
        weight_hh: [4 * hidden, hidden],
      };
      for (const [name, shape] of Object.entries({
        ...shapes,
        bias_ih: [4 * hidden],
        bias_hh: [4 * hidden],
      })) {
        const full = `${name}_l${layer}${way}`;
        module.parameters.set(full, parameter(full, shape, { init: 'linear' }));
      }
    }
  return module;
}

const prefixTuning: PromptMethod = {
  type: 'PREFIX_TUNING',
  name: 'prefix tuning',
  configClass: 'PrefixTuningConfig',
  enters: 'layers',
  encoderClass: 'PrefixEncoder',
  encoder: ({ layers, keys }, given) => {
    const module = new Module(prefixTuning.encoderClass);
    const out = layers * 2 * keys;
    const projects = given('prefix_projection') === true;
    const hidden = number(given('encoder_hidden_size'), keys);
    module.children.set('embedding', embedding(tokensOf(given), projects ? keys : out));
    if (projects) module.children.set('transform', sequence('Tanh', keys, hidden, out));
    return module;
  },
  refusesCheckpointing: (peft) =>
    compareVersions(peft, '0.14') < 0 ? null : 'Prefix tuning does not work with gradient checkpointing.',
};

const promptTuning: PromptMethod = {
  type: 'PROMPT_TUNING',
  name: 'prompt tuning',
  configClass: 'PromptTuningConfig',
  enters: 'embeddings',
  encoderClass: 'PromptEmbedding',
  encoder: ({ width, halves }, given) => {
    const module = new Module(promptTuning.encoderClass);
    module.children.set('embedding', embedding(tokensOf(given) * halves, width));
    return module;
  },
};

const pTuning: PromptMethod = {
  type: 'P_TUNING',
  name: 'p-tuning',
  configClass: 'PromptEncoderConfig',
  enters: 'embeddings',
  encoderClass: 'PromptEncoder',
  encoder: ({ width, halves }, given) => {
    const module = new Module(pTuning.encoderClass);
    const hidden = number(given('encoder_hidden_size'), width);
    module.children.set('embedding', embedding(tokensOf(given) * halves, width));
    if (given('encoder_reparameterization_type') === 'LSTM') {
      module.children.set('lstm_head', lstm(width, hidden, number(given('encoder_num_layers'), 2)));
      module.children.set('mlp_head', sequence('ReLU', 2 * hidden, 2 * hidden, width));
    } else module.children.set('mlp_head', sequence('ReLU', width, hidden, hidden, width));
    return module;
  },
};

export const promptMethods: readonly PromptMethod[] = [promptTuning, pTuning, prefixTuning];

/** Hangs an encoder on a PeftModel whose base is frozen. */
export function addPrompt(peft: Module, name: string, encoder: Module, frozen: boolean): void {
  const encoders = peft.children.get(PROMPT_ENCODER) ?? new Module('ModuleDict');
  peft.children.set(PROMPT_ENCODER, encoders);
  if (frozen) for (const tensor of encoder.allParameters()) tensor.requiresGrad = false;
  encoders.children.set(name, encoder);
}

/** Where the prompt of a PeftModel enters, and its encoder with its path; null: it has none. */
export function promptOf(
  root: Module,
): { readonly enters: PromptMethod['enters']; readonly encoder: Module; readonly path: string } | null {
  const [first] = root.children.get(PROMPT_ENCODER)?.children ?? [];
  if (!first) return null;
  const [name, encoder] = first;
  const method = promptMethods.find(({ encoderClass }) => encoderClass === encoder.className);
  return method ? { enters: method.enters, encoder, path: `${PROMPT_ENCODER}.${name}` } : null;
}
