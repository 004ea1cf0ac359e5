// Small programs through the real host: where each finding has to speak, and beside it a program like it where it must not.
import { beforeAll, describe, expect, it } from 'vitest';
import type { Found } from '../../src/engine/laboratory/script/findings/finding.ts';
import { findingsOf } from '../../src/engine/laboratory/script/findings/findingsOf.ts';
import type { ScriptWorld } from '../../src/engine/laboratory/script/runSource.ts';
import { runSource } from '../../src/engine/laboratory/script/runSource.ts';
import { factsIn } from '../../src/engine/laboratory/script/scriptDoctor.ts';
import { signaturesFor } from '../../src/engine/libraries/signatures/signatures.ts';
import { stackOf } from '../../src/engine/libraries/stacks.ts';
import type { Versions } from '../../src/engine/libraries/version.ts';
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

const at = (stack: string, more: Partial<Versions> = {}): Versions => ({ ...stackOf(stack), ...more });

async function found(source: string, versions: Versions): Promise<Found[]> {
  const input = { kind: 'script', source, argv: [], files: {}, versions, said: [], notes: [] } as const;
  return findingsOf(await factsIn(input, world, await runSource(input, world)));
}

const LOAD = 'model = AutoModelForCausalLM.from_pretrained("EleutherAI/pythia-70m")';
const QLOAD =
  'model = AutoModelForCausalLM.from_pretrained("facebook/opt-125m", quantization_config=BitsAndBytesConfig(load_in_4bit=True))';
const ATTACH =
  'model = get_peft_model(model, LoraConfig(target_modules=["query_key_value"], task_type="CAUSAL_LM"))';
const TRAIN = 'Trainer(model=model, args=TrainingArguments("out"), train_dataset=rows).train()';
const STEP = 'model(**batch).loss.backward()';
const script = (...lines: readonly string[]): string => lines.join('\n');

interface Case {
  readonly id: string;
  readonly versions?: Versions;
  readonly speaks: string;
  readonly lines: readonly number[];
  readonly silent: string;
  /** Of the silent one, where it is the release that differs. */
  readonly silentVersions?: Versions;
}

const PADDED = (pad: string, collator: string) =>
  script(
    LOAD,
    'tok = AutoTokenizer.from_pretrained("EleutherAI/pythia-70m")',
    pad,
    ATTACH,
    `trainer = Trainer(model=model, args=TrainingArguments("out"), train_dataset=rows, data_collator=${collator})`,
    'trainer.train()',
  );
const MARKED = (marker: string) =>
  script(
    'def rows_of(row):',
    "    return f\"### Question: {row['q']}\\n### Answer: {row['a']}\"",
    LOAD,
    `collator = DataCollatorForCompletionOnlyLM("${marker}", tokenizer=tokenizer)`,
    'trainer = SFTTrainer(model=model, args=SFTConfig("out"), train_dataset=rows, formatting_func=rows_of, data_collator=collator, peft_config=LoraConfig(target_modules=["query_key_value"]))',
    'trainer.train()',
  );
const UNSLOTH = (template: string) =>
  script(
    'model, tokenizer = FastLanguageModel.from_pretrained("unsloth/Qwen2.5-0.5B")',
    'model = FastLanguageModel.get_peft_model(model, r=8)',
    'from unsloth.chat_templates import get_chat_template, train_on_responses_only',
    `tokenizer = get_chat_template(tokenizer, chat_template="${template}")`,
    'trainer = SFTTrainer(model=model, args=SFTConfig("out"), train_dataset=rows)',
    'trainer = train_on_responses_only(trainer, instruction_part="<|im_start|>user\\n", response_part="<|im_start|>assistant\\n")',
    'trainer.train()',
  );
const FLAGS = (condition: string) =>
  script(
    LOAD,
    ATTACH,
    'for p in model.parameters():',
    '    p.requires_grad = False',
    'for name, p in model.named_parameters():',
    `    if ${condition}:`,
    '        p.requires_grad = True',
    STEP,
  );
const CHECKPOINTED = (kwargs: string) =>
  script(
    LOAD,
    ATTACH,
    'model.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})',
    `args = TrainingArguments("out", gradient_checkpointing=True${kwargs})`,
    'Trainer(model=model, args=args, train_dataset=rows).train()',
  );
const RELOADED = (line: string) =>
  script(
    LOAD,
    ATTACH,
    TRAIN,
    'model.save_pretrained("lora")',
    'base = AutoModelForCausalLM.from_pretrained("EleutherAI/pythia-70m")',
    'config = LoraConfig.from_pretrained("lora")',
    line,
  );
const OPTIMISED = (...lines: readonly string[]) => script(LOAD, ...lines, STEP, 'optimizer.step()');
const MERGED = (load: string) =>
  script(
    load,
    'model = get_peft_model(model, LoraConfig(target_modules=["q_proj"], task_type="CAUSAL_LM"))',
    TRAIN,
    'model = model.merge_and_unload()',
  );
const HALF = (rate: string, dora: string) =>
  script(
    QLOAD,
    `config = LoraConfig(target_modules=["q_proj"], use_dora=${dora})`,
    `trainer = SFTTrainer(model=model, args=SFTConfig("out", learning_rate=${rate}), train_dataset=rows, peft_config=config)`,
    'trainer.train()',
  );
const SFT = (args: string, load = LOAD) =>
  script(
    load,
    `args = SFTConfig("out"${args})`,
    'trainer = SFTTrainer(model=model, args=args, train_dataset=rows, peft_config=LoraConfig())',
    'trainer.train()',
  );
const TARGETS = (targets: string) =>
  script(
    LOAD,
    `config = LoraConfig(target_modules=${targets})`,
    'model = get_peft_model(model, config)',
    TRAIN,
  );
const TIED = (model: string, saved: string) =>
  script(
    `model = AutoModelForCausalLM.from_pretrained("${model}")`,
    `config = LoraConfig(target_modules=["q_proj"], modules_to_save=${saved})`,
    'model = get_peft_model(model, config)',
    TRAIN,
  );
const PREFERENCE = (reference: string) =>
  script(
    LOAD,
    `trainer = DPOTrainer(model=model, ${reference}args=DPOConfig("out"), train_dataset=pairs, peft_config=LoraConfig())`,
  );
const NAMED = (load: string, targets: string) =>
  script(
    load,
    `model = get_peft_model(model, LoraConfig(target_modules=["${targets}"]), adapter_name="mine")`,
    STEP,
  );
const SHARDED = (more: string) =>
  script(
    LOAD,
    ATTACH,
    `args = TrainingArguments("out"${more})`,
    'Trainer(model=model, args=args, train_dataset=rows).train()',
  );

const FLAT = (original: string) =>
  SHARDED(`, fsdp="full_shard", fsdp_config={"use_orig_params": ${original}}`);
const ADAPTER = 'model = PeftModel.from_pretrained(model, "me/a")';

const old = at('trl-0.8.6');
const y23 = at('trl-0.7.10');
const now = at('trl-0.19.1');
const bits = at('trl-0.7.10', { bitsandbytes: '0.42.0' });

const cases: readonly Case[] = [
  {
    id: 'frozen-by-hand',
    speaks: script(LOAD, ATTACH, 'model.requires_grad_(False)', TRAIN),
    lines: [3],
    silent: script(LOAD, 'model.requires_grad_(False)', ATTACH, TRAIN),
  },
  { id: 'thaw-misses', speaks: FLAGS('"adapter_" in name'), lines: [6], silent: FLAGS('"lora_" in name') },
  {
    id: 'adapter-name-inactive',
    versions: bits,
    speaks: NAMED(QLOAD, 'q_proj'),
    lines: [2],
    silent: NAMED(LOAD, 'query_key_value'),
  },
  {
    id: 'checkpointing-set-twice',
    versions: old,
    speaks: CHECKPOINTED(''),
    lines: [3, 5],
    silent: CHECKPOINTED(', gradient_checkpointing_kwargs={"use_reentrant": False}'),
  },
  {
    id: 'no-grad-context',
    speaks: script(
      LOAD,
      ATTACH,
      'with torch.no_grad():',
      '    loss = model(**batch).loss',
      'loss.backward()',
    ),
    lines: [3, 5],
    silent: script(
      LOAD,
      ATTACH,
      'loss = model(**batch).loss',
      'loss.backward()',
      'with torch.no_grad():',
      '    model(**batch)',
    ),
  },
  {
    id: 'detached-loss',
    speaks: script(LOAD, ATTACH, 'loss = model(**batch).loss.detach()', 'loss.backward()'),
    lines: [3, 4],
    silent: script(LOAD, ATTACH, 'loss = model(**batch).loss', 'print(loss.detach())', 'loss.backward()'),
  },
  {
    id: 'backward-twice',
    speaks: script(LOAD, ATTACH, 'loss = model(**batch).loss', 'loss.backward()', 'loss.backward()'),
    lines: [4, 5],
    silent: script(LOAD, ATTACH, STEP, STEP),
  },
  { id: 'labels-masked', speaks: MARKED('### Response:'), lines: [4], silent: MARKED('### Answer:') },
  { id: 'labels-masked', speaks: UNSLOTH('llama-3'), lines: [4, 6], silent: UNSLOTH('chatml') },
  {
    id: 'pad-is-end',
    speaks: PADDED('tok.pad_token = tok.eos_token', 'DataCollatorForLanguageModeling(tok, mlm=False)'),
    lines: [3, 5],
    silent: PADDED('tok.pad_token = "<|padding|>"', 'DataCollatorForLanguageModeling(tok, mlm=False)'),
  },
  {
    id: 'pad-is-end',
    speaks: PADDED(
      'tok.add_special_tokens({"pad_token": tok.eos_token})',
      'DataCollatorForLanguageModeling(tok, mlm=False)',
    ),
    lines: [3, 5],
    silent: PADDED('tok.pad_token = tok.eos_token', 'DataCollatorForSeq2Seq(tok)'),
  },
  {
    id: 'pad-is-end',
    speaks: PADDED('tok.pad_token_id = tok.eos_token_id', 'DataCollatorForLanguageModeling(tok, mlm=False)'),
    lines: [3, 5],
    silent: PADDED('tok.pad_token_id = 0', 'DataCollatorForLanguageModeling(tok, mlm=False)'),
  },
  {
    id: 'labels-masked-by-marker',
    speaks: script(LOAD, 'collator = DataCollatorForCompletionOnlyLM("### Reply:", tokenizer=tokenizer)'),
    lines: [2],
    silent: MARKED('### Answer:'),
  },
  {
    id: 'loss-requires-grad-forced',
    speaks: script(
      LOAD,
      'loss = model(**batch).loss.detach()',
      'loss.requires_grad_(True)',
      'loss.backward()',
    ),
    lines: [3],
    silent: script(LOAD, ATTACH, STEP),
  },
  {
    id: 'tokens-and-copies',
    speaks: TIED('Qwen/Qwen2.5-0.5B', '["lm_head"], trainable_token_indices=[1]'),
    lines: [2, 4],
    silent: TIED('Qwen/Qwen2.5-0.5B', 'None, trainable_token_indices=[1]'),
  },
  { id: 'packed-across-documents', speaks: SFT(', packing=True'), lines: [2], silent: SFT('') },
  {
    id: 'fresh-adapter',
    speaks: RELOADED('base = get_peft_model(base, config)'),
    lines: [6, 7],
    silent: RELOADED('base = PeftModel.from_pretrained(base, "lora")'),
  },
  {
    id: 'merge-into-packed',
    speaks: MERGED(QLOAD),
    lines: [4],
    silent: MERGED('model = AutoModelForCausalLM.from_pretrained("Qwen/Qwen2.5-0.5B")'),
  },
  {
    id: 'tied-vocabulary',
    speaks: TIED('Qwen/Qwen2.5-0.5B', '["lm_head"]'),
    lines: [2],
    silent: TIED('meta-llama/Llama-2-7b-hf', '["lm_head"]'),
  },
  {
    id: 'dora-magnitude-rounds',
    versions: at('trl-1.16.0'),
    speaks: HALF('1e-4', 'True'),
    lines: [2, 3],
    silent: HALF('1e-4', 'False'),
  },
  {
    id: 'updates-round-away',
    versions: at('trl-1.16.0'),
    speaks: HALF('1e-6', 'False'),
    lines: [3],
    silent: HALF('2e-4', 'False'),
  },
  {
    id: 'float16-overflow',
    speaks: SFT(', fp16=True', 'model = AutoModelForCausalLM.from_pretrained("google/gemma-2b")'),
    lines: [1, 3],
    silent: SFT(', bf16=True', 'model = AutoModelForCausalLM.from_pretrained("google/gemma-2b")'),
  },
  {
    id: 'fp16-unscale',
    versions: old,
    speaks: script(
      LOAD.replace(')', ', torch_dtype=torch.float16)'),
      ATTACH,
      TRAIN.replace('"out"', '"out", fp16=True'),
    ),
    lines: [1, 3],
    silent: script(LOAD, ATTACH, TRAIN.replace('"out"', '"out", fp16=True')),
  },
  {
    id: 'reference-with-adapter',
    speaks: PREFERENCE('ref_model=AutoModelForCausalLM.from_pretrained("gpt2"), '),
    lines: [2],
    silent: PREFERENCE('ref_model=None, '),
  },
  {
    id: 'targets-not-found',
    speaks: TARGETS('"query_key_value,dense"'),
    lines: [2, 3],
    silent: TARGETS('["query_key_value", "dense"]'),
  },
  {
    id: 'targets-not-found',
    speaks: TARGETS('["q_proj", "v_proj"]'),
    lines: [2, 3],
    silent: TARGETS('None'),
  },
  {
    id: 'targets-partly-wrong',
    speaks: TARGETS('["query_key_value", "q_proj"]'),
    lines: [2],
    silent: TARGETS('["query_key_value", "dense"]'),
  },
  {
    id: 'optimiser-before-adapter',
    speaks: OPTIMISED('optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4)', ATTACH),
    lines: [2, 3],
    silent: OPTIMISED(ATTACH, 'optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4)'),
  },
  { id: 'deepspeed', speaks: SHARDED(', deepspeed="ds.json"'), lines: [3], silent: SHARDED('') },
  { id: 'fsdp-mixed-flags', versions: y23, speaks: FLAT('"false"'), lines: [3, 4], silent: FLAT('"true"') },
  { id: 'fsdp-setting-no-text', versions: y23, speaks: FLAT('True'), lines: [3], silent: FLAT('"true"') },
  {
    id: 'adapter-of-another-base',
    speaks: script(LOAD, `${ADAPTER}  # ValueError: Target modules ['c_attn'] not found`),
    lines: [2],
    silent: script(LOAD, ADAPTER),
  },
  {
    id: 'argument-unknown',
    versions: at('trl-1.9.0'),
    speaks: script(LOAD, 'trainer = Trainer(model=model, tokenizer=tokenizer)'),
    lines: [2],
    silent: script(LOAD, 'trainer = Trainer(model=model, processing_class=tokenizer)'),
  },
  {
    id: 'name-missing',
    speaks: 'from peft import prepare_model_for_int8_training',
    lines: [1],
    silent: 'from peft import prepare_model_for_int8_training',
    silentVersions: at('trl-0.7.1'),
  },
  {
    id: 'grpo-loss-zero',
    versions: at('trl-0.17.0', { trl: '0.15.2' }),
    speaks: script(LOAD, 'trainer = GRPOTrainer(model=model, reward_funcs=score, train_dataset=rows)'),
    lines: [2],
    silent: script(LOAD, 'trainer = GRPOTrainer(model=model, reward_funcs=score, train_dataset=rows)'),
    silentVersions: now,
  },
];

describe('findings about a program', () => {
  it.each(cases)('$id speaks at lines $lines', async ({ id, versions = now, speaks, lines }) => {
    const all = await found(speaks, versions);
    expect(all.map((one) => one.id)).toContain(id);
    expect(all.find((one) => one.id === id)?.lines).toEqual(lines);
  });

  it.each(cases)(
    '$id holds its tongue',
    async ({ id, versions = now, silent, silentVersions = versions }) => {
      const all = await found(silent, silentVersions);
      expect(all.map((one) => one.id)).not.toContain(id);
    },
  );
});
