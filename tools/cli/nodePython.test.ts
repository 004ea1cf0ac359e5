// CPython with the stand-in libraries, answered by a script of replies: what goes over the bridge, whose signatures raise, what is assumed,
// and that a hostile text stays inside.
import { beforeAll, describe, expect, it } from 'vitest';
import type { Signatures } from '../../src/engine/libraries/signatures/signatures.ts';
import { signaturesFor } from '../../src/engine/libraries/signatures/signatures.ts';
import type { StackId } from '../../src/engine/libraries/stacks.ts';
import { stackOf } from '../../src/engine/libraries/stacks.ts';
import type { PythonHost, PythonRun } from '../../src/engine/python/host/host.ts';
import type { Reply, Request } from '../../src/engine/python/program/bridge.ts';
import type { ProgramCall } from '../../src/engine/python/program/program.ts';
import { nodePython } from './nodePython.ts';

let host: PythonHost;
const tables = new Map<StackId, Signatures>();

beforeAll(async () => {
  host = await nodePython();
});

const parameters = [
  ['model.embed_tokens.weight', [64, 8], 'bfloat16', true, 512],
  ['model.layers.0.self_attn.q_proj.weight', [8, 8], 'uint8', false, 64],
  ['model.layers.0.self_attn.q_proj.lora_A.default.weight', [4, 8], 'float32', true, 32],
];
const modules = [
  ['', 'LlamaForCausalLM'],
  ['model', 'LlamaModel'],
  ['model.embed_tokens', 'Embedding'],
  ['model.layers.0.self_attn.q_proj', 'Linear4bit'],
  ['lm_head', 'Linear'],
];

class Replies {
  readonly calls: ProgramCall[] = [];
  readonly notes: string[] = [];

  readonly answer = (request: Request): Reply => {
    if ('note' in request) {
      this.notes.push(typeof request.note.text === 'string' ? request.note.text : request.note.text.en);
      return { value: null };
    }
    if ('ask' in request) {
      const { what, name } = request.ask;
      if (what === 'parameters') return { value: parameters };
      if (what === 'modules') return { value: modules };
      if (what === 'children')
        return {
          value: [
            ['model', 'LlamaModel'],
            ['lm_head', 'Linear'],
          ],
        };
      return { value: { placeholder: name ?? '' } };
    }
    const { call } = request;
    const ref = this.calls.push(call) - 1;
    if (call.callee.endsWith('get_peft_model')) return { value: { ref }, class: 'PeftModelForCausalLM' };
    if (/(Model|ForCausalLM)\w*\.from_pretrained$/.test(call.callee))
      return { value: { ref }, class: 'LlamaForCausalLM' };
    if (call.callee.endsWith('Trainer.train')) return { value: null };
    return { value: { ref } };
  };

  get said(): string[] {
    return this.calls.map(({ line, callee }) => `${line} ${callee}`);
  }

  of(callee: string): ProgramCall | undefined {
    return this.calls.find((one) => one.callee === callee);
  }
}

async function run(source: string, stack: StackId = 'trl-0.23.1', argv: readonly string[] = ['train.py']) {
  const { transformers, peft, trl, torch, bitsandbytes } = stackOf(stack);
  const versions = { transformers, peft, trl, torch };
  const signatures = tables.get(stack) ?? (await signaturesFor({ ...versions, bitsandbytes }));
  tables.set(stack, signatures);
  const replies = new Replies();
  const ran = await host.run({ source, argv, signatures, versions }, replies.answer);
  return { ...ran, replies };
}

const told = ({ error }: PythonRun) => error && `${error.kind} ${error.line} ${error.type}: ${error.message}`;

describe('a script', () => {
  it('becomes its calls, with lines, receivers and the arguments that it gives', async () => {
    const ran = await run(`from transformers import AutoModelForCausalLM, TrainingArguments, Trainer
from peft import LoraConfig, get_peft_model
model = AutoModelForCausalLM.from_pretrained("some/llama")
config = LoraConfig(r=8)
config.inference_mode = True
model = get_peft_model(model, config)
common = dict(output_dir="out", bf16=True)
args = TrainingArguments(**common)
args.gradient_checkpointing = True
trainer = Trainer(model=model, args=args)
trainer.train()
print(args.logging_steps, config.target_modules)`);
    expect(told(ran)).toBeNull();
    expect(ran.output).toBe('500 None\n');
    expect(ran.replies.calls).toEqual([
      {
        line: 3,
        callee: 'transformers.AutoModelForCausalLM.from_pretrained',
        receiver: null,
        args: ['some/llama'],
        kwargs: {},
      },
      { line: 4, callee: 'peft.LoraConfig', receiver: null, args: [], kwargs: { r: 8 } },
      { line: 5, callee: 'setattr', receiver: { ref: 1 }, args: ['inference_mode', true], kwargs: {} },
      { line: 6, callee: 'peft.get_peft_model', receiver: null, args: [{ ref: 0 }, { ref: 1 }], kwargs: {} },
      {
        line: 8,
        callee: 'transformers.TrainingArguments',
        receiver: null,
        args: [],
        kwargs: { output_dir: 'out', bf16: true },
      },
      {
        line: 9,
        callee: 'setattr',
        receiver: { ref: 4 },
        args: ['gradient_checkpointing', true],
        kwargs: {},
      },
      {
        line: 10,
        callee: 'transformers.Trainer',
        receiver: null,
        args: [],
        kwargs: { model: { ref: 3 }, args: { ref: 4 } },
      },
      { line: 11, callee: 'transformers.Trainer.train', receiver: { ref: 6 }, args: [], kwargs: {} },
    ]);
  });

  it('without imports has the names of the libraries, and a llama where it says no model', async () => {
    const ran = await run('rows = rows.map(clean)\nSFTTrainer(model, train_dataset=rows).train()');
    expect(told(ran)).toBeNull();
    expect(ran.replies.notes).toEqual([
      'clean is defined elsewhere',
      'rows is defined elsewhere',
      "SFTTrainer is trl.SFTTrainer, which the text doesn't import",
      'model is a llama model in full precision',
    ]);
  });

  it('tells the loop that sets flags as one call, and a branch on the unknown as an assumption', async () => {
    const ran = await run(`import torch, wandb
model = AutoModelForCausalLM.from_pretrained("x")
for name, p in model.named_parameters():
    if "lora" in name or p.numel() > 100:
        p.requires_grad = False
if wandb.config.deep and torch.cuda.is_available():
    model.eval()`);
    expect(told(ran)).toBeNull();
    expect(ran.replies.of('torch.nn.Parameter.requires_grad')).toMatchObject({
      line: 5,
      receiver: { ref: 0 },
      args: [false, [parameters[0]?.[0], parameters[2]?.[0]]],
    });
    expect(ran.replies.notes.slice(1)).toEqual([
      'wandb.config.deep is taken to be true',
      'torch.cuda.is_available() is taken to be true',
    ]);
  });

  it('knows modules by class, below a stand-in of the library', async () => {
    const ran = await run(`import torch, bitsandbytes as bnb
model = AutoModelForCausalLM.from_pretrained("x")
print([n for n, m in model.named_modules() if isinstance(m, torch.nn.Linear)])
print([n for n, m in model.named_modules() if isinstance(m, bnb.nn.Linear4bit)], hasattr(model, "nothing"))`);
    expect(ran.output).toBe(
      "['model.layers.0.self_attn.q_proj', 'lm_head']\n['model.layers.0.self_attn.q_proj'] False\n",
    );
  });

  it.each([
    ['loss', { detached: false, requires_grad_set: false }],
    ['loss = loss.mean() / 4', { detached: false, requires_grad_set: false }],
    ['loss = loss.detach()', { detached: true, requires_grad_set: false }],
    ['loss = torch.tensor(loss.item())', { detached: 'item', requires_grad_set: false }],
    ['loss.requires_grad_(True)', { detached: false, requires_grad_set: true }],
    ['loss = scaler.scale(loss)', { detached: false, requires_grad_set: false, scaled_by: 'GradScaler' }],
  ])('says what became of the loss: %s', async (statement, kwargs) => {
    const ran = await run(`import torch
scaler = torch.amp.GradScaler("cuda")
model = AutoModelForCausalLM.from_pretrained("x")
loss = model(**batch).loss
${statement}
loss.backward()`);
    expect(told(ran)).toBeNull();
    expect(ran.replies.of('torch.Tensor.backward')?.kwargs).toMatchObject(kwargs);
  });
});

describe('what is assumed', () => {
  it.each([
    ['print(int(os.environ["N"]), float(os.environ["N"]))', '1 1.0\n', ['the environment has N']],
    ['print(repr(input()))', "''\n", ['nothing is typed at input()']],
    ['print(torch.cuda.device_count())', '1\n', ['torch.cuda.device_count() is taken to be 1']],
    ['print(rows is rows)\ndel rows', 'True\n', ['rows is defined elsewhere']],
    ['match {"a": 1, "b": 2}:\n    case {"a": a, **rest}: print(rest)', "{'b': 2}\n", []],
    ['match [1, 2]:\n    case [one, *more]: print(more)', '[2]\n', []],
    ['def f[T](x: T) -> T: return x\nclass A[U]: y: U\ntype V[W] = list[W]\nprint(f(1))', '1\n', []],
    ['import traceback\ntry: 1 / 0\nexcept Exception: traceback.print_exc()\nprint("end")', /end\n$/, []],
  ])('%s', async (source, output, notes) => {
    const ran = await run(`import os, torch\n${source}`);
    expect(told(ran)).toBeNull();
    expect(ran.output).toEqual(typeof output === 'string' ? output : expect.stringMatching(output));
    expect([...new Set(ran.replies.notes)]).toEqual(notes);
  });

  it('what a file sets that nobody has, and a hook that needs real values', async () => {
    const source = `from transformers import AutoModelForCausalLM, HfArgumentParser, TrainingArguments
(args,) = HfArgumentParser(TrainingArguments).parse_yaml_file("run.yaml")
model = AutoModelForCausalLM.from_pretrained("some/llama")
model.lm_head.register_forward_hook(lambda module, inputs, output: output.requires_grad_(1 / 0))`;
    const { replies } = await run(source);
    expect(replies.notes).toContain("what run.yaml sets isn't known here");
    expect(replies.notes).toContain('What the hook does is not known: ZeroDivisionError: division by zero');
  });
});

describe('what stands in for torch', () => {
  it('decorates with torch.compile, also with arguments, and knows its old classes of tensors', async () => {
    const source = `import torch
@torch.compile(mode="max-autotune")
def f(): return 3
print(f(), isinstance(3, torch.LongTensor), isinstance(torch.LongTensor([1]), torch.LongTensor))`;
    expect((await run(source)).output).toBe('3 False True\n');
  });

  it('takes texts of classes of their own for texts', async () => {
    const source =
      'from peft import LoraConfig\nclass Mixin: pass\nclass Name(str, Mixin): pass\nLoraConfig(target_modules=Name("q_proj"))';
    const { replies } = await run(source);
    expect(replies.of('peft.LoraConfig')?.kwargs).toEqual({ target_modules: 'q_proj' });
  });
});

describe('what a script does by itself', () => {
  it('tells an own loop forty times, however long it is', async () => {
    const ran = await run(`import torch
from tqdm import tqdm
model = AutoModelForCausalLM.from_pretrained("x")
for step in tqdm(range(1000)):
    with torch.no_grad():
        pass
    model(**batch).loss.backward()
print(step)`);
    expect(told(ran)).toBeNull();
    expect(ran.output).toBe('999\n');
    const times = (callee: string): number => ran.replies.calls.filter((one) => one.callee === callee).length;
    expect(times('torch.Tensor.backward')).toBe(40);
    expect(times('torch.set_grad_enabled')).toBe(40);
  });

  it('tries what a trainer of its own does to the loss, once, before it trains', async () => {
    const ran = await run(`from transformers import Trainer, TrainingArguments
class Mine(Trainer):
    def compute_loss(self, model, inputs, return_outputs=False, **kwargs):
        outputs = model(**inputs)
        loss = outputs.loss.detach()
        return (loss, outputs) if return_outputs else loss
Mine(model=model, args=TrainingArguments("o")).train()`);
    expect(told(ran)).toBeNull();
    expect(ran.replies.said.slice(-2)).toEqual([
      '5 transformers.Trainer.compute_loss',
      '7 transformers.Trainer.train',
    ]);
    expect(ran.replies.of('transformers.Trainer.compute_loss')?.kwargs).toEqual({
      linked: true,
      detached: true,
      requires_grad_set: false,
    });
    expect(ran.replies.of('torch.nn.Module.__call__')).toBeUndefined();
  });

  it('calls compute_loss as the chosen version does', async () => {
    const source = `from transformers import Trainer, TrainingArguments
class Mine(Trainer):
    def compute_loss(self, model, inputs, return_outputs=False):
        return model(**inputs).loss
Mine(model=model, args=TrainingArguments("o")).train()`;
    expect(told(await run(source, 'trl-0.8.6'))).toBeNull();
    expect(told(await run(source))).toBe(
      "raised 5 TypeError: Mine.compute_loss() got an unexpected keyword argument 'num_items_in_batch'",
    );
  });

  it('sees what a hook does to the output, and where it stands', async () => {
    const ran = await run(`model = AutoModelForCausalLM.from_pretrained("x")
model.get_input_embeddings().register_forward_hook(lambda m, i, out: out.requires_grad_(True))
model.get_input_embeddings().register_forward_hook(lambda m, i, out: print("seen"))`);
    expect(told(ran)).toBeNull();
    const hooks = ran.replies.calls.filter(({ callee }) => callee.endsWith('register_forward_hook'));
    expect(hooks.map(({ receiver, kwargs }) => [receiver, kwargs])).toEqual([
      [{ ref: 0, path: 'model.embed_tokens' }, { requires_grad: true }],
      [{ ref: 0, path: 'model.embed_tokens' }, { requires_grad: false }],
    ]);
  });

  it('keeps the way back through a module of its own, and is told what that holds', async () => {
    const ran = await run(`import torch
from torch import nn
class Scored(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = AutoModelForCausalLM.from_pretrained("x")
        self.head = nn.Sequential(nn.Linear(8, 2), nn.ReLU())
    def forward(self, ids, labels):
        return nn.functional.cross_entropy(self.head(self.inner(ids).logits), labels)
scored = Scored()
scored.train()
for ids, labels in loader:
    scored(ids, labels).backward()
optimizer = torch.optim.AdamW([{"params": scored.inner.parameters()}], lr=1)`);
    expect(told(ran)).toBeNull();
    expect(ran.replies.of('torch.nn.Module.train')).toMatchObject({ receiver: { ref: 0 } });
    const backward = ran.replies.of('torch.Tensor.backward');
    expect(backward?.kwargs).toMatchObject({ detached: false });
    expect(ran.replies.of('torch.optim.AdamW')?.args).toEqual([
      [{ dict: [['params', parameters.map(([path]) => ({ ref: 0, path }))]] }],
    ]);
  });
});

describe('the chosen version', () => {
  const typeError = 'SFTTrainer(model=AutoModelForCausalLM.from_pretrained("x"),\n  tokenizer=None)';
  it.each<[StackId, string, string | null]>([
    [
      'trl-0.23.1',
      typeError,
      "raised 1 TypeError: SFTTrainer.__init__() got an unexpected keyword argument 'tokenizer'",
    ],
    ['trl-0.8.6', typeError, null],
    [
      'trl-1.9.0',
      'TrainingArguments(output_dir="o", evaluation_strategy="no")',
      "raised 1 TypeError: TrainingArguments.__init__() got an unexpected keyword argument 'evaluation_strategy'",
    ],
    [
      'trl-0.23.1',
      '\nfrom peft import LoraConfig, prepare_model_for_int8_training',
      "raised 2 ImportError: cannot import name 'prepare_model_for_int8_training' from 'peft' (<site-packages>/peft/__init__.py)",
    ],
    [
      'trl-0.23.1',
      'from transformers import LoraConfig',
      "raised 1 ImportError: cannot import name 'LoraConfig' from 'transformers' (<site-packages>/transformers/__init__.py)",
    ],
    [
      'trl-0.23.1',
      'm = AutoModelForCausalLM.from_pretrained("x")\nm.merge_and_unload()',
      "raised 2 AttributeError: 'LlamaForCausalLM' object has no attribute 'merge_and_unload'",
    ],
  ])('%s: %s', async (stack, source, expected) => {
    expect(told(await run(source, stack))).toBe(expected);
  });

  it('has real dataclasses, which a script derives from and parses', async () => {
    const source = `from dataclasses import dataclass, field, fields, replace
from transformers import HfArgumentParser, TrainingArguments
@dataclass
class Mine(TrainingArguments):
    fp16: bool = True
    rank: int = field(default=8)
@dataclass
class Model:
    name: str
mine, model = HfArgumentParser((Mine, Model)).parse_args_into_dataclasses()
print(mine.rank, mine.learning_rate, mine.gradient_checkpointing, model.name, len(fields(mine)) > 100)`;
    const given = [
      't.py',
      '--output_dir',
      'o',
      '--rank=4',
      '--learning_rate',
      '1e-3',
      '--gradient_checkpointing',
      '--name',
      'n',
    ];
    const ran = await run(source, 'trl-0.23.1', given);
    expect(told(ran)).toBeNull();
    expect(ran.output).toBe('4 0.001 True n True\n');
    expect(ran.replies.of('transformers.TrainingArguments')?.kwargs).toEqual({
      output_dir: 'o',
      learning_rate: 0.001,
      gradient_checkpointing: true,
      fp16: true,
    });
    const bare = await run(source);
    expect(told(bare)).toBeNull();
    expect(bare.replies.notes).toContain('the command line gives --name');
  });
});
