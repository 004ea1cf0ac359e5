// `npm run bench -- --gpu --pack DIR`: one folder that needs only Node on the machine with the GPU: the bundled program, Dawn's binding for this
// kind of machine, the embedded model, and the script for PyTorch.
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const TOOL = 'tools/bench/gpu';

export async function packGpuRun(folder: string): Promise<void> {
  const to = resolve(folder);
  await build({
    root,
    configFile: false,
    logLevel: 'error',
    publicDir: false,
    ssr: { noExternal: true, external: ['webgpu', 'onnxruntime-node'], target: 'node' },
    build: {
      ssr: true,
      outDir: to,
      emptyOutDir: false,
      target: 'es2023',
      minify: false,
      rolldownOptions: {
        input: { main: join(root, TOOL, 'main.ts') },
        // Files are found from where the sources stand: public/ two folders up.
        output: {
          format: 'es',
          entryFileNames: 'tools/gpu/[name].mjs',
          chunkFileNames: 'tools/gpu/[name]-[hash].mjs',
        },
      },
    },
  });
  await cp(join(root, 'tools/bench/torch/torchSteps.py'), join(to, 'tools/gpu/torchSteps.py'));
  await cp(join(root, 'public/model'), join(to, 'public/model'), { recursive: true });
  await cp(join(root, 'public/presets'), join(to, 'public/presets'), { recursive: true });
  const binding = `dist/${process.platform === 'darwin' ? 'darwin-universal' : `${process.platform}-${process.arch}`}`;
  const from = join(root, 'node_modules/webgpu');
  const webgpu = join(to, 'node_modules/webgpu');
  await mkdir(join(webgpu, 'dist'), { recursive: true });
  for (const name of ['index.js', 'package.json', 'LICENSE.md', binding])
    await cp(join(from, name), join(webgpu, name), { recursive: true });
  await writeFile(join(to, 'run.sh'), '#!/bin/sh\nexec node "$(dirname "$0")/tools/gpu/main.mjs" "$@"\n', {
    mode: 0o755,
  });
}
