// Scripts read by running them in CPython: verdicts, lines, causes, repairs. The kinds of scripts that people bring, each small.
import { readFileSync } from 'node:fs';
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

const read = (lines: readonly string[], fixes = false): Promise<ScriptReading> =>
  readText(lines.join('\n'), world, { name: 'train.py', fixes });

const LOAD = 'model = AutoModelForCausalLM.from_pretrained("HuggingFaceTB/SmolLM2-135M")';
const WRAP = 'model = get_peft_model(model, LoraConfig(target_modules=["q_proj"], task_type="CAUSAL_LM"))';
const TRAIN = 'Trainer(model=model, args=TrainingArguments("out"), train_dataset=rows).train()';

describe('the verdict', () => {
  it('trains, with what each line did', async () => {
    const reading = await read([LOAD, WRAP, 'model.print_trainable_parameters()', TRAIN]);
    expect(reading.verdict).toMatchObject({ kind: 'trains', line: null });
    expect(reading.outcome?.trainableTensors).toBe(60);
    expect(reading.trainableLine).toMatch(/^trainable params: 276,480 \|\|/);
    expect(reading.output).toContain(reading.trainableLine);
    expect(reading.lines.find(({ line }) => line === 2)?.trainable?.after).toBe(60);
  });

  it('raises at its line, where the graph was cut', async () => {
    const reading = await read([
      LOAD,
      WRAP,
      'args = TrainingArguments("out")',
      'args.gradient_checkpointing = True',
      'trainer = Trainer(model=model, args=args, train_dataset=rows)',
      'trainer.train()',
    ]);
    expect(reading.verdict).toMatchObject({ kind: 'raises', line: 6, error: { type: 'RuntimeError' } });
    expect(reading.lines.find(({ cut }) => cut)?.line).toBe(6);
    expect(reading.diagnoses[0]?.id).toBe('reentrant-without-hook');
  });

  it('is silent where only the head learns', async () => {
    const reading = await read([
      'model = AutoModelForSequenceClassification.from_pretrained("roberta-base", num_labels=2)',
      'model = get_peft_model(model, LoraConfig(task_type="SEQ_CLS", target_modules=["query", "value"]))',
      'Trainer(model=model, args=TrainingArguments("out", gradient_checkpointing=True), train_dataset=rows).train()',
    ]);
    expect(reading.verdict.kind).toBe('silent');
    expect(reading.outcome).toMatchObject({ noneGradients: 48, trainableTensors: 52 });
  });

  it('follows the versions that the text names', async () => {
    const tokenizer =
      'SFTTrainer(model=model, tokenizer=tokenizer, train_dataset=rows, args=SFTConfig("out")).train()';
    const reading = await read(['# trl==0.19.1', LOAD, WRAP, tokenizer]);
    expect(reading.verdict).toMatchObject({
      kind: 'raises',
      line: 4,
      error: { type: 'TypeError', message: expect.stringContaining("keyword argument 'tokenizer'") },
    });
    expect(reading.versions.find(({ library }) => library === 'trl')).toMatchObject({
      said: expect.anything(),
      line: 1,
    });
  });

  it('says what was never run, where a training before it speaks', async () => {
    const reading = await read([LOAD, WRAP, TRAIN, '"".join([unknown()])', 'model.merge_and_unload()']);
    expect(reading.verdict.kind).toBe('trains');
    expect(reading.notModelled).toEqual([
      {
        line: 4,
        text: {
          en: expect.stringMatching(/^The script ends at line 4 .*was not run\.$/),
          zh: expect.any(String),
        },
      },
    ]);
  });

  it('judges every way that a line trains in', async () => {
    const reading = await read([
      LOAD,
      WRAP,
      'def step():',
      '    model(input_ids=ids, labels=ids).loss.backward()',
      'for _ in range(5): step()',
      'with torch.no_grad(): step()',
    ]);
    expect(reading.verdict).toMatchObject({ kind: 'raises', line: 4 });
  });

  it('tells what it takes for arguments that nobody has', async () => {
    const reading = await read([
      'model = AutoModelForCausalLM.from_pretrained("HuggingFaceTB/SmolLM2-135M", torch_dtype=kind, load_in_4bit=small)',
      WRAP,
      'args = TrainingArguments("out", gradient_checkpointing=saving, fp16=half)',
      'Trainer(model=model, args=args, train_dataset=rows).train()',
    ]);
    const said = reading.assumptions.map(({ text }) => text.en);
    for (const words of [
      'dtype=kind is not known here; the one that the weights are published in is assumed.',
      'load_in_4bit=small is not known here; True is assumed.',
      'gradient_checkpointing=saving is not known here; False is assumed.',
      'fp16=half is not known here; False is assumed.',
    ])
      expect(said).toContain(words);
  });

  it.each([
    ['mistral-7b-instruct-v0.3', '[INST]', '[/INST]', 'trains'],
    ['mistral-7b-instruct-v0.3', '<|im_start|>user', '<|im_start|>assistant', 'silent'],
  ])('unsloth/%s with answers behind %s %s: %s', async (id, instruction, response, kind) => {
    const reading = await read([
      // Its own dtype and load_in_4bit go to releases of transformers that have no such arguments, and to those that have.
      kind === 'trains' ? '# trl==0.15.2' : '# trl==1.16.0',
      'from unsloth import FastLanguageModel',
      'from unsloth.chat_templates import train_on_responses_only',
      `model, tokenizer = FastLanguageModel.from_pretrained("unsloth/${id}", dtype=None, load_in_4bit=True)`,
      'model = FastLanguageModel.get_peft_model(model, r=8)',
      'trainer = SFTTrainer(model=model, train_dataset=rows)',
      `trainer = train_on_responses_only(trainer, instruction_part="${instruction}", response_part="${response}")`,
      'trainer.train()',
    ]);
    expect(reading.verdict.kind).toBe(kind);
  });

  it('takes no name for more than it is, whatever JavaScript has under it', async () => {
    const reading = await read([
      '# peft==0.10.0',
      LOAD,
      'config = LoraConfig(target_modules=["q_proj"], task_type="constructor")',
      'model = get_peft_model(model, config)',
      'args = TrainingArguments("out")',
      'args.constructor = 1',
      'Trainer(model=model, args=args, train_dataset=rows).train()',
    ]);
    expect(reading.unsaid).not.toEqual([]);
  });

  it("calls an error of the script's own no refusal of a release", async () => {
    const [own] = (await read([LOAD, WRAP, 'raise KeyError("x")'])).diagnoses;
    expect(own).toMatchObject({ id: 'raised', cause: { en: "The script ends in KeyError: 'x'" } });
  });

  it('lets a script catch what a library raises', async () => {
    const reading = await read([
      LOAD,
      'try:',
      '    get_peft_model(model, LoraConfig(target_modules=["no_such"]))',
      'except ValueError:',
      `    ${WRAP}`,
      TRAIN,
    ]);
    expect(reading.verdict.kind).toBe('trains');
    expect(reading.lines.find(({ line }) => line === 3)?.raises?.type).toBe('ValueError');
  });

  it('imports only what the releases export', async () => {
    const says = async (line: string, versions: Record<string, string>) => {
      const pins = Object.entries(versions).map(([library, version]) => `${library}==${version}`);
      const { verdict } = await read([`# pip install ${pins.join(' ')}`, line]);
      return (
        verdict.error && `${verdict.line} ${verdict.error.type}: ${verdict.error.message.split(' (')[0]}`
      );
    };
    const now = { transformers: '5.24.0', trl: '1.16.0', peft: '0.21.2' };
    expect(await says('from transformers import AutoModelForCausalLM, set_seed', now)).toBeNull();
    expect(await says('from transformers import LlamaTokeniser', now)).toBe(
      "2 ImportError: cannot import name 'LlamaTokeniser' from 'transformers'",
    );
    expect(await says('from peft.utils.other import unheard_of', now)).toBeNull();
    expect(await says('import trl.core', now)).toBe("2 ModuleNotFoundError: No module named 'trl.core'");
    expect(await says('from datasets import load_metric', { ...now, datasets: '5.2.0' })).toBe(
      "2 ImportError: cannot import name 'load_metric' from 'datasets'",
    );
    const old = { transformers: '4.31.0', trl: '0.7.1', peft: '0.5.0' };
    expect(await says('import trl.core', old)).toBeNull();
  });

  it('goes by the training that a caught one was followed by', async () => {
    const reading = await read([
      LOAD,
      WRAP,
      'args = TrainingArguments("out", gradient_checkpointing=True)',
      'trainer = Trainer(model=model, args=args, train_dataset=rows)',
      'try:',
      '    trainer.train()',
      'except RuntimeError:',
      '    model.enable_input_require_grads()',
      '    trainer.train()',
    ]);
    expect(reading.verdict.kind).toBe('trains');
  });

  it('tells of a loop whose loss was taken off its graph', async () => {
    const reading = await read([
      LOAD,
      WRAP,
      'model.train()',
      'for batch in loader:',
      '    loss = model(**batch).loss',
      '    loss = loss.detach()',
      '    loss.backward()',
    ]);
    expect(reading.verdict).toMatchObject({ kind: 'raises', line: 7 });
    expect(reading.lines.find(({ cut }) => cut)?.line).toBe(6);
  });

  it('takes what must be given for part of settings that are not here', async () => {
    const unknown = ['settings = yaml.safe_load(open("run.yaml"))', LOAD, WRAP];
    const trained = (made: string) =>
      read([
        '# pip install trl==0.14.0 transformers==4.48.2',
        ...unknown,
        made,
        'Trainer(model=model, args=args, train_dataset=rows).train()',
      ]);
    expect((await trained('args = TrainingArguments(**settings["train"])')).verdict.kind).toBe('trains');
    expect((await trained('args = TrainingArguments()')).verdict).toMatchObject({
      kind: 'raises',
      error: { type: 'TypeError' },
    });
  });

  it("counts the script's own layers behind a model", async () => {
    const own = (frozen: boolean, thawed: boolean) =>
      read([
        'encoder = AutoModel.from_pretrained("bert-base-uncased")',
        'encoder = get_peft_model(encoder, LoraConfig(target_modules=["query", "value"]))',
        'head = nn.Linear(encoder.config.hidden_size, 2)',
        `head.requires_grad_(${thawed ? 'True' : 'False'})`,
        'scale = nn.Parameter(torch.ones(2))',
        `with torch.set_grad_enabled(${frozen ? 'False' : 'True'}):`,
        '    hidden = encoder(**batch).last_hidden_state[:, 0]',
        'nn.functional.cross_entropy(head(hidden) * scale, torch.tensor([0, 1])).backward()',
      ]);
    const all = await own(false, true);
    expect(all.outcome).toMatchObject({ trainableTensors: 51, noneGradients: 0, nonzeroGradients: 27 });
    expect(all.verdict.kind).toBe('trains');
    const head = await own(true, true);
    expect(head.outcome).toMatchObject({ trainableTensors: 51, noneGradients: 48, nonzeroGradients: 3 });
    expect(head.verdict.kind).toBe('silent');
    expect((await own(true, false)).outcome).toMatchObject({ trainableTensors: 49, nonzeroGradients: 1 });
  });

  it("can't tell of a trainer that isn't modelled, and says which line decides", async () => {
    const reading = await read([
      LOAD,
      WRAP,
      'GRPOTrainer(model=model, reward_funcs=f, args=GRPOConfig("out"), train_dataset=rows).train()',
    ]);
    expect(reading.verdict).toMatchObject({ kind: 'cannot-tell', line: 3 });
    expect(reading.notModelled[0]?.text.en).toContain('GRPOTrainer');
  });

  it('says so where nothing trains', async () => {
    expect((await read(['print("hello")'])).verdict.kind).toBe('nothing');
    expect((await read([LOAD])).verdict.text.en).toContain('never trains it');
  });
});

describe('the settings that a script stands for', () => {
  it('are those of its training, and all of it where they say all', async () => {
    const reading = await read([LOAD, WRAP, TRAIN]);
    expect(reading.patch).toMatchObject({
      'wiring.trainer': 'Trainer',
      'wiring.attach': 'get_peft_model',
      'lora.target_modules': '["q_proj"]',
      'lora.lora_alpha': 8,
    });
    const twice = await read([LOAD, WRAP, 'model.lm_head.requires_grad_(True)', TRAIN]);
    expect(twice.unsaid.map(({ line, text }) => [line, text.en])).toEqual([
      [3, 'requires_grad set by hand: base_model.model.lm_head'],
    ]);
  });
});

interface YamlRow {
  readonly text: string;
  readonly value: unknown;
}

describe('YAML', () => {
  const rows: readonly YamlRow[] = JSON.parse(readFileSync('tests/golden/yaml.json', 'utf8'));

  it('is read as PyYAML reads it, and what is written is read again', async () => {
    const reading = await read([
      'import json, yaml',
      `texts = json.loads(${JSON.stringify(JSON.stringify(rows.map(({ text }) => text)))})`,
      'values = [yaml.safe_load(text) for text in texts]',
      'with open("again.yaml", "w") as file:',
      '    yaml.safe_dump(values, file, sort_keys=False)',
      'with open("again.yaml") as file:',
      '    print(json.dumps([values, yaml.load(file, Loader=yaml.SafeLoader)]))',
    ]);
    const values = rows.map(({ value }) => value);
    expect(JSON.parse(reading.output)).toEqual([values, values]);
  });

  it('with what isn’t read is a value that nobody knows, which is told', async () => {
    const reading = await read([
      'import yaml',
      'settings = yaml.safe_load("a: &x 1\\nb: *x")',
      LOAD,
      'model = get_peft_model(model, LoraConfig(r=settings["a"], target_modules=["q_proj"]))',
      TRAIN,
    ]);
    expect(reading.verdict.kind).toBe('trains');
    expect(reading.notModelled.map(({ line }) => line)).toContain(2);
  });
});
