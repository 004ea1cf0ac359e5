// What the name of a model says: its family, its version, its size, how its files are quantised. Words only, no table.

export interface Words {
  readonly parts: readonly string[];
  /** 7 of `7b`, 0.5 of `500m`; null: the name says none. */
  readonly billions: number | null;
  /** `2.5` of `qwen2.5`, `3` of `llama-3`. */
  readonly version: string | null;
}

/** Word in a name → family; the first that fits wins, so that longer names come first. */
const families: readonly (readonly [word: RegExp, family: string])[] = [
  [/smollm-?3/, 'smollm3'],
  [/smollm/, 'smollm'],
  [/tiny-?llama/, 'tinyllama'],
  [/code-?llama/, 'codellama'],
  [/deepseek-r1-distill-qwen|qwen2?\.?5?-vl|qwen-vl/, 'qwen-other'],
  [/deepseek-?coder/, 'deepseek-coder'],
  [/deepseek-?(v2|moe)/, 'deepseek-v2'],
  [/deepseek-?(v3|r1)(?!-distill)/, 'deepseek-v3'],
  [/llava/, 'llava'],
  [/llama|vicuna|alpaca|guanaco|wizardlm|hermes-3/, 'llama'],
  [/mixtral/, 'mixtral'],
  [/mistral|zephyr|openhermes|ministral/, 'mistral'],
  [/qwen1?\.?5?-moe|qwen3-\d+b-a\d+b/, 'qwen-moe'],
  [/qwen-?[123]|qwq|qwen/, 'qwen'],
  [/paligemma/, 'paligemma'],
  [/gemma/, 'gemma'],
  [/phi-?[0-9]/, 'phi'],
  [/biogpt/, 'biogpt'],
  [/distilgpt2|dialogpt|gpt-?2/, 'gpt2'],
  [/pythia|dolly|redpajama|neox/, 'neox'],
  [/gpt-neo/, 'gpt-neo'],
  [/gpt-?j/, 'gpt-j'],
  [/gpt-?oss/, 'gpt-oss'],
  [/starcoder-?2/, 'starcoder2'],
  [/starcoder|santacoder/, 'starcoder'],
  [/\bopt\b/, 'opt'],
  [/bloomz?/, 'bloom'],
  [/falcon/, 'falcon'],
  [/\bmpt\b/, 'mpt'],
  [/olmoe/, 'olmoe'],
  [/olmo/, 'olmo'],
  [/command|aya/, 'cohere'],
  [/granite/, 'granite'],
  [/stablelm/, 'stablelm'],
  [/baichuan/, 'baichuan'],
  [/internlm/, 'internlm'],
  [/chatglm|\bglm/, 'glm'],
  [/\byi\b/, 'yi'],
  [/flan-t5|t0/, 'flan-t5'],
  [/\bmt5/, 'mt5'],
  [/\bt5/, 't5'],
  [/mbart/, 'mbart'],
  [/bart\b/, 'bart'],
  [/pegasus/, 'pegasus'],
  [/xlm-?r/, 'xlm-roberta'],
  [/distilbert/, 'distilbert'],
  [/modernbert/, 'modernbert'],
  [/albert/, 'albert'],
  [/deberta/, 'deberta'],
  [/electra/, 'electra'],
  [/roberta/, 'roberta'],
  [/bert/, 'bert'],
  [/\bvit\b/, 'vit'],
];

/** Tails of a name that say how files are stored and nothing about the model. */
const STORED =
  /-(unsloth-)?bnb-4bit$|-(unsloth-)?bnb-8bit$|-gptq(-int[48])?$|-awq$|-gguf$|-fp16$|-bf16$|-hf$|-sharded(-bf16)?$|-bf16-sharded$|-4bit$|-8bit$|-int4$/;

/** Last part of an id, small, without what says how it is stored: `unsloth/llama-3-8b-bnb-4bit` → `llama-3-8b`. */
export function baseName(id: string): string {
  let name = (id.toLowerCase().split('/').at(-1) ?? '').replaceAll('_', '-');
  for (let before = ''; before !== name; ) {
    before = name;
    name = name.replace(STORED, '');
  }
  return name.replace(/^meta-llama-/, 'llama-');
}

/** How an id's files are quantised, by its name. */
export function storedAs(id: string): '4bit' | '8bit' | 'gptq' | 'awq' | null {
  const name = id.toLowerCase();
  if (/bnb-4bit|-4bit\b/.test(name)) return '4bit';
  if (/bnb-8bit|-8bit\b/.test(name)) return '8bit';
  if (/gptq/.test(name)) return 'gptq';
  return /-awq\b/.test(name) ? 'awq' : null;
}

function billionsOf(name: string): number | null {
  const found = /(?:^|[^a-z0-9.])(\d+(?:[._]\d+)?)(b|m)(?![a-z])/.exec(name);
  if (!found) return null;
  const count = Number((found[1] ?? '').replace('_', '.'));
  return found[2] === 'b' ? count : count / 1000;
}

export function wordsOf(id: string): Words {
  const name = baseName(id);
  const version =
    /(?:llama|qwen|gemma|phi|olmo|smollm|yi|chatglm|baichuan|internlm|starcoder|deepseek-v|v)-?(\d(?:\.\d)?)(?![\d.]*[bm])/.exec(
      name,
    );
  return { parts: name.split(/[-.]/), billions: billionsOf(name), version: version?.[1] ?? null };
}

export function familyOf({ parts }: Words): string | null {
  const name = parts.join('-');
  return families.find(([word]) => word.test(name))?.[1] ?? null;
}
