// What LLaMA-Factory does with its arguments, as a script: the calls of its loader, its adapter and its trainer, in their order (facts from
// its public source, releases 0.9.0 to 0.9.5). The rows and their template are stood in for; what the tool does beside the model isn't said.

import { own } from '../../../ground/own.ts';
import { text } from '../../../ground/text.ts';
import type { Config } from '../config.ts';
import { asNames, asNumber, asText, isOn } from '../config.ts';
import { addDataset, fixed, given, literal, PythonText } from '../pythonText.ts';
import { llamaFactoryKeys } from './keys.ts';
import { adaptLora, castTrainable, freeze } from './llamaFactoryAdapter.ts';
import { refusal, sayWhatIsNotModelled } from './llamaFactoryLimits.ts';

const lineOf = (config: Config, ...keys: string[]): number =>
  keys.map((key) => config.get(key)?.line ?? 0).find((line) => line > 0) ?? 0;

/** torch's name of the precision that the tool computes in. */
function computeType(config: Config): string | null {
  if (isOn(config.get('bf16')?.value) || isOn(config.get('pure_bf16')?.value)) return 'torch.bfloat16';
  return isOn(config.get('fp16')?.value) ? 'torch.float16' : null;
}

function quantization(script: PythonText, config: Config): boolean {
  const entry = config.get('quantization_bit');
  const bits = asNumber(entry?.value);
  if (!entry || bits === null) return false;
  const method = (asText(config.get('quantization_method')?.value) ?? 'bitsandbytes').toLowerCase();
  const from = entry.line;
  const compute = computeType(config) ?? 'None';
  if (method === 'hqq') script.add(`quantization_config = HqqConfig(nbits=${bits}, axis=0)`, from);
  else if (method === 'eetq') script.add('quantization_config = EetqConfig()', from);
  else if (bits === 8) script.add('quantization_config = BitsAndBytesConfig(load_in_8bit=True)', from);
  else if (bits === 4)
    script.call(
      'quantization_config = BitsAndBytesConfig(',
      [
        fixed('load_in_4bit=True', from),
        fixed(`bnb_4bit_compute_dtype=${compute}`, lineOf(config, 'bf16', 'pure_bf16', 'fp16')),
        fixed(
          `bnb_4bit_use_double_quant=${literal(config.get('double_quantization')?.value ?? true)}`,
          lineOf(config, 'double_quantization'),
        ),
        fixed(
          `bnb_4bit_quant_type=${literal(config.get('quantization_type')?.value ?? 'nf4')}`,
          lineOf(config, 'quantization_type'),
        ),
        fixed(`bnb_4bit_quant_storage=${compute}`),
      ],
      from,
    );
  else script.add('raise ValueError("Bitsandbytes only accepts 4-bit or 8-bit quantization.")', from);
  return true;
}

const attention: Readonly<Record<string, string>> = {
  fa2: 'flash_attention_2',
  sdpa: 'sdpa',
  disabled: 'eager',
};

function model(script: PythonText, config: Config, quantised: boolean): void {
  const named = config.get('model_name_or_path');
  const name = asText(named?.value) ?? 'meta-llama/Llama-2-7b-hf';
  script.add(`tokenizer = AutoTokenizer.from_pretrained(${literal(name)})`, named?.line);
  const flash = own(attention, asText(config.get('flash_attn')?.value) ?? '');
  script.call(
    'model = AutoModelForCausalLM.from_pretrained(',
    [
      fixed(literal(name), named?.line),
      fixed('torch_dtype="auto"'),
      ...(quantised
        ? [fixed('quantization_config=quantization_config', lineOf(config, 'quantization_bit'))]
        : []),
      ...(flash ? [fixed(`attn_implementation=${literal(flash)}`, lineOf(config, 'flash_attn'))] : []),
      ...given(config, ['trust_remote_code']),
    ],
    named?.line,
  );
  if (!named)
    script.note(
      'assumption',
      text(
        'model_name_or_path isn’t there, and LLaMA-Factory asks for it: a llama is assumed.',
        '没有 model_name_or_path，而 LLaMA-Factory 需要它：假定为 llama。',
      ),
    );
  if (isOn(config.get('resize_vocab')?.value))
    script.add('model.resize_token_embeddings(len(tokenizer))', lineOf(config, 'resize_vocab'));
}

/** Layer norms in float32, and checkpointing: on, unless it is switched off. */
function prepare(script: PythonText, config: Config): void {
  if (isOn(config.get('upcast_layernorm')?.value)) {
    const from = lineOf(config, 'upcast_layernorm');
    script.add('for name, parameter in model.named_parameters():', from);
    script.add('    if parameter.ndim == 1 and "norm" in name:', from);
    script.add('        parameter.data = parameter.data.to(torch.float32)', from);
  }
  if (isOn(config.get('disable_gradient_checkpointing')?.value)) return;
  script.add(
    'model.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})',
    lineOf(config, 'use_reentrant_gc', 'gradient_checkpointing'),
  );
  script.note(
    'assumption',
    text(
      'LLaMA-Factory checkpoints unless disable_gradient_checkpointing is true, by a function of its own: it makes the input of every layer that trains require grad. What that connects is what use_reentrant=False connects, so it is run as that.',
      '除非 disable_gradient_checkpointing 为 true，LLaMA-Factory 总会做检查点，并用它自己的函数：让每个要训练的层的输入需要梯度。它所连接的与 use_reentrant=False 相同，因此按后者运行。',
    ),
  );
  script.add('model.config.use_cache = False');
}

/** Post-processed as the tool does; `gradient_checkpointing` is left out where its own function has the model's already. */
function trainingArguments(script: PythonText, config: Config): void {
  const own = !isOn(config.get('disable_gradient_checkpointing')?.value);
  const skipped = new Set([
    ...(own ? ['gradient_checkpointing', 'gradient_checkpointing_kwargs'] : []),
    'remove_unused_columns',
    'label_names',
  ]);
  const keys = [...config.keys()].filter((key) => !llamaFactoryKeys.has(key) && !skipped.has(key));
  const args = given(config, keys);
  script.call(
    'args = Seq2SeqTrainingArguments(',
    [
      ...(config.has('output_dir') ? [] : [fixed('output_dir="saves"')]),
      ...args,
      fixed('remove_unused_columns=False'),
      fixed('label_names=["labels"]'),
    ],
    lineOf(config, 'output_dir') || args[0]?.from,
  );
}

const trainers: Readonly<Record<string, string>> = {
  pt: 'pre-training',
  sft: 'SFT',
  dpo: 'DPO',
  rm: 'reward model',
  kto: 'KTO',
  ppo: 'PPO',
};

export function llamaFactoryScript(config: Config): PythonText {
  const script = new PythonText();
  const stage = asText(config.get('stage')?.value) ?? 'sft';
  const method = asText(config.get('finetuning_type')?.value) ?? 'lora';
  script.add(
    `# What LLaMA-Factory does with this: ${own(trainers, stage) ?? stage}, finetuning_type ${method}.`,
  );
  script.add('import torch');
  script.add('from peft import LoraConfig, OFTConfig, PeftModel, TaskType, get_peft_model');
  script.add(
    'from transformers import AutoModelForCausalLM, AutoTokenizer, BitsAndBytesConfig, EetqConfig, HqqConfig',
  );
  script.add('from transformers import Seq2SeqTrainer, Seq2SeqTrainingArguments');
  script.blank();
  trainingArguments(script, config);
  const refused = refusal(config, stage, method);
  if (refused) script.add(`raise ValueError(${literal(refused.message)})`, refused.line);
  const quantised = quantization(script, config);
  model(script, config, quantised);
  sayWhatIsNotModelled(script, config, stage);
  prepare(script, config);
  if (method === 'freeze') freeze(script, config);
  else if (method === 'full') castTrainable(script, config);
  else adaptLora(script, config, method, quantised);
  script.add('model.train()');
  script.blank();
  addDataset(script, config, 'dataset', 'train');
  const wantsTraining = config.get('do_train');
  script.call(
    'trainer = Seq2SeqTrainer(',
    [fixed('model=model'), fixed('args=args'), fixed('train_dataset=dataset', lineOf(config, 'dataset'))],
    lineOf(config, 'stage', 'finetuning_type'),
  );
  if (wantsTraining && !isOn(wantsTraining.value)) {
    script.add('# do_train is off: nothing is trained', wantsTraining.line);
    return script;
  }
  script.add('trainer.train()', lineOf(config, 'do_train', 'stage'));
  if (!wantsTraining)
    script.note(
      'assumption',
      text(
        'do_train isn’t there. LLaMA-Factory trains only with do_train: true; it is assumed.',
        '没有 do_train。LLaMA-Factory 只有在 do_train: true 时才训练；此处假定为 true。',
      ),
    );
  sayEndToken(script, config, method);
  return script;
}

/** A base model meets a chat template whose end token it never saw; LoRA leaves embedding and head alone. */
function sayEndToken(script: PythonText, config: Config, method: string): void {
  const name = asText(config.get('model_name_or_path')?.value) ?? '';
  const template = asText(config.get('template')?.value) ?? '';
  const chat = /qwen|llama3|llama4|chatml|gemma|phi|deepseek3|glm|intern|yi|mistral|falcon|hunyuan/i.test(
    template,
  );
  const base = /[-_]base\b/i.test(name);
  if (method !== 'lora' || !base || !chat || asNames(config.get('additional_target')?.value).length > 0)
    return;
  script.notes.push({
    kind: 'assumption',
    line: script.lines.findIndex(({ from }) => from === lineOf(config, 'model_name_or_path')) + 1 || null,
    text: text(
      `${name} is a base model, and template ${template} ends an answer with a token that it never learnt. LoRA trains neither embedding nor head, so the tuned model may never stop: add additional_target: embed_tokens,lm_head, or take the instruct model.`,
      `${name} 是基础模型，而模板 ${template} 用一个它从未学过的词元结束回答。LoRA 既不训练嵌入也不训练输出头，微调后的模型可能停不下来：加上 additional_target: embed_tokens,lm_head，或改用指令模型。`,
    ),
  });
}
