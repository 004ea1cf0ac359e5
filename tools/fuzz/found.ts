// The smallest inputs that ever broke a reader, by its name: they stand in its corpus for good, and are what mutations begin from.
import type { Input } from './reader.ts';

const safetensors = (header: string, dataBytes: number): Input => {
  const text = new TextEncoder().encode(header);
  const file = new Uint8Array(8 + text.length + dataBytes);
  new DataView(file.buffer).setBigUint64(0, BigInt(text.length), true);
  file.set(text, 8);
  return file;
};
const entry = '{"dtype":"U8","shape":[1],"data_offsets":[0,1]}';
const deep = `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`;

export const found: ReadonlyMap<string, readonly Input[]> = new Map<string, readonly Input[]>([
  [
    'safetensors',
    [
      safetensors(`{"__metadata__":{"a":1},"a":${entry}}`, 1),
      safetensors(`{"a":${entry},"a":${entry}}`, 1),
      safetensors(`{"a":${entry},"b":${entry}}`, 1),
      safetensors('{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1,0]}}', 1),
    ],
  ],
  [
    "ModelScope's answers",
    [
      '{"/repo/files":{"Data":{"Files":[{"Revision":"0123456789abcdef0123456789abcdef01234567"}],"LatestCommitter":{"ShortId":{"toString":1}}}}}',
    ],
  ],
  ["a hub's search", ['{"/api/models":[{"id":"a/b","downloads":-1}]}']],
  [
    'notes of the cache',
    [
      '{"id":"","revision":"","file":null,"licence":"","usedAt":1,"files":[]}',
      '{"id":"","revision":"","file":null,"licence":"","usedAt":1,"files":[{"path":"a","key":"../a","sizeBytes":-1}]}',
    ],
  ],
  [
    'tokenizer.json',
    [
      '{"":{"":""},"":""}',
      '{"tokenizer":[]}',
      '{"tokenizer":{"pre_tokenizer":{"type":{"toString":1}}}}',
      deep,
    ],
  ],
  [
    'chat template',
    [
      '{%gene}',
      "{{o''",
      '{% ',
      '{{`',
      '{%for e in e%}{%if o%}',
      '{% for i in range(10**9) %}{% endfor %}',
      '{% for i in range(30000) %}{% for j in range(30000) %}{% endfor %}{% endfor %}',
      '{% if true %}'.repeat(5000),
      '{{ '.padEnd(100_000, '('),
      `{{ 1 }}${' '.repeat(100_000)}x`,
    ],
  ],
  [
    'config.json',
    [
      '{"model_type":"llama","num_attention_heads":2,"intermediate_size":4,"num_hidden_layers":1,"vocab_size":3,"hidden_size":2.5}',
      '{"model_type":"llama","hidden_size":8,"num_attention_heads":1e30,"intermediate_size":4,"num_hidden_layers":1,"vocab_size":3}',
      `{"model_type":"${'l'.repeat(5000)}"}`,
      `{"model_type":"llama","hidden_size":8,"num_attention_heads":${deep}}`,
    ],
  ],
  [
    'recipe file',
    [
      '{"version":{"toString":1}}',
      '{"version":1,"preset":"","settings":true}',
      '{"version":1,"preset":"","prompts":null}',
      deep,
    ],
  ],
  ['presets.json', ['[{"id":"\\ud800"}]', '[{"file":{"toString":1}}]']],
  ['link', ['#lora.r=0x10', '#prompt=\ud800', '#__proto__=1', '#data=z.AAAA', '#fp=cpu~0x1:2']],
  ['rows', ['{"text":"\\ud800"}', '{"text":"a","__proto__":{}}', `{"text":${deep}}`]],
  [
    'adapter_config.json',
    [
      '{"peft_type":"IA3","toString":""}',
      '{"peft_type":"IA3","__proto__":""}',
      `{"peft_type":"LORA","rank_pattern":${deep}}`,
    ],
  ],
  [
    'patterns',
    [
      '{"exclude":{"toString":[]}}',
      '{"target":"(.*)*x"}',
      '{"target":"(\\\\w+\\\\.?)*!"}',
      '{"rank":"{\\"(.*)*x\\":2}"}',
      '{"layers":"0x10"}',
    ],
  ],
  ['worker commands', ['{"type":"resume","backend":"auto","":[]}', '{"type":{"toString":1}}', deep]],
  ['bridge requests', ['{"hasOwnProperty":1}', deep]],
  ['pasted text', [`[1,${' '.repeat(30_000)}x`, '1.'.repeat(30_000), 'a.b.'.repeat(15_000)]],
]);
