// How chat templates mark turns: what stands before a question and before an answer, and which template a model or a name means. Leaves
// out what templates do beyond that. Sources: tokenizer_config.json of the named models; unsloth chat_templates.py CHAT_TEMPLATES.

export interface Markers {
  readonly instruction: string;
  readonly response: string;
}

const markers = {
  chatml: { instruction: '<|im_start|>user\n', response: '<|im_start|>assistant\n' },
  'llama-3': {
    instruction: '<|start_header_id|>user<|end_header_id|>\n\n',
    response: '<|start_header_id|>assistant<|end_header_id|>\n\n',
  },
  mistral: { instruction: '[INST]', response: '[/INST]' },
  gemma: { instruction: '<start_of_turn>user\n', response: '<start_of_turn>model\n' },
  zephyr: { instruction: '<|user|>\n', response: '<|assistant|>\n' },
  alpaca: { instruction: '### Instruction:\n', response: '### Response:\n' },
  vicuna: { instruction: 'USER: ', response: 'ASSISTANT: ' },
} as const satisfies Record<string, Markers>;

/** By words of a template's name or a model's id; the first that fits. */
const meant: readonly (readonly [pattern: RegExp, template: keyof typeof markers])[] = [
  [/alpaca/i, 'alpaca'],
  [/vicuna/i, 'vicuna'],
  [/llama-?_?3/i, 'llama-3'],
  [/chatml|qwen|hermes|smollm|\byi-|internlm/i, 'chatml'],
  [/gemma/i, 'gemma'],
  [/zephyr|tinyllama|phi-?3|phi-?4/i, 'zephyr'],
  [/mistral|mixtral|llama-?2|codellama/i, 'mistral'],
];

export interface Template extends Markers {
  readonly name: string;
}

/** The template of a name; null: not known here. */
export function templateOf(name: string): Template | null {
  const found = meant.find(([pattern]) => pattern.test(name));
  return found ? { name: found[1], ...markers[found[1]] } : null;
}

/** Whether rows of a template hold a marker of its answers, however much of it a script gives. */
export const holdsResponse = ({ response }: Markers, part: string): boolean =>
  response.includes(part.trim()) || part.includes(response.trim());

/** The template whose marker a text has; null: of none. */
export function templateWith(text: string): Template | null {
  const found = Object.entries(markers).find(([, { response }]) => text.includes(response.trim()));
  return found ? { name: found[0], ...found[1] } : null;
}
