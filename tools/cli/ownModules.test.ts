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
