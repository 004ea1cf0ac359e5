// Repairs of a script's own text: each was applied and read again, so what is offered trains and the finding is gone.
import { beforeAll, describe, expect, it } from 'vitest';
import { readScript } from '../../src/engine/laboratory/script/readScript.ts';
import { readText } from '../../src/engine/laboratory/script/readText.ts';
import type { ScriptInput, ScriptWorld } from '../../src/engine/laboratory/script/runSource.ts';
import type { ScriptReading } from '../../src/engine/laboratory/script/scriptReading.ts';
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

const inputOf = (source: string, stack: string): ScriptInput => ({
  kind: 'script',
  source,
  argv: [],
  files: {},
  versions: stackOf(stack),
  said: [],
  notes: [],
});

const read = (source: string, stack: string): Promise<ScriptReading> =>
  readScript(inputOf(source, stack), world);

const LOAD = 'model = AutoModelForCausalLM.from_pretrained("EleutherAI/pythia-70m")';
const ATTACH = 'model = get_peft_model(model, LoraConfig(target_modules=["query_key_value"]))';
const TRAIN = 'Trainer(model=model, args=TrainingArguments("out"), train_dataset=rows).train()';
const text = (...lines: readonly string[]): string => lines.join('\n');

/** What the first repair put in, and what it took away. */
function changed({ source, fixes }: ScriptReading): { readonly gone: string[]; readonly come: string[] } {
  const before = source.split('\n');
  const after = (fixes[0]?.source ?? '').split('\n');
  return {
    gone: before.filter((line) => !after.includes(line)),
    come: after.filter((line) => !before.includes(line)),
  };
}

interface Case {
  readonly what: string;
  readonly stack?: string;
  readonly source: string;
  readonly verdict: ScriptReading['verdict']['kind'];
  readonly cause: string;
  readonly gone: readonly string[];
  readonly come: readonly string[];
}

const cases: readonly Case[] = [
  {
    what: 'a loop that freezes everything keeps what is the adapter’s',
    source: text(
      LOAD,
      ATTACH,
      'for name, p in model.named_parameters():',
      '    p.requires_grad = False',
      TRAIN,
    ),
    verdict: 'raises',
    cause: 'frozen-by-hand',
    gone: ['    p.requires_grad = False'],
    come: ['    p.requires_grad = "lora_" in name'],
  },
  {
    what: 'arguments of the trainer move to its configuration, whose class comes along',
    stack: 'trl-0.19.1',
    source: text(
      'from trl import SFTTrainer',
      LOAD,
      'args = TrainingArguments(output_dir="out")',
      'SFTTrainer(model=model, args=args, train_dataset=rows, max_seq_length=512, tokenizer=tokenizer).train()',
    ),
    verdict: 'raises',
    cause: 'argument-unknown',
    gone: [
      'from trl import SFTTrainer',
      'args = TrainingArguments(output_dir="out")',
      'SFTTrainer(model=model, args=args, train_dataset=rows, max_seq_length=512, tokenizer=tokenizer).train()',
    ],
    come: [
      'from trl import SFTTrainer, SFTConfig',
      'args = SFTConfig(output_dir="out", max_seq_length=512)',
      'SFTTrainer(model=model, args=args, train_dataset=rows, processing_class=tokenizer).train()',
    ],
  },
  {
    what: 'a joined string becomes a list where it was written',
    source: text(
      LOAD,
      'names = "query_key_value,dense"',
      'config = LoraConfig(target_modules=names)',
      'model = get_peft_model(model, config)',
      TRAIN,
    ),
    verdict: 'raises',
    cause: 'targets-not-found',
    gone: ['config = LoraConfig(target_modules=names)'],
    come: ['config = LoraConfig(target_modules=["query_key_value", "dense"])'],
  },
  {
    what: 'names of another architecture become what that place is called here',
    source: text(
      'model = AutoModelForCausalLM.from_pretrained("baichuan-inc/Baichuan-7B")',
      'config = LoraConfig(target_modules=["q_proj", "v_proj"])',
      'model = get_peft_model(model, config)',
      TRAIN,
    ),
    verdict: 'raises',
    cause: 'targets-not-found',
    gone: ['config = LoraConfig(target_modules=["q_proj", "v_proj"])'],
    come: ['config = LoraConfig(target_modules=["W_pack"])'],
  },
  {
    what: 'a loss that was taken off the graph',
    source: text(LOAD, ATTACH, 'loss = model(**batch).loss.detach()', 'loss.backward()'),
    verdict: 'raises',
    cause: 'detached-loss',
    gone: ['loss = model(**batch).loss.detach()'],
    come: ['loss = model(**batch).loss'],
  },
  {
    what: 'an optimiser that holds what was there before the adapter',
    source: text(
      LOAD,
      'optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4)',
      ATTACH,
      'model(**batch).loss.backward()',
      'optimizer.step()',
    ),
    verdict: 'silent',
    cause: 'optimiser-before-adapter',
    gone: [],
    come: [],
  },
  {
    what: 'markers of another template',
    source: text(
      'from unsloth.chat_templates import train_on_responses_only',
      'model, tokenizer = FastLanguageModel.from_pretrained("unsloth/Qwen2.5-0.5B")',
      'model = FastLanguageModel.get_peft_model(model, r=8)',
      'trainer = SFTTrainer(model=model, args=SFTConfig("out"), train_dataset=rows)',
      'trainer = train_on_responses_only(trainer, instruction_part="[INST]", response_part="[/INST]")',
      'trainer.train()',
    ),
    verdict: 'silent',
    cause: 'labels-masked',
    gone: ['trainer = train_on_responses_only(trainer, instruction_part="[INST]", response_part="[/INST]")'],
    come: [
      String.raw`trainer = train_on_responses_only(trainer, instruction_part="<|im_start|>user\n", response_part="<|im_start|>assistant\n")`,
    ],
  },
  {
    what: 'the end token as padding',
    source: text(
      'tok = AutoTokenizer.from_pretrained("EleutherAI/pythia-70m"); tok.pad_token = tok.eos_token',
      LOAD,
      ATTACH,
      'Trainer(model=model, args=TrainingArguments("out"), train_dataset=rows, data_collator=DataCollatorForLanguageModeling(tok, mlm=False)).train()',
    ),
    verdict: 'trains',
    cause: 'pad-is-end',
    gone: ['tok = AutoTokenizer.from_pretrained("EleutherAI/pythia-70m"); tok.pad_token = tok.eos_token'],
    come: ['tok = AutoTokenizer.from_pretrained("EleutherAI/pythia-70m"); tok.pad_token = "<|padding|>"'],
  },
];

describe('repairs of a script', () => {
  it.each(cases)('$what', async ({ stack = 'trl-0.19.1', source, verdict, cause, gone, come }) => {
    const reading = await read(source, stack);
    expect(reading.verdict.kind).toBe(verdict);
    expect(reading.diagnoses[0]?.id).toBe(cause);
    expect(changed(reading)).toEqual({ gone, come });
    const again = await read(reading.fixes[0]?.source ?? '', stack);
    expect(again.verdict.kind).toBe('trains');
    expect(again.diagnoses.map(({ id }) => id)).not.toContain(cause);
  });

  it('a release is a repair where the text names one', async () => {
    const reading = await read(
      text(
        '# peft==0.10.0 trl==0.8.6',
        'model = AutoModelForCausalLM.from_pretrained("EleutherAI/pythia-70m", torch_dtype=torch.float16)',
        ATTACH,
        'Trainer(model=model, args=TrainingArguments("out", fp16=True), train_dataset=rows).train()',
      ),
      'trl-0.8.6',
    );
    expect(reading.verdict.error?.message).toBe('Attempting to unscale FP16 gradients.');
    expect(reading.fixes.map(({ source }) => source.split('\n')[0])).toContain('# peft==0.12.0 trl==0.8.6');
  });

  it('nothing is offered for a program that is well', async () => {
    const reading = await read(text(LOAD, ATTACH, TRAIN), 'trl-0.19.1');
    expect([reading.verdict.kind, reading.diagnoses, reading.fixes]).toEqual(['trains', [], []]);
  });

  it.each([
    ["row['a']", true],
    ['response_template', false],
  ])('a marker under its usual name, in rows made with %s', async (build, masked) => {
    const source = text(
      'response_template = "### Reply:"',
      'def rows_of(row):',
      `    return f"### Question: {row['q']}" + ${build}`,
      LOAD,
      'collator = DataCollatorForCompletionOnlyLM(response_template=response_template, tokenizer=tokenizer)',
      'SFTTrainer(model=model, args=SFTConfig("out"), train_dataset=rows, formatting_func=rows_of, data_collator=collator).train()',
    );
    const { diagnoses } = await readScript(inputOf(source, 'trl-0.19.1'), world, { fixes: false });
    expect(diagnoses.map(({ id }) => id).includes('labels-masked')).toBe(masked);
  });

  it('repairs are looked for only under the versions that a text is read under', async () => {
    const ran: string[] = [];
    const { host } = world;
    const counting = {
      ...world,
      host: {
        run: (job: Parameters<typeof host.run>[0], answer: Parameters<typeof host.run>[1]) => {
          ran.push(job.versions.peft ?? '');
          return host.run(job, answer);
        },
        edit: host.edit.bind(host),
        worn: host.worn.bind(host),
      },
    };
    const source = text('from peft import prepare_model_for_int8_training', LOAD, ATTACH, TRAIN);
    const { versions } = await readText(source, counting, { name: 'train.py' });
    const now = versions.find(({ library }) => library === 'peft')?.version;
    expect(ran[0]).not.toBe(now);
    expect(ran.filter((one) => one !== now)).toEqual([ran[0]]);
  });
});
