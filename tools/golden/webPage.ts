// Opens what runs export for the web in Chromium, from a local server: logits in ONNX Runtime on the processor and on the software GPU against
// ours, with the adapter and with zeros in its place, greedy texts of transformers.js against ours, and the pages of code that the product hands out, as they stand.
// `node tools/run.mjs tools/golden/webPage.ts EXPORT_FOLDER NODE_MODULES [RECIPE]`. The first is a folder that writeExport.ts wrote; the second that
// of a project elsewhere with `npm install --ignore-scripts @huggingface/transformers`, which is none of this project's packages.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { chromium } from '@playwright/test';
import { withOnnxRuntime, withTransformers } from '../../src/ui/panels/deploy/snippets.ts';
import { serve, withoutNetwork } from './webServer.ts';

const devices = ['wasm', 'webgpu'] as const;
const kinds = [
  { place: 'web-f32', dtype: 'fp32', model: 'model.onnx', bound: 1e-3 },
  // The same model rounded: how far it is off is told.
  { place: 'web-f16', dtype: 'fp16', model: 'model_fp16.onnx', bound: Number.POSITIVE_INFINITY },
  { place: 'web-q4', dtype: 'q4', model: 'model_q4.onnx', bound: 1e-3 },
] as const;

const bench = `<!doctype html><script type="module">
import * as ort from '/onnxruntime/ort.webgpu.bundle.min.mjs';
import { AutoModelForCausalLM, AutoTokenizer, env } from 'https://cdn.jsdelivr.net/npm/@huggingface/transformers';
Object.assign(env, { allowRemoteModels: false, allowLocalModels: true, localModelPath: '/exports/', useBrowserCache: false });
ort.env.wasm.wasmPaths = '/onnxruntime/';
ort.env.wasm.numThreads = 1;
window.answer = async (folder, dtype, prompts) => {
  const tokenizer = await AutoTokenizer.from_pretrained(folder);
  const model = await AutoModelForCausalLM.from_pretrained(folder, { dtype, device: 'wasm' });
  const said = {};
  for (const prompt of prompts) {
    const inputs = tokenizer.apply_chat_template([{ role: 'user', content: prompt }], { add_generation_prompt: true, return_dict: true });
    const made = await model.generate({ ...inputs, max_new_tokens: 24, do_sample: false });
    const ids = made.tolist()[0].slice(inputs.input_ids.dims[1]);
    said[prompt] = tokenizer.decode(ids, { skip_special_tokens: true });
  }
  await model.dispose();
  return said;
};
window.distance = async (folder, name, device, ids, logits, adapter) => {
  const config = await (await fetch('/exports/' + folder + '/config.json')).json();
  const files = config['transformers.js_config'].use_external_data_format[name];
  const paths = Array.from({ length: files }, (_, i) => name + '_data' + (i === 0 ? '' : '_' + i));
  const externalData = paths.map((path) => ({ path, data: '/exports/' + folder + '/onnx/' + path }));
  if (!adapter) {
    const own = externalData.find(({ path }) => path === config.adapter_data);
    own.data = new Uint8Array((await (await fetch(own.data)).arrayBuffer()).byteLength);
  }
  const session = await ort.InferenceSession.create('/exports/' + folder + '/onnx/' + name,
    { externalData, executionProviders: [device], logSeverityLevel: 3 });
  const words = (values) => new ort.Tensor('int64', BigInt64Array.from(values, BigInt), [1, values.length]);
  const past = {};
  for (const { name, isTensor, shape } of session.inputMetadata)
    if (isTensor && name.startsWith('past_key_values.'))
      past[name] = new ort.Tensor('float32', new Float32Array(), [1, shape[1], 0, shape[3]]);
  let worst = 0;
  for (const prompt of Object.keys(ids)) {
    const own = ids[prompt];
    const { logits: got } = await session.run({
      input_ids: words(own), attention_mask: words(own.map(() => 1)), position_ids: words(own.map((_, i) => i)), ...past,
    });
    const last = got.data.slice(-config.vocab_size);
    for (const [i, value] of logits[prompt].entries()) {
      const off = Math.abs(last[i] - value);
      worst = off <= worst ? worst : off;
    }
  }
  await session.release();
  return worst;
};
window.ready = true;
</script>`;

const say = (text: string): void => void process.stdout.write(`  ${text}\n`);
const json = (path: string): Record<string, unknown> => JSON.parse(readFileSync(path, 'utf8'));

/** Calls a function of the page. */
const called = (tab: Page, name: string, ...given: readonly unknown[]): Promise<unknown> =>
  tab.evaluate(`window.${name}(${given.map((one) => JSON.stringify(one)).join(', ')})`);

/** With the adapter, and without one where its file can be swapped for zeros. */
const sidesOf = (place: string, dtype: string): readonly ('logits' | 'off')[] =>
  dtype === 'q4' && 'adapter_data' in json(`${place}/config.json`) ? ['logits', 'off'] : ['logits'];

/** How many of a recipe's files say something else than the run does. */
async function wrongOf(tab: Page, folder: string, recipe: string): Promise<number> {
  const read = (name: string) => json(`${folder}/${recipe}/${name}.json`);
  const { after } = read('answers');
  const prompts = Object.keys(Object(after));
  let wrong = 0;
  for (const { place, dtype, model, bound } of kinds) {
    for (const device of devices)
      for (const side of sidesOf(`${folder}/${recipe}/${place}`, dtype)) {
        const adapter = side === 'logits';
        const got = Number(
          await called(
            tab,
            'distance',
            `${recipe}/${place}`,
            model,
            device,
            read('ids'),
            read(side),
            adapter,
          ),
        );
        if (!(got < bound)) wrong += 1;
        const what = adapter ? 'logits' : "the base's logits with zeros for the adapter";
        say(
          `${recipe} ${dtype} on ${device}: ${what} ${got.toExponential(1)}${got < bound ? '' : ': too far'}`,
        );
      }
    const said = JSON.stringify(await called(tab, 'answer', `${recipe}/${place}`, dtype, prompts));
    const same = said === JSON.stringify(after);
    // A rounded model may choose another token where two are as likely.
    if (!same && place !== 'web-f16') wrong += 1;
    say(
      `${recipe} ${dtype} in transformers.js: ${same ? 'the same text' : `${said} instead of ${JSON.stringify(after)}`}`,
    );
  }
  return wrong;
}

const answered = "document.querySelector('#answer').textContent !== '…'";
const snippets = { 'transformers.js': withTransformers, 'ONNX Runtime': withOnnxRuntime } as const;

/** Pages of code as they are shown, which answer the first question by themselves. */
const pagesOf = (prompt: string) =>
  Object.entries(snippets).flatMap(([name, page]) =>
    devices.map((device) => ({
      name,
      device,
      path: `/page/${name.replaceAll(/\W/g, '')}-${device}.html`,
      text: page(prompt, device),
    })),
  );

export async function main([folder, modules, only]: readonly string[]): Promise<number> {
  if (folder === undefined || modules === undefined) {
    process.stderr.write('usage: webPage.ts EXPORT_FOLDER NODE_MODULES [RECIPE]\n');
    return 2;
  }
  const recipes = readdirSync(folder).filter(
    (name) => existsSync(`${folder}/${name}/answers.json`) && (only === undefined || name === only),
  );
  const [first] = recipes;
  if (first === undefined) throw new Error(`${folder}: no run was exported there`);
  const [[prompt, wanted] = ['', '']] = Object.entries(Object(json(`${folder}/${first}/answers.json`).after));
  const pages = pagesOf(prompt);
  const { address, server } = await serve(
    new Map([['/', bench], ...pages.map(({ path, text }) => [path, text] as const)]),
    {
      '/exports/': folder,
      '/page/web/': `${folder}/${first}/web-q4`,
      '/onnxruntime/': 'node_modules/onnxruntime-web/dist',
    },
  );
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'],
  });
  let wrong = 0;
  try {
    const tab = await browser.newPage();
    await withoutNetwork(tab, ['node_modules', modules]);
    const failing = new Promise<never>((_, fail) => {
      tab.on('pageerror', fail);
    });
    await tab.goto(address);
    await tab.waitForFunction('window.ready === true', null, { timeout: 0 });
    for (const recipe of recipes) wrong += await wrongOf(tab, folder, recipe);
    // Last: a page answers with up to 64 tokens, which a software GPU takes its time for.
    for (const { name, device, path } of pages) {
      await tab.goto(address + path);
      await Promise.race([tab.waitForFunction(answered, null, { timeout: 0 }), failing]);
      const said = await tab.locator('#answer').textContent();
      // The page's answer may be longer: ours ends after 24 tokens.
      const same = said?.startsWith(String(wanted)) === true;
      if (!same) wrong += 1;
      say(
        `${first}, page with ${name} on ${device}: ${same ? 'the same text' : `"${said}" instead of "${wanted}"`}`,
      );
    }
  } finally {
    await browser.close();
    server.close();
  }
  return wrong === 0 ? 0 : 1;
}
