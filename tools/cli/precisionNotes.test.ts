// What is said of precision, and that nothing is where a script computes as this engine does.
import { expect, it } from 'vitest';
import { readScript } from '../../src/engine/laboratory/script/readScript.ts';
import { signaturesFor } from '../../src/engine/libraries/signatures/signatures.ts';
import { stackOf } from '../../src/engine/libraries/stacks.ts';
import { openKnownModels } from '../../src/engine/models/known/knownModels.ts';
import { knownSource } from '../../src/engine/python/run/knownSource.ts';
import { nodePython } from './nodePython.ts';

const load = (more: string) => `model = AutoModelForCausalLM.from_pretrained("Qwen/Qwen2.5-0.5B"${more})`;
const sft = (args: string) =>
  `SFTTrainer(model=model, args=SFTConfig("out"${args}), train_dataset=rows, peft_config=LoraConfig(target_modules=["q_proj"])).train()`;

it('says where a script computes otherwise', async () => {
  const world = {
    host: await nodePython(),
    signatures: signaturesFor,
    models: knownSource(await openKnownModels()),
  };
  const notes = async (source: string, stack: string): Promise<readonly string[]> => {
    const versions = stackOf(stack);
    const input = { kind: 'script', source, argv: [], files: {}, versions, said: [], notes: [] } as const;
    return (await readScript(input, world, { fixes: false })).precision.map(({ en }) => en);
  };
  const quantised = `${load(', quantization_config=BitsAndBytesConfig(load_in_4bit=True)')}\n`;
  expect(await notes(`${quantised}${sft(', bf16=False')}`, 'trl-1.16.0')).toEqual([
    expect.stringMatching(/^SFTTrainer of TRL 1\.16\.0 trains the adapter of a quantised base in bfloat16/),
  ]);
  expect(await notes(`${quantised}${sft('')}`, 'trl-0.19.1')).toEqual([]);
  expect(await notes(`${load(', torch_dtype=torch.bfloat16')}\n${sft(', fp16=True')}`, 'trl-0.19.1')).toEqual(
    [
      expect.stringMatching(/^Autocast .* float16.*nothing overflows/),
      expect.stringMatching(/^The script's base is bfloat16/),
    ],
  );
  const plain =
    'Trainer(model=get_peft_model(model, LoraConfig(target_modules=["q_proj"], task_type="CAUSAL_LM")), args=TrainingArguments("out"), train_dataset=rows).train()';
  expect(await notes(`${load(', torch_dtype=torch.float16')}\n${plain}`, 'trl-0.8.6')).toContainEqual(
    expect.stringMatching(/^The script trains its adapter in float16, the dtype of its base/),
  );
});
