// The last step of a build: lists what was built, with digests, and writes the service worker that keeps it (src/ui/offline). CPython and ONNX
// Runtime are on the list of what is kept when the page first asks for them: each is larger than all the rest, and most visits need neither.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import type { Plugin } from 'vite';
import { build } from 'vite';
import type { PageFiles } from '../../src/ui/offline/keptPage.ts';

/** Of no use to a page: its readers come to the repository. And the worker itself. */
const leftOut = /(\.md|^sw\.js|\.map)$/;
/** Files of packages that are fetched when they are wanted, the script of one that the build names after its file, and models of other
 * languages. */
const wantedLater = /^((pyodide|onnxruntime|model-\w+)\/|assets\/ort\.)/;

/** All that was built, by its path beside the page. */
export function builtFiles(folder: string): PageFiles {
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((path) => !leftOut.test(path))
    .sort();
  const digests = paths.map(
    (path) =>
      [
        path,
        createHash('sha256')
          .update(readFileSync(join(folder, path)))
          .digest('hex'),
      ] as const,
  );
  return {
    version: createHash('sha256').update(JSON.stringify(digests)).digest('hex').slice(0, 16),
    now: Object.fromEntries(digests.filter(([path]) => !wantedLater.test(path))),
    later: Object.fromEntries(digests.filter(([path]) => wantedLater.test(path))),
  };
}

/** `entry`: the worker's source. */
export const offlinePage = (entry: string): Plugin => ({
  name: 'offline-page',
  apply: 'build',
  writeBundle: {
    order: 'post',
    sequential: true,
    async handler({ dir }) {
      if (dir === undefined) return;
      const made = await build({
        configFile: false,
        logLevel: 'error',
        define: { OFFLINE_FILES: JSON.stringify(builtFiles(dir)) },
        build: {
          write: false,
          target: 'es2023',
          lib: { entry, formats: ['iife'], name: 'offlinePage', fileName: () => 'sw.js' },
        },
      });
      const [first] = Array.isArray(made) ? made : [made];
      if (first === undefined || !('output' in first)) throw new Error('the service worker was not built');
      writeFileSync(join(dir, 'sw.js'), first.output[0].code);
    },
  },
});
