// What size-limit weighs: the files of dist/ that the browser must have before the page stands, each compressed as a
// static host sends it. The list comes from the built index.html, for names change with every build.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { firstLoadFiles } from './dist.ts';

const dist = fileURLToPath(new URL('../../dist/', import.meta.url));
const html = readFileSync(`${dist}index.html`, 'utf8');

export default [
  {
    name: 'first load',
    path: ['index.html', ...firstLoadFiles(html)].map((address) => `${dist}${address.replace(/^\.\//, '')}`),
    gzip: true,
    limit: '280 kB',
  },
];
