// unsloth's FastLanguageModel as far as it is known: a model loaded in 4 bits unless told otherwise, wrapped by PEFT, its checkpointing
// its own, which trains in every version. Source: unsloth 2024 and 2025, models/loader.py, models/llama.py.
import { text } from '../../../ground/text.ts';
import { holdsResponse, templateOf } from '../../chatMarkers.ts';
import type { ProgramValue } from '../../program/program.ts';
import { textOf, truthOf } from '../../program/values.ts';
import type { Acted, Acting, CalleeTable } from '../acting.ts';
import { callee } from '../acting.ts';
import type { ConfigObject, ModelObject } from '../objects.ts';
import { focus } from '../objects.ts';
import { enableInputRequireGrads } from '../transformersCalls.ts';
import { attach } from './attaching.ts';
import { loadedBy } from './loading.ts';
import { harmless, theModel } from './reading.ts';

/** With all that from_pretrained of unsloth passes where the script says nothing. */
function loaded(call: Acting): ModelObject {
  const name = textOf(call.value('model_name')) ?? '';
  const said = (key: string, otherwise: boolean): boolean => truthOf(call.given.get(key)) ?? otherwise;
  const in8bit = said('load_in_8bit', false);
  const full = said('full_finetuning', false);
  const in4bit = !in8bit && !full && said('load_in_4bit', true);
  const given = new Map<string, ProgramValue>([
    ['dtype', { dtype: 'bfloat16' }],
    ...[...call.given].filter(([, value]) => value !== null),
    ['load_in_4bit', in4bit],
    ['load_in_8bit', in8bit],
    ['bnb_4bit_quant_type', 'nf4'],
  ]);
  const plainName = in4bit ? name : name.replace(/-?bnb-4bit$/, '');
  return loadedBy(
    { ...call, given, value: (key) => given.get(key) },
    'transformers.AutoModelForCausalLM',
    plainName,
  );
}

const fromPretrained = callee(
  'model_name max_seq_length dtype load_in_4bit',
  (call): Acted => ({ object: loaded(call) }),
);

const defaults: Readonly<Record<string, ProgramValue>> = {
  r: 16,
  lora_alpha: 16,
  lora_dropout: 0,
  bias: 'none',
  target_modules: ['q_proj', 'k_proj', 'v_proj', 'o_proj', 'gate_proj', 'up_proj', 'down_proj'],
  use_gradient_checkpointing: 'unsloth',
};

const getPeft = callee('model r target_modules lora_alpha', (call): Acted => {
  const model = theModel(call, 'model');
  const values = new Map<string, ProgramValue>([...Object.entries(defaults), ...call.given]);
  values.set('task_type', 'CAUSAL_LM');
  const config: ConfigObject = { kind: 'config', callee: 'peft.LoraConfig', values, later: null };
  const script = focus(model);
  const checkpoints = truthOf(values.get('use_gradient_checkpointing')) ?? true;
  const acted = attach(call, model, config);
  call.note(
    'assumption',
    text(
      'unsloth patches layers, checkpointing and trainer; its checkpointing keeps the graph, with the hook on the embedding.',
      'unsloth 会改写层、检查点和训练器；其检查点带有嵌入钩子，不会断开计算图。',
    ),
  );
  if (checkpoints) {
    enableInputRequireGrads(script);
    script.checkpointing = { useReentrant: true, explicit: true };
  }
  return acted;
});

const chatTemplate = callee('tokenizer chat_template', (call): Acted => {
  const value = call.given.get('tokenizer') ?? null;
  const values = new Map<string, ProgramValue>([['chat_template', call.value('chat_template') ?? null]]);
  call.disk.set(TEMPLATE, { kind: 'plain', callee: 'unsloth.chat_templates.get_chat_template', values });
  return { value };
});

/** Where the last get_chat_template of the program is kept. */
const TEMPLATE = 'unsloth chat template';

/** Masks what stands before `response_part`: all of it where the rows have no such text. */
const onlyResponses = callee('trainer instruction_part response_part', (call): Acted => {
  const trainer = call.object(call.value('trainer'));
  const part = textOf(call.value('response_part'));
  if (trainer?.kind !== 'trainer' || part === null) return { value: call.value('trainer') ?? null };
  const kept = call.disk.get(TEMPLATE);
  const named = kept?.kind === 'plain' ? textOf(kept.values.get('chat_template')) : null;
  const template = templateOf(named ?? trainer.model.name);
  if (template && !holdsResponse(template, part)) trainer.allMasked = true;
  if (!template)
    call.note(
      'assumption',
      text(`the rows hold ${JSON.stringify(part)}`, `数据行中含有 ${JSON.stringify(part)}`),
    );
  return { value: call.value('trainer') ?? null };
});

const classes = ['FastLanguageModel', 'FastModel', 'FastVisionModel', 'FastLlamaModel', 'FastMistralModel'];

export const unslothCallees: CalleeTable = {
  'unsloth.chat_templates.get_chat_template': chatTemplate,
  'unsloth.get_chat_template': chatTemplate,
  'unsloth.chat_templates.train_on_responses_only': onlyResponses,
  'unsloth.train_on_responses_only': onlyResponses,
  ...Object.fromEntries(
    classes.flatMap((name) => [
      [`unsloth.${name}.from_pretrained`, fromPretrained] as const,
      [`unsloth.${name}.get_peft_model`, getPeft] as const,
      [`unsloth.${name}.for_training`, harmless] as const,
      [`unsloth.${name}.for_inference`, harmless] as const,
    ]),
  ),
};
