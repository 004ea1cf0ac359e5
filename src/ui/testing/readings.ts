// Readings of a few pasted texts as the engine would give them, for looking at the page and for its tests. Made up by hand: what the
// engine really says is tested where it reads.
import type { LineNote, RecipeProgram, ScriptReading } from '../../engine/index.ts';
import { same } from '../../engine/index.ts';
import { inspectionOf, stripOf } from './fixture.ts';

const script = `import torch
from datasets import load_dataset
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, AutoTokenizer, BitsAndBytesConfig
from trl import SFTConfig, SFTTrainer

model_id = "meta-llama/Llama-2-7b-hf"
tokenizer = AutoTokenizer.from_pretrained(model_id)
bnb = BitsAndBytesConfig(load_in_4bit=True, bnb_4bit_compute_dtype=torch.bfloat16)
model = AutoModelForCausalLM.from_pretrained(model_id, quantization_config=bnb, device_map="auto")
model = get_peft_model(model, LoraConfig(r=8, target_modules="all-linear", task_type="CAUSAL_LM"))
model.print_trainable_parameters()

args = SFTConfig(
    output_dir="out",
    per_device_train_batch_size=4,
    gradient_checkpointing=True,
    max_steps=60,
)
trainer = SFTTrainer(model=model, args=args, train_dataset=load_dataset("json", data_files="rows.jsonl")["train"])
trainer.train()
trainer.save_model("out")
`;
const mended = script.replace(
  '    gradient_checkpointing=True,\n',
  '    gradient_checkpointing=True,\n    gradient_checkpointing_kwargs={"use_reentrant": False},\n',
);
const message = 'element 0 of tensors does not require grad and does not have a grad_fn';
export const note = (line: number, over: Partial<LineNote> = {}): LineNote => ({
  line,
  trainable: null,
  effects: [],
  warnings: [],
  raises: null,
  cut: false,
  ...over,
});

const base: ScriptReading = {
  kind: 'script',
  source: script,
  versions: [
    { library: 'transformers', version: '4.57.1', said: null, line: null, modelled: null },
    { library: 'peft', version: '0.17.1', said: null, line: null, modelled: null },
    { library: 'trl', version: '0.19.1', said: 'SFTConfig', line: 5, modelled: null },
    { library: 'torch', version: '2.8.0', said: null, line: null, modelled: null },
  ],
  verdict: {
    kind: 'raises',
    line: 21,
    error: { type: 'RuntimeError', message },
    text: {
      en: 'trainer.train() raises at the first backward: reentrant checkpointing runs every layer unrecorded, and nothing that enters layer 0 requires grad.',
      zh: 'trainer.train() 在第一次反向传播时报错：可重入检查点不记录各层的计算，而进入第 0 层的一切都不需要梯度。',
    },
  },
  outcome: inspectionOf('raises').outcome,
  strip: stripOf('raises', 32),
  trainableLine: 'trainable params: 19,988,480 || all params: 6,758,404,096 || trainable%: 0.2958',
  diagnoses: [inspectionOf('raises').diagnosis].flatMap((one) =>
    one ? [{ ...one, lines: [21], severity: 'cause' as const }] : [],
  ),
  lines: [
    note(10, {
      effects: [
        { en: '224 linears quantised to nf4', zh: '224 个线性层量化为 nf4' },
        { en: 'every parameter frozen', zh: '所有参数被冻结' },
      ],
    }),
    note(11, {
      trainable: { before: 0, after: 448 },
      effects: [{ en: 'LoRA on 224 modules', zh: '在 224 个模块上加 LoRA' }],
    }),
    note(20, {
      effects: [
        {
          en: 'gradient_checkpointing_enable(): 32 layers, reentrant',
          zh: 'gradient_checkpointing_enable()：32 层，可重入',
        },
      ],
      cut: true,
    }),
    note(21, {
      warnings: ['UserWarning: None of the inputs have requires_grad=True. Gradients will be None'],
      raises: { type: 'RuntimeError', message },
    }),
  ],
  precision: [],
  assumptions: [
    {
      line: null,
      text: { en: 'No release is named: the stack of TRL 0.19.1.', zh: '未写明版本：按 TRL 0.19.1 一组。' },
    },
    {
      line: 20,
      text: {
        en: 'rows.jsonl: rows with a prompt and a completion stand for it.',
        zh: 'rows.jsonl：以含 prompt 与 completion 的行代替。',
      },
    },
  ],
  notModelled: [],
  fixes: [
    {
      why: {
        en: 'Non-reentrant checkpointing records the layers, and still saves the memory.',
        zh: '不可重入检查点会记录各层，同样节省显存。',
      },
      source: mended,
      verdict: 'trains',
    },
    {
      why: {
        en: 'enable_input_require_grads() lets the embedding’s output require grad.',
        zh: 'enable_input_require_grads() 让嵌入层的输出需要梯度。',
      },
      source: script.replace(
        'model.print_trainable',
        'model.enable_input_require_grads()\nmodel.print_trainable',
      ),
      verdict: 'trains',
    },
  ],
  patch: { 'wiring.attach': 'get_peft_model', 'train.gradient_checkpointing': true, 'lora.r': 8 },
  configLines: [],
  unsaid: [],
  program: null,
  output: 'trainable params: 19,988,480 || all params: 6,758,404,096 || trainable%: 0.2958\n',
};

const trains = (source: string): ScriptReading => ({
  ...base,
  source,
  verdict: {
    kind: 'trains',
    line: null,
    error: null,
    text: { en: 'All 448 adapter tensors receive a gradient.', zh: '全部 448 个适配器张量都得到梯度。' },
  },
  outcome: inspectionOf('trains').outcome,
  strip: stripOf('trains', 32),
  diagnoses: [],
  lines: base.lines.filter(({ line }) => line < 20),
  fixes: [],
  patch: { ...base.patch, 'train.use_reentrant': 'false' },
});

const words = (over: Partial<ScriptReading>): ScriptReading => ({
  ...base,
  outcome: null,
  strip: [],
  trainableLine: null,
  diagnoses: [],
  lines: [],
  fixes: [],
  patch: {},
  output: '',
  ...over,
});

/** What the fake engine says of a text. */
export function readingOf(text: string): ScriptReading {
  if (/^Traceback|^\w*Error:/.test(text.trim()))
    return words({
      kind: 'traceback',
      source: '',
      diagnoses: base.diagnoses,
      verdict: {
        kind: 'raises',
        line: null,
        error: { type: 'RuntimeError', message },
        text: {
          en: 'The loss did not require grad: nothing trainable was reached. Three causes are common.',
          zh: '损失不需要梯度：没有触及任何可训练的参数。常见原因有三种。',
        },
      },
      versions: [],
      assumptions: [],
    });
  if (/GRPOTrainer/.test(text))
    return words({
      source: text,
      verdict: {
        kind: 'cannot-tell',
        line: text.split('\n').findIndex((line) => line.includes('GRPOTrainer(')) + 1,
        error: null,
        text: {
          en: 'GRPOTrainer decides, and is not modelled.',
          zh: '起决定作用的是 GRPOTrainer，它未建模。',
        },
      },
      notModelled: [{ line: 1, text: same('GRPOTrainer') }],
    });
  if (!/peft|trl|Trainer|lora/i.test(text))
    return words({
      kind: 'words',
      source: text,
      verdict: {
        kind: 'nothing',
        line: null,
        error: null,
        text: { en: 'Nothing in it builds or trains a model.', zh: '其中没有构建或训练模型的内容。' },
      },
      versions: [],
      assumptions: [],
    });
  if (/use_reentrant": False|enable_input_require_grads/.test(text)) return trains(text);
  return { ...base, source: text };
}

export const exampleScript = script;

/** A script as a recipe keeps it. */
export const sampleProgram: RecipeProgram = {
  versions: { transformers: '4.57.1', peft: '0.17.1', trl: '0.19.1', torch: '2.8.0', bitsandbytes: null },
  calls: [{ line: 1, callee: 'torch.nn.Module.half', receiver: null, args: [], kwargs: {} }],
  source: 'model.half()',
  files: {},
  caught: [],
  failure: null,
  failedAt: null,
  changes: [],
};
