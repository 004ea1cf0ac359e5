// adapter_config.json as a script that puts such an adapter on its base model. The methods that are acted out are trained by it; the
// others are named for what they are.

import { judgedName } from '../../adapters/judged.ts';
import { methodNamed } from '../../adapters/methods.ts';
import { own } from '../../ground/own.ts';
import { text } from '../../ground/text.ts';
import type { Config } from './config.ts';
import { asText, configOfJson } from './config.ts';
import { isRecord } from './json.ts';
import { peftTypes } from './peftTypes.ts';
import { fixed, given, literal, PythonText } from './pythonText.ts';

export const isAdapterConfig = (json: unknown): json is Readonly<Record<string, unknown>> =>
  isRecord(json) && typeof json.peft_type === 'string';

/** What says nothing about the adapter, or is PEFT's own bookkeeping. */
const bookkeeping =
  /^(peft_type|base_model_name_or_path|revision|auto_mapping|peft_version|inference_mode|parent_library|runtime_config)$/;

const classes: Readonly<Record<string, string>> = {
  SEQ_CLS: 'AutoModelForSequenceClassification',
  SEQ_2_SEQ_LM: 'AutoModelForSeq2SeqLM',
  TOKEN_CLS: 'AutoModelForTokenClassification',
  QUESTION_ANS: 'AutoModelForQuestionAnswering',
  FEATURE_EXTRACTION: 'AutoModel',
};

/** null, empty and false are what every saved configuration says; `init_lora_weights: false` isn't. */
const saysSomething = (key: string, config: Config): boolean => {
  const value = config.get(key)?.value;
  if (value === null || value === undefined || bookkeeping.test(key)) return false;
  if (value === false) return key === 'init_lora_weights';
  return typeof value !== 'object' || Object.keys(value).length > 0;
};

export function adapterScript(json: Readonly<Record<string, unknown>>, source: string): PythonText {
  const config = configOfJson(json, source);
  const script = new PythonText();
  const name = asText(config.get('peft_type')?.value) ?? 'LORA';
  const type = own(peftTypes, name.toUpperCase());
  const base = config.get('base_model_name_or_path');
  const loader = own(classes, asText(config.get('task_type')?.value) ?? '') ?? 'AutoModelForCausalLM';
  const className = type?.config ?? 'PeftConfig';
  const at = config.get('peft_type')?.line ?? 0;
  script.add('# What this adapter_config.json describes, put on its base model and trained.');
  script.add(`from peft import ${className}, get_peft_model`);
  script.add(`from transformers import ${loader}, Trainer, TrainingArguments`);
  script.blank();
  const id = asText(base?.value);
  script.add(`model = ${loader}.from_pretrained(${literal(id || 'meta-llama/Llama-2-7b-hf')})`, base?.line);
  if (!id)
    script.note(
      'assumption',
      text('It names no base model: a llama is assumed.', '没有写出底座模型：假定为 llama。'),
    );
  script.call(
    `config = ${className}(`,
    [
      ...given(
        config,
        [...config.keys()].filter((key) => saysSomething(key, config)),
      ),
      ...(json.inference_mode === true
        ? [fixed('inference_mode=False', config.get('inference_mode')?.line)]
        : []),
    ],
    at,
  );
  if (json.inference_mode === true)
    script.note(
      'assumption',
      text(
        'Every saved configuration says inference_mode: true. It is read as one to train with; PeftModel.from_pretrained(model, "adapter") would load it frozen unless is_trainable=True.',
        '每个保存的配置都写着 inference_mode: true。此处按训练用的配置来读；PeftModel.from_pretrained(model, "adapter") 会冻结它，除非 is_trainable=True。',
      ),
    );
  script.add('model = get_peft_model(model, config)', at);
  const acted = methodNamed(name.toUpperCase()) !== null || judgedName(name.toUpperCase()) !== null;
  if (type && !acted)
    script.note(
      'not-modelled',
      text(`${type.says.en}. It is not acted out here.`, `${type.says.zh}。此处不模拟。`),
    );
  else if (!type)
    script.note(
      'not-modelled',
      text(`peft_type ${name} is not known here.`, `此处不认识 peft_type ${name}。`),
    );
  if (acted) script.add('model.print_trainable_parameters()');
  script.add(
    'trainer = Trainer(model=model, args=TrainingArguments(output_dir="out"), train_dataset=dataset)',
  );
  script.add('trainer.train()');
  return script;
}
