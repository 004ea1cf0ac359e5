// Settings that refuse one another, and arguments that a release's loader doesn't take: the first repair of each trains.
import { beforeAll, expect, it } from 'vitest';
import { readScript } from '../../src/engine/laboratory/script/readScript.ts';
import type { ScriptWorld } from '../../src/engine/laboratory/script/runSource.ts';
import { signaturesFor } from '../../src/engine/libraries/signatures/signatures.ts';
import { stackOf } from '../../src/engine/libraries/stacks.ts';
import { openKnownModels } from '../../src/engine/models/known/knownModels.ts';
import { knownSource } from '../../src/engine/python/run/knownSource.ts';
import { nodePython } from './nodePython.ts';

let world: ScriptWorld;
beforeAll(async () => {
  world = {
    host: await nodePython(),
    signatures: signaturesFor,
    models: knownSource(await openKnownModels()),
  };
});

/** A training with these arguments of the loader, of the configuration and of TrainingArguments. */
const script = ({ load = '', lora = '', args = '' }): string => `
from transformers import AutoModelForCausalLM, BitsAndBytesConfig, Trainer, TrainingArguments
from peft import LoraConfig, get_peft_model
model = AutoModelForCausalLM.from_pretrained("EleutherAI/pythia-70m"${load})
model = get_peft_model(model, LoraConfig(task_type="CAUSAL_LM"${lora}))
args = TrainingArguments("out"${args})
Trainer(model=model, args=args, train_dataset=rows).train()
`;

it.each([
  ['trl-0.12.2', { args: ', eval_strategy="epoch", load_best_model_at_end=True' }, 'save_strategy="epoch"'],
  [
    'trl-0.8.6',
    { args: ', evaluation_strategy="epoch", load_best_model_at_end=True' },
    'save_strategy="epoch"',
  ],
  [
    'trl-1.9.0',
    { args: ', eval_strategy="steps", eval_steps=20, save_steps=50, load_best_model_at_end=True' },
    'save_steps=20',
  ],
  ['trl-0.19.1', { args: ', fp16=True, bf16=True' }, '("out", bf16=True)'],
  ['trl-0.12.2', { lora: ', target_modules=".*query_key_value", layers_to_transform=[0, 1]' }, 'key_value")'],
  ['trl-0.12.2', { load: ', dtype="bfloat16"' }, 'torch_dtype="bfloat16"'],
  ['trl-1.16.0', { load: ', use_auth_token=True' }, 'pythia-70m", token=True)'],
  ['trl-0.7.1', { load: ', attn_implementation="eager"' }, '"EleutherAI/pythia-70m")'],
] as const)('%s: %o', async (stack, parts, becomes) => {
  const versions = stackOf(stack);
  const input = {
    kind: 'script',
    source: script(parts),
    argv: [],
    files: {},
    versions,
    said: [],
    notes: [],
  } as const;
  const { verdict, fixes } = await readScript(input, world);
  expect(verdict.kind).toBe('raises');
  const [first] = fixes;
  expect(first?.verdict).toBe('trains');
  expect(first?.source).toContain(becomes);
});
