// Files of a package, served from a folder of the page as the package has them: fetched when they are wanted, never part of a bundle. What fetches
// them, and when, is the page's to know; their digests are pageFiles' (vite.config.ts).
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'vite';

export interface ServedPackage {
  /** Folder of the page. */
  readonly folder: string;
  /** Where the package has its files. */
  readonly source: string;
  readonly files: readonly string[];
}

const types: Readonly<Record<string, string>> = {
  mjs: 'text/javascript',
  wasm: 'application/wasm',
  json: 'application/json',
};

/** Path beside the page, and where it comes from. */
export const servedPaths = ({ folder, source, files }: ServedPackage): (readonly [string, string])[] =>
  files.map((name) => [`${folder}/${name}`, join(source, name)]);

export const servedPackage = (served: ServedPackage): Plugin => ({
  name: `served-package-${served.folder}`,
  configureServer: (server) => {
    server.middlewares.use(`/${served.folder}`, (request, response, next) => {
      const name = served.files.find((one) => request.url?.split('?')[0] === `/${one}`);
      if (name === undefined) return next();
      response.setHeader('Content-Type', types[name.split('.').at(-1) ?? ''] ?? 'application/octet-stream');
      response.end(readFileSync(join(served.source, name)));
    });
  },
  generateBundle() {
    for (const [fileName, path] of servedPaths(served))
      this.emitFile({ type: 'asset', fileName, source: readFileSync(path) });
  },
});

/**
 * A script that names a file beside itself would have the build copy it under a second name. Those of `packageName` come from the page's
 * own folder instead, so their addresses are left alone.
 */
export const unbundledFiles = (packageName: string): Plugin => ({
  name: `unbundled-files-${packageName}`,
  enforce: 'pre',
  transform: {
    filter: { id: new RegExp(`/node_modules/${packageName}/`) },
    handler: (code) => ({
      code: code.replaceAll(
        /new URL\(("[^"]+"),import\.meta\.url\)/g,
        'new URL(/* @vite-ignore */ $1,import.meta.url)',
      ),
      map: null,
    }),
  },
});
