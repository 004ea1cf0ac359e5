// Code for a page that answers with a run's files for the web: whole pages, which say nothing that the folder doesn't.

export const withTransformers = (prompt: string): string => `<script type="module">
import { AutoModelForCausalLM, AutoTokenizer, env } from 'https://cdn.jsdelivr.net/npm/@huggingface/transformers';
env.allowLocalModels = true;
env.allowRemoteModels = false;
env.localModelPath = new URL('./', location.href).href;
const tokenizer = await AutoTokenizer.from_pretrained('web');
const model = await AutoModelForCausalLM.from_pretrained('web', { dtype: 'q4', device: 'wasm' });
const inputs = tokenizer.apply_chat_template([{ role: 'user', content: ${JSON.stringify(prompt)} }],
  { add_generation_prompt: true, return_dict: true });
const ids = await model.generate({ ...inputs, max_new_tokens: 64, do_sample: false });
document.body.textContent = tokenizer.decode(ids.tolist()[0].slice(inputs.input_ids.dims[1]), { skip_special_tokens: true });
</script>
`;

/** A text as its ids: a tokenizer is another library's. */
export const withOnnxRuntime = (): string => `<script type="module">
import * as ort from 'https://cdn.jsdelivr.net/npm/onnxruntime-web/dist/ort.wasm.min.mjs';
const config = await (await fetch('web/config.json')).json();
const { eos_token_id: stops } = await (await fetch('web/generation_config.json')).json();
const name = 'model_q4.onnx';
const files = config['transformers.js_config'].use_external_data_format[name];
const externalData = Array.from({ length: files }, (_, i) => {
  const path = name + '_data' + (i === 0 ? '' : '_' + i);
  // The last file is the adapter: another adapter's file may stand in its place.
  return { path, data: 'web/onnx/' + path };
});
const session = await ort.InferenceSession.create('web/onnx/' + name, { externalData, logSeverityLevel: 3 });
const words = (values) => new ort.Tensor('int64', BigInt64Array.from(values, BigInt), [1, values.length]);

/** ids: those of a text, by any tokenizer that reads web/tokenizer.json. Answers the ids that follow. */
export async function answer(ids, limit = 64) {
  let cache = {};
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
    if (stops.includes(best)) break;
    said.push(best);
    for (const key of Object.keys(cache)) cache[key] = results[key.replace('past_key_values', 'present')];
    [past, next] = [total, [best]];
  }
  return said;
}
</script>
`;
