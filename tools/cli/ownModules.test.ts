// Scripts that put modules of their own into a model, around each other and with losses of their own: what gets a gradient. Scripts are run by
// CPython here.
import { beforeAll, describe, expect, it } from 'vitest';
import { readText } from '../../src/engine/laboratory/script/readText.ts';
import type { ScriptWorld } from '../../src/engine/laboratory/script/runSource.ts';
import type { ScriptReading } from '../../src/engine/laboratory/script/scriptReading.ts';
import { signaturesFor } from '../../src/engine/libraries/signatures/signatures.ts';
import { openKnownModels } from '../../src/engine/models/known/knownModels.ts';
import { knownSource } from '../../src/engine/python/run/knownSource.ts';
import { nodePython } from './nodePython.ts';

let world: ScriptWorld;
beforeAll(async () => {
  const [host, known] = await Promise.all([nodePython(), openKnownModels()]);
  world = { host, signatures: signaturesFor, models: knownSource(known) };
});

const read = (lines: readonly string[]): Promise<ScriptReading> =>
  readText(lines.join('\n'), world, { name: 'train.py', fixes: false });

const AROUND = (name: string, given: string) => [
  `class ${name}(torch.nn.Module):`,
  '    def __init__(self, inner):',
  '        super().__init__(); self.inner = inner',
  `    def forward(self, x, **k): return ${given}`,
];
const START = [
  'import torch',
  'from transformers import AutoModelForCausalLM, Trainer, TrainingArguments',
  'model = AutoModelForCausalLM.from_pretrained("gpt2")',
  ...AROUND('Same', 'self.inner(x)'),
  ...AROUND('Cut', 'self.inner(x).detach()'),
  'h = model.transformer.h',
];
const STEP = 'model(input_ids=ids, labels=ids).loss.backward()';

describe('modules of the script’s own around each other', () => {
  it.each([
    ['none', [], 0],
    ['one in the place of a layer that holds one', ['h[0].attn = Same(h[0].attn)', 'h[0] = Same(h[0])'], 0],
    ['twice around the same', ['h[0].attn = Same(h[0].attn)', 'h[0].attn = Same(h[0].attn)'], 0],
    ['around the whole', ['h[0].mlp = Same(h[0].mlp)', 'model.transformer = Same(model.transformer)'], 0],
    ['the inner one cuts', ['h[0].attn = Cut(h[0].attn)', 'h[0].attn = Same(h[0].attn)'], 6],
    ['the same, told from outside', ['h[0].attn = Cut(Same(h[0].attn))'], 6],
    ['below a layer that is held', ['h[0].attn = Cut(h[0].attn)', 'h[0] = Same(h[0])'], 6],
  ])('%s', async (_, lines, none) => {
    const { outcome, verdict } = await read([...START, ...lines, STEP]);
    expect(verdict.error).toBeNull();
    expect(outcome?.noneGradients).toBe(none);
  });
});

describe('a loss through a head of the script’s own', () => {
  const own = (...loss: string[]) => [
    ...START,
    'head = torch.nn.Linear(768, 2)',
    'class Own(Trainer):',
    '    def compute_loss(self, model, inputs, return_outputs=False, **k):',
    ...loss.map((line) => `        ${line}`),
    'Own(model=model, args=TrainingArguments("out"), train_dataset=rows).train()',
  ];
  it.each([
    ['that leads to the model', ['return head(model(**inputs).logits).mean()'], 'trains'],
    ['detached before the head', ['return head(model(**inputs).logits.detach()).mean()'], 'silent'],
    [
      'of a model under no_grad',
      ['with torch.no_grad(): out = model(**inputs)', 'return head(out.logits).mean()'],
      'silent',
    ],
    ['detached behind the head', ['return head(model(**inputs).logits).mean().detach()'], 'raises'],
  ])('%s', async (_, loss, expected) => {
    expect((await read(own(...loss))).verdict.kind).toBe(expected);
  });
});

describe('tensors without numbers', () => {
  const printed = async (...lines: string[]) => (await read(['import torch', ...lines])).output.trim();

  it('have the shape that sizes give them; values are no sizes', async () => {
    const shape = (made: string) => printed(`print(tuple(torch.${made}.shape))`);
    expect(await shape('zeros(8, 64)')).toBe('(8, 64)');
    expect(await shape('ones(size=(5, 7))')).toBe('(5, 7)');
    expect(await shape('full((5, 7), 0)')).toBe('(5, 7)');
    for (const made of ['tensor([5, 7])', 'tensor(3)', 'arange(5, 7)', 'randint(5, 7, (2, 2))'])
      expect(['(5, 7)', '(3,)', '(5, 7, (2, 2))'], made).not.toContain(await shape(made));
  });

  it.each([
    'torch.matmul(input=w, other=w)',
    'torch.mm(w, mat2=a)',
    'torch.mm(a, mat2=w)',
    'a.matmul(tensor2=w)',
    'a.mul(other=w)',
    'torch.nn.functional.linear(input=a, weight=w)',
  ])('%s leads back to its factors', async (product) => {
    const w = ['w = torch.nn.Parameter(torch.ones(2, 2))', 'a = torch.ones(2, 2)'];
    expect(await printed(...w, `print(${product}.requires_grad)`)).toBe('True');
  });
});

describe('`**unknown`', () => {
  const START = [
    '# pip install trl==0.14.0 transformers==4.48.2',
    'from transformers import TrainingArguments, AutoModelForCausalLM',
    'import yaml',
    'cfg = yaml.safe_load(open("run.yaml"))',
    'def made(**given): return TrainingArguments(**given)',
  ];
  it.each([
    ['in the call that lacks something', ['a = TrainingArguments(**cfg)'], true],
    ['over lines', ['a = TrainingArguments(', '    **cfg,', ')'], true],
    ['in a dict of that call', ['a = TrainingArguments(**{**cfg, "seed": 1})'], true],
    ['handed on by a function', ['a = made(**cfg)'], true],
    ['in another call', ['d = dict(**cfg)', 'a = TrainingArguments()'], false],
    ['below', ['def late(): return TrainingArguments()', 'd = dict(**cfg)', 'late()'], false],
    ['on the same line', ['d = dict(**cfg); a = TrainingArguments()'], false],
  ])('%s', async (_, lines, excused) => {
    const { verdict } = await read([...START, ...lines]);
    expect(verdict.error?.type ?? null).toBe(excused ? null : 'TypeError');
  });
});
