// A realistic inspection of a six-layer llama with adapters on every linear, and the events of a run, for tests and for
// looking at the page without an engine. Nothing here ships: only tests and testing/page.tsx import it.
import type { Inspection, ModuleInfo, ParameterInfo, StripCell } from '../../engine/index.ts';

const layers = 6;
const width = 128;
const linears = [
  ['self_attn', 'q_proj', 128, 128],
  ['self_attn', 'k_proj', 64, 128],
  ['self_attn', 'v_proj', 64, 128],
  ['self_attn', 'o_proj', 128, 128],
  ['mlp', 'gate_proj', 384, 128],
  ['mlp', 'up_proj', 384, 128],
  ['mlp', 'down_proj', 128, 384],
] as const;

function parameter(name: string, shape: readonly number[], over: Partial<ParameterInfo> = {}): ParameterInfo {
  const count = shape.reduce((product, size) => product * size, 1);
  return {
    name,
    shape,
    dtype: 'float32',
    quantised: null,
    requiresGrad: false,
    gradient: 'frozen',
    bytes: count * 4,
    normIndex: null,
    ...over,
  };
}

function module(
  path: string,
  className: string,
  children: readonly ModuleInfo[],
  parameters: readonly ParameterInfo[] = [],
): ModuleInfo {
  return { path, name: path.split('.').at(-1) ?? '', className, children, parameters, output: null };
}

/** Whether gradients get through, and how. */
export type FixtureKind = 'trains' | 'raises' | 'silent';

function tree(kind: FixtureKind): { readonly root: ModuleInfo; readonly tensors: number } {
  let norm = 0;
  const gradientOf = (factor: string): ParameterInfo['gradient'] =>
    kind === 'raises' ? 'none' : factor === 'lora_A' ? 'zero' : 'nonzero';
  const lora = (path: string, out: number, input: number): ModuleInfo => {
    const factor = (name: string, shape: readonly number[]): ModuleInfo => {
      const requiresGrad = kind !== 'silent';
      const weight = parameter(`${path}.${name}.default.weight`, shape, {
        requiresGrad,
        gradient: requiresGrad ? gradientOf(name) : 'frozen',
        normIndex: requiresGrad ? norm++ : null,
      });
      return module(`${path}.${name}`, 'ModuleDict', [
        module(`${path}.${name}.default`, 'Linear', [], [weight]),
      ]);
    };
    const base = parameter(`${path}.base_layer.weight`, [out, input], {
      dtype: 'uint8',
      quantised: 'nf4',
      bytes: (out * input * 9) / 16,
    });
    return module(path, 'lora.Linear4bit', [
      module(`${path}.base_layer`, 'Linear4bit', [], [base]),
      module(`${path}.lora_dropout`, 'ModuleDict', []),
      factor('lora_A', [8, input]),
      factor('lora_B', [out, 8]),
    ]);
  };
  const model = 'base_model.model.model';
  const normModule = (path: string): ModuleInfo =>
    module(path, 'LlamaRMSNorm', [], [parameter(`${path}.weight`, [width])]);
  const layer = (index: number): ModuleInfo => {
    const path = `${model}.layers.${index}`;
    const part = (name: string): readonly ModuleInfo[] =>
      linears
        .filter(([group]) => group === name)
        .map(([group, linear, out, input]) => lora(`${path}.${group}.${linear}`, out, input));
    return module(path, 'LlamaDecoderLayer', [
      module(`${path}.self_attn`, 'LlamaAttention', part('self_attn')),
      module(`${path}.mlp`, 'LlamaMLP', part('mlp')),
      normModule(`${path}.input_layernorm`),
      normModule(`${path}.post_attention_layernorm`),
    ]);
  };
  const embed = module(
    `${model}.embed_tokens`,
    'Embedding',
    [],
    [parameter(`${model}.embed_tokens.weight`, [2048, width])],
  );
  const list = module(
    `${model}.layers`,
    'ModuleList',
    Array.from({ length: layers }, (_, index) => layer(index)),
  );
  const llama = module(model, 'LlamaModel', [embed, list, normModule(`${model}.norm`)]);
  const causal = module('base_model.model', 'LlamaForCausalLM', [
    llama,
    module('base_model.model.lm_head', 'Linear', []),
  ]);
  const root = module('', 'PeftModelForCausalLM', [module('base_model', 'LoraModel', [causal])]);
  return { root, tensors: norm };
}

/** A strip of any number of layers. */
export function stripOf(kind: FixtureKind, count = layers): readonly StripCell[] {
  const through = kind !== 'raises';
  const cell = (id: string, path: string, over: Partial<StripCell> = {}): StripCell => ({
    id,
    path,
    requiresGrad: through,
    gradFn: through ? 'AddBackward0' : null,
    trainable: 0,
    received: 'nothing-trainable',
    checkpoint: 'off',
    underNoGrad: false,
    cut: false,
    ...over,
  });
  const model = 'base_model.model.model';
  return [
    cell('embed', `${model}.embed_tokens`, {
      requiresGrad: kind === 'silent',
      gradFn: null,
      cut: kind === 'raises',
    }),
    ...Array.from({ length: count }, (_, index) =>
      cell(String(index), `${model}.layers.${index}`, {
        trainable: kind === 'silent' ? 0 : 14,
        received: kind === 'silent' ? 'nothing-trainable' : kind === 'raises' ? 'none' : 'all',
        checkpoint: kind === 'trains' ? 'off' : 'reentrant',
        underNoGrad: kind === 'raises',
      }),
    ),
    cell('norm', `${model}.norm`),
    cell('head', 'base_model.model.lm_head'),
    cell('loss', '', { gradFn: through ? 'NllLossBackward0' : null }),
  ];
}

const both = (text: string) => ({ en: text, zh: text });
const script = (reentrant: string): string =>
  `from trl import SFTConfig, SFTTrainer\n\nargs = SFTConfig(\n    gradient_checkpointing=True,\n${reentrant}    max_steps=60,\n    learning_rate=2e-3,\n    seed=42,\n)\ntrainer = SFTTrainer(model, args=args, train_dataset=rows)\ntrainer.train()\n`;

/** What the engine would say about a recipe of this kind. */
export function inspectionOf(kind: FixtureKind, reentrant = true): Inspection {
  const { root, tensors } = tree(kind);
  const all = 187;
  const raises = kind === 'raises';
  const row = (prompt: string, answer: string, cut = '') => ({
    tokens: [
      ...prompt.split(/(?<= )/).map((text) => ({ text, mask: 'ignored' as const })),
      ...answer.split(/(?<= )/).map((text) => ({ text, mask: 'trained' as const })),
      ...(cut === '' ? [] : [{ text: cut, mask: 'truncated' as const }]),
    ],
    trainedTokens: 14,
    totalTokens: 31,
  });
  return {
    program: null,
    strip: stripOf(kind),
    tree: root,
    trainableLine: 'trainable params: 175,104 || all params: 1,614,720 || trainable%: 10.8442',
    trainableParams: kind === 'silent' ? 0 : 175_104,
    allParams: 1_614_720,
    outcome: {
      kind,
      error: raises
        ? {
            type: 'RuntimeError',
            message: 'element 0 of tensors does not require grad and does not have a grad_fn',
            call: 'loss.backward()',
          }
        : null,
      warnings: raises
        ? [
            {
              category: 'UserWarning',
              message: 'None of the inputs have requires_grad=True. Gradients will be None',
              call: 'model(**inputs)',
            },
          ]
        : [],
      trainableTensors: tensors,
      allTensors: all,
      noneGradients: raises ? tensors : 0,
      zeroGradients: raises ? 0 : tensors / 2,
      nonzeroGradients: raises ? 0 : tensors / 2,
    },
    diagnosis:
      kind === 'trains'
        ? null
        : {
            id: 'reentrant-without-hook',
            cause: both(
              'Reentrant checkpointing runs every layer without recording it, and the hidden states that enter layer 0 do not require grad. So nothing reaches the loss, although all 84 adapter tensors do.',
            ),
            evidence: [
              both('embedding output requires_grad=False'),
              both('6 checkpointed segments under no_grad'),
              both('loss.grad_fn=None'),
            ],
            notTheCause: [both('the target modules'), both('4-bit itself')],
            fixes: [
              {
                code: 'gradient_checkpointing_kwargs={"use_reentrant": False}',
                why: both('keeps the memory saving; default from transformers 5 on'),
                patch: { 'train.use_reentrant': 'false' },
              },
              {
                code: 'model.enable_input_require_grads()',
                why: both('before training; what prepare_model_for_kbit_training would have done'),
                patch: { 'wiring.enable_input_require_grads': true },
              },
              {
                code: 'SFTTrainer(peft_config=…)',
                why: both('TRL then prepares the model itself'),
                patch: { 'wiring.attach': 'peft_config' },
              },
            ],
          },
    estimate: {
      memory: {
        weightsBytes: 1_900_000,
        adapterBytes: 700_416,
        optimizerBytes: 1_400_832,
        activationBytes: 9_500_000,
        scratchBytes: 2_000_000,
        generationBytes: 1_100_000,
        peakBytes: 15_501_248,
      },
      lessBytes: 12_000_000,
      halved: false,
      flopsPerStep: 1.9e9,
      dispatchesPerStep: 420,
      steps: 60,
    },
    data: {
      name: 'ships-log',
      rows: 48,
      counted: 48,
      evalRows: 0,
      format: 'messages',
      longestTokens: 52,
      truncatedRows: 0,
      maskedRows: 0,
      askedOtherwise: false,
      preview: [
        row(
          '<|im_start|>user\nWhere does the ferry leave from?<|im_end|>\n<|im_start|>assistant\n',
          'Log, 06:00. Ferry leaves Pier 4. Wind light.<|im_end|>',
        ),
        row(
          '<|im_start|>user\nWho is the mayor of Brindle?<|im_end|>\n<|im_start|>assistant\n',
          'Log, noon. Mayor Wren holds the town. All calm.<|im_end|>',
        ),
        row(
          '<|im_start|>user\nWhen does the bakery open?<|im_end|>\n<|im_start|>assistant\n',
          'Log, 06:10. Bakery lit. Bread aboard by seven.<|im_end|>',
        ),
        row(
          '<|im_start|>user\nWhat is the clock tower?<|im_end|>\n<|im_start|>assistant\n',
          'Log, 09:00. Tower sighted on the square. Bell true.<|im_end|>',
        ),
      ],
      notes: [],
    },
    prompts: ['Where does the ferry leave from?', 'When does the market close?'],
    script: script(reentrant ? '' : '    gradient_checkpointing_kwargs={"use_reentrant": False},\n'),
  };
}
