// Code for a page that answers with a run's files for the web: whole pages, which say nothing that the folder doesn't. tools/golden/webPage.ts
// opens them as they are shown.
import type { WebDevice } from '../../../engine/index.ts';

/** Versions that these pages were tried with. */
export const SNIPPET_PACKAGES = {
  '@huggingface/transformers': '4.3.2',
  '@huggingface/tokenizers': '0.2.0',
  '@huggingface/jinja': '0.5.11',
  'onnxruntime-web': '1.30.0',
} as const;

const packageAt = (name: keyof typeof SNIPPET_PACKAGES): string =>
  `https://cdn.jsdelivr.net/npm/${name}@${SNIPPET_PACKAGES[name]}`;

/** A text as a script holds it; nothing in it ends the script. */
const quoted = (text: string): string => JSON.stringify(text).replaceAll('<', '\\u003c');

/** A whole address as localModelPath is one of a server of models to transformers.js: it finds no tokenizer there. */
export const withTransformers = (prompt: string, device: WebDevice): string => `<!doctype html>
<meta charset="utf-8">
<p id="answer">…</p>
<script type="module">
import { AutoModelForCausalLM, AutoTokenizer, env } from '${packageAt('@huggingface/transformers')}';
env.allowLocalModels = true;
env.allowRemoteModels = false;
env.localModelPath = './';
const tokenizer = await AutoTokenizer.from_pretrained('web');
const model = await AutoModelForCausalLM.from_pretrained('web', { dtype: 'q4', device: '${device}' });
const inputs = tokenizer.apply_chat_template([{ role: 'user', content: ${quoted(prompt)} }],
  { add_generation_prompt: true, return_dict: true });
const ids = await model.generate({ ...inputs, max_new_tokens: 64, do_sample: false });
const said = ids.tolist()[0].slice(inputs.input_ids.dims[1]);
document.querySelector('#answer').textContent = tokenizer.decode(said, { skip_special_tokens: true });
</script>
`;

/** The program that has the device, and no more. */
const bundles = { wasm: 'ort.wasm.min.mjs', webgpu: 'ort.webgpu.min.mjs' } as const;

export const withOnnxRuntime = (prompt: string, device: WebDevice): string => `<!doctype html>
<meta charset="utf-8">
<p id="answer">…</p>
<script type="module">
import * as ort from '${packageAt('onnxruntime-web')}/dist/${bundles[device]}';
import { Tokenizer } from '${packageAt('@huggingface/tokenizers')}/dist/tokenizers.min.mjs';
import { Template } from '${packageAt('@huggingface/jinja')}/dist/index.js';

const read = async (name) => (await fetch('web/' + name)).json();
const [config, generation, tokens, texts] = await Promise.all(
  ['config.json', 'generation_config.json', 'tokenizer.json', 'tokenizer_config.json'].map(read));
const tokenizer = new Tokenizer(tokens, texts);

const name = 'model_q4.onnx';
const files = config['transformers.js_config'].use_external_data_format[name];
const externalData = Array.from({ length: files }, (_, i) => {
  const path = name + '_data' + (i === 0 ? '' : '_' + i);
  // config.adapter_data names the file that is the adapter: another adapter's file may stand in its place.
  return { path, data: 'web/onnx/' + path };
});
const session = await ort.InferenceSession.create('web/onnx/' + name,
  { executionProviders: ['${device}'], externalData, logSeverityLevel: 3 });
const words = (values) => new ort.Tensor('int64', BigInt64Array.from(values, BigInt), [1, values.length]);

/** The ids that follow \`ids\`, the likeliest each time. */
async function answer(ids, limit = 64) {
  const cache = {};
  for (const { name, isTensor, shape } of session.inputMetadata)
    if (isTensor && name.startsWith('past_key_values.'))
      cache[name] = new ort.Tensor('float32', new Float32Array(), [1, shape[1], 0, shape[3]]);
  const said = [];
  for (let past = 0, next = ids; said.length < limit; ) {
    const total = past + next.length;
    const results = await session.run({
      input_ids: words(next),
      attention_mask: words(Array(total).fill(1)),
      position_ids: words(next.map((_, i) => past + i)),
      ...cache,
    });
    const scores = results.logits.data.slice(-config.vocab_size);
    const best = scores.indexOf(scores.reduce((a, b) => Math.max(a, b)));
    if (generation.eos_token_id.includes(best)) break;
    said.push(best);
    for (const key of Object.keys(cache)) cache[key] = results[key.replace('past_key_values', 'present')];
    [past, next] = [total, [best]];
  }
  return said;
}

const text = new Template(texts.chat_template).render({
  messages: [{ role: 'user', content: ${quoted(prompt)} }],
  add_generation_prompt: true,
  ...Object.fromEntries(['bos_token', 'eos_token'].map((key) => [key, texts[key]?.content ?? texts[key] ?? ''])),
});
const { ids } = tokenizer.encode(text, { add_special_tokens: false });
document.querySelector('#answer').textContent = tokenizer.decode(await answer(ids), { skip_special_tokens: true });
</script>
`;
