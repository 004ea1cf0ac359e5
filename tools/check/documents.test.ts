// The documents' checks, each with a document that drifted from the code.
import { expect, test } from 'vitest';
import { checkHtml, firstLoadFiles } from './dist.ts';
import {
  checkChangelog,
  checkCommands,
  checkDecisions,
  checkDependencies,
  checkLinks,
  checkLockfile,
  checkNamedFiles,
  readManifest,
} from './documents.ts';

const record = (n: string, title: string, body = 'Status: accepted\n') => ({
  path: `docs/decisions/${n}.md`,
  text: `# ${title}\n\n${body}`,
});
const index = (text: string) => ({ path: 'docs/decisions/index.md', text });
const messages = (found: readonly { message: string }[]) => found.map((v) => v.message).join('\n');

test('decisions are numbered, dated by status, short and listed', () => {
  const one = record('0001-a', 'A');
  expect(checkDecisions([one, index('- [A](0001-a.md)')])).toEqual([]);
  expect(messages(checkDecisions([one, index('')]))).toContain('- [A](0001-a.md)');
  expect(messages(checkDecisions([one]))).toContain('is missing');
  expect(
    messages(checkDecisions([one, record('0003-c', 'C'), index('[A](0001-a.md) [C](0003-c.md)')])),
  ).toContain('number 0002');
  expect(messages(checkDecisions([record('0001-a', 'A', ''), index('[A](0001-a.md)')]))).toContain('Status');
  expect(
    messages(
      checkDecisions([
        record('0001-a', 'A', `Status: accepted\n${'x\n'.repeat(40)}`),
        index('[A](0001-a.md)'),
      ]),
    ),
  ).toContain('fits in 40');
  expect(messages(checkDecisions([one, index('[A](0001-a.md) [B](0002-b.md)')]))).toContain(
    '0002-b.md, which does not exist',
  );
});

const manifest = (dependencies: Record<string, string>, scripts: Record<string, string> = {}) =>
  readManifest(JSON.stringify({ scripts, dependencies }));

test('each package has one reason and one exact version', () => {
  const row = '| `react` | draws the page |\n';
  expect(checkDependencies(manifest({ react: '19.0.0' }), row)).toEqual([]);
  expect(messages(checkDependencies(manifest({ react: '19.0.0', zod: '4.0.0' }), row))).toContain(
    'gives no reason for zod',
  );
  expect(messages(checkDependencies(manifest({}), row))).toContain('package.json lacks');
  expect(messages(checkDependencies(manifest({ react: '^19.0.0' }), row))).toContain('Pin an exact version');
  expect(messages(checkDependencies(manifest({ react: '19.0.0' }), '| `react` |  |\n'))).toContain(
    'gives no reason',
  );
});

test('the table of commands has a row a script', () => {
  const readme = '| `npm ci` | a |\n| `npm start` | b |\n| `npm run -s train -- --steps 20` | c |\n';
  expect(checkCommands(manifest({}, { start: 'x', train: 'y' }), readme)).toEqual([]);
  expect(messages(checkCommands(manifest({}, { start: 'x', train: 'y', bench: 'z' }), readme))).toContain(
    "command 'bench'",
  );
  expect(messages(checkCommands(manifest({}, { start: 'x' }), readme))).toContain("row for 'train'");
});

test('the changelog is by date, newest first, with something under each, and the README leads to it', () => {
  const readme = '- [Changes](CHANGELOG.md)';
  const said = (text: string | undefined, from = readme) => messages(checkChangelog(text, from));
  const good = '# Changes\n\n## 2026-02-01\n\n- b\n\n## 2026-01-31\n\n- a\n';
  expect(said(good)).toBe('');
  expect(said(undefined)).toContain('is missing');
  expect(said('# Changes\n')).toContain('has no date');
  expect(said(good.replace('2026-02-01', '2026-01-01'))).toContain('2026-01-31 below 2026-01-01');
  expect(said(good.replace('2026-02-01', '2026-01-31'))).toContain('each date once');
  expect(said(good.replace('2026-02-01', '2026-02-30'))).toContain("'2026-02-30'");
  expect(said(good.replace('2026-02-01', 'Soon'))).toContain("'Soon'");
  expect(said(good.replace('- b\n', ''))).toContain('nothing under 2026-02-01');
  expect(said(good, '# Page')).toContain('does not lead to CHANGELOG.md');
});

test('links lead somewhere', () => {
  const known = new Set(['docs/a.md', 'docs', 'README.md']);
  const link = (text: string) => messages(checkLinks([{ path: 'docs/a.md', text }], known));
  expect(link('[x](../README.md#part) [y](https://example.org/z) [z](#here) [f](../docs/)')).toBe('');
  expect(link('[x](b.md)')).toContain('links to b.md');
});

test('files named in code quotes exist, with all their folders or some', () => {
  const known = new Set(['src/engine/torch/ops/add.ts', 'README.md']);
  const said = (text: string, path = 'docs/a.md') => messages(checkNamedFiles([{ path, text }], known));
  expect(said('`src/engine/torch/ops/add.ts` `ops/add.ts` `add(a, b)` `<stem>/<stem>.ts` `x.ts`')).toBe('');
  expect(said('by `engine/ops/add.ts`')).toContain('names engine/ops/add.ts');
  expect(said('was `gone/add.ts`', 'CHANGELOG.md')).toBe('');
});

test('the lockfile holds no address', () => {
  expect(checkLockfile('{"resolved": "https://example.org/a.tgz"}')).toHaveLength(1);
  expect(checkLockfile('{"integrity": "sha512-x"}')).toEqual([]);
});

const page = (policy: string, rest = '<script type="module" crossorigin src="./assets/a.js"></script>') =>
  `<meta http-equiv="Content-Security-Policy" content="${policy}">${rest}`;

test('the built page is relative, without inline scripts, under a strict policy', () => {
  expect(checkHtml(page("default-src 'self'; style-src 'self' 'unsafe-inline'"))).toEqual([]);
  expect(messages(checkHtml('<title>x</title>'))).toContain('no Content-Security-Policy');
  expect(messages(checkHtml(page("default-src 'self' 'unsafe-inline'")))).toContain("'unsafe-inline'");
  expect(messages(checkHtml(page("default-src 'self'; script-src *")))).toContain('come from *');
  expect(messages(checkHtml(page("default-src 'self'", '<script src="/a.js"></script>')))).toContain(
    'loads /a.js',
  );
  expect(messages(checkHtml(page("default-src 'self'", '<script>go()</script>')))).toContain('inline script');
});

test('the first load is what the browser fetches at once', () => {
  const html =
    '<link rel="modulepreload" href="./b.js"><link rel="icon" href="./i.svg"><link rel="stylesheet" href="./s.css"><script src="./a.js"></script>';
  expect(firstLoadFiles(html)).toEqual(['./b.js', './s.css', './a.js']);
});
