// Opens what runs export for the web with transformers.js, in Chromium from a local server, and compares its greedy text with this engine's:
// `node tools/run.mjs tools/golden/webPage.ts EXPORT_FOLDER NODE_MODULES`. The first is a folder that writeExport.ts wrote; the second that of a
// project elsewhere with `npm install --ignore-scripts @huggingface/transformers`, which is none of this project's packages.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join, normalize } from 'node:path';
import { chromium } from '@playwright/test';

const types: Readonly<Record<string, string>> = {
  html: 'text/html',
  js: 'text/javascript',
  mjs: 'text/javascript',
  json: 'application/json',
  wasm: 'application/wasm',
};

const imports = {
  'onnxruntime-web/webgpu': '/modules/onnxruntime-web/dist/ort.webgpu.bundle.min.mjs',
  'onnxruntime-common': '/modules/onnxruntime-common/dist/esm/index.js',
};

const page = `<!doctype html><script type="importmap">${JSON.stringify({ imports })}</script><script type="module">
import { AutoModelForCausalLM, AutoTokenizer, env } from '/modules/@huggingface/transformers/dist/transformers.web.js';
Object.assign(env, { allowRemoteModels: false, allowLocalModels: true, localModelPath: '/exports/', useBrowserCache: false });
env.backends.onnx.wasm.wasmPaths = '/modules/onnxruntime-web/dist/';
env.backends.onnx.wasm.numThreads = 1;
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
  return said;
};
window.ready = true;
</script>`;

const kinds = { 'web-f32': 'fp32', 'web-f16': 'fp16', 'web-q4': 'q4' } as const;

function served(
  roots: Readonly<Record<string, string>>,
  url: string,
): { readonly bytes: Uint8Array | string; readonly type: string } | null {
  const path = normalize(decodeURIComponent(url.split('?')[0] ?? '/'));
  if (path === '/') return { bytes: page, type: 'text/html' };
  for (const [prefix, root] of Object.entries(roots)) {
    const file = join(root, path.slice(prefix.length));
    if (path.startsWith(prefix) && existsSync(file))
      return {
        bytes: readFileSync(file),
        type: types[file.split('.').at(-1) ?? ''] ?? 'application/octet-stream',
      };
  }
  return null;
}

export async function main([folder, modules]: readonly string[]): Promise<number> {
  if (folder === undefined || modules === undefined) {
    process.stderr.write('usage: webPage.ts EXPORT_FOLDER NODE_MODULES\n');
    return 2;
  }
  const roots = { '/modules/': modules, '/exports/': folder };
  const server = createServer((request, response) => {
    const found = served(roots, request.url ?? '/');
    response.writeHead(found ? 200 : 404, { 'Content-Type': found?.type ?? 'text/plain' }).end(found?.bytes);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
    args: ['--no-sandbox'],
  });
  let wrong = 0;
  try {
    const tab = await browser.newPage();
    tab.on('pageerror', (error) => process.stderr.write(`${error.message}\n`));
    await tab.goto(`http://127.0.0.1:${port}/`);
    await tab.waitForFunction('window.ready === true');
    for (const recipe of readdirSync(folder).filter((name) => existsSync(`${folder}/${name}/answers.json`))) {
      const { after } = JSON.parse(readFileSync(`${folder}/${recipe}/answers.json`, 'utf8'));
      for (const [place, dtype] of Object.entries(kinds)) {
        const call = `window.answer(${JSON.stringify(`${recipe}/${place}`)}, ${JSON.stringify(dtype)}, ${JSON.stringify(Object.keys(after))})`;
        const said: unknown = await tab.evaluate(call);
        const [got, want] = [JSON.stringify(said), JSON.stringify(after)];
        if (got !== want) wrong += 1;
        process.stdout.write(
          `  ${recipe} ${dtype}: ${got === want ? 'the same text' : `${got} instead of ${want}`}\n`,
        );
      }
    }
  } finally {
    await browser.close();
    server.close();
  }
  return wrong === 0 ? 0 : 1;
}
