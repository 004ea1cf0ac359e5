// Keeps the documents true: the index of decisions, the reason for each package, the table of commands, links
// between files, and what must never be committed (registry addresses, paths of one machine).
import { posix } from 'node:path';
import { z } from 'zod';
import type { Violation } from './outcome.ts';
import type { SourceFile } from './sources.ts';

const manifest = z.object({
  scripts: z.record(z.string(), z.string()),
  dependencies: z.record(z.string(), z.string()).default({}),
  devDependencies: z.record(z.string(), z.string()).default({}),
});
export type Manifest = z.infer<typeof manifest>;

/** Reads package.json's text. */
export function readManifest(text: string): Manifest {
  return manifest.parse(JSON.parse(text));
}

const textOf = (files: readonly SourceFile[], path: string): string | undefined =>
  files.find((f) => f.path === path)?.text;

/** docs/decisions: numbered without gaps, each with a status, under 40 lines, each listed in the index by its title. */
export function checkDecisions(files: readonly SourceFile[]): readonly Violation[] {
  const index = 'docs/decisions/index.md';
  const listed = textOf(files, index);
  if (listed === undefined) return [{ file: index, message: 'is missing. It lists every decision.' }];
  const records = files.filter((f) => /^docs\/decisions\/\d{4}-.*\.md$/.test(f.path));
  const violations: Violation[] = [];
  records.forEach((record, i) => {
    const name = posix.basename(record.path);
    const number = String(i + 1).padStart(4, '0');
    if (!name.startsWith(`${number}-`))
      violations.push({ file: record.path, message: `is out of order: expected number ${number}.` });
    const title = /^# (.+)$/m.exec(record.text)?.[1] ?? '';
    if (!/^Status: (accepted|superseded by \d{4})\b/m.test(record.text)) {
      violations.push({
        file: record.path,
        message: 'has no line "Status: accepted" or "Status: superseded by NNNN".',
      });
    }
    // A table that another rule asks for grows with what it lists.
    const lines = record.text
      .trimEnd()
      .split('\n')
      .filter((line) => !line.startsWith('| `')).length;
    if (lines > 40) violations.push({ file: record.path, message: `${lines} lines; a decision fits in 40.` });
    if (!listed.includes(`[${title}](${name})`)) {
      violations.push({ file: index, message: `lacks the line: - [${title}](${name})` });
    }
  });
  for (const link of listed.matchAll(/\]\((\d{4}-[^)]+)\)/g)) {
    if (!records.some((r) => posix.basename(r.path) === link[1]))
      violations.push({ file: index, message: `lists ${link[1]}, which does not exist.` });
  }
  return violations;
}

/** Every package of package.json has one reason in the record of dependencies, and no other package has one. */
export function checkDependencies(packages: Manifest, record: string): readonly Violation[] {
  const file = 'docs/decisions/0005-dependencies.md';
  const given = new Map(
    [...record.matchAll(/^\| `([^`]+)` \| (.*?) \|$/gm)].map((m) => [m[1] ?? '', m[2] ?? '']),
  );
  const all = { ...packages.dependencies, ...packages.devDependencies };
  const violations: Violation[] = [];
  for (const [name, version] of Object.entries(all)) {
    if ((given.get(name) ?? '').length < 10)
      violations.push({ file, message: `gives no reason for ${name}. Add: | \`${name}\` | why |` });
    if (!/^\d+\.\d+\.\d+/.test(version))
      violations.push({ file: 'package.json', message: `${name} is '${version}'. Pin an exact version.` });
  }
  for (const name of given.keys())
    if (!(name in all))
      violations.push({ file, message: `gives a reason for ${name}, which package.json lacks.` });
  return violations;
}

/** The README's table has one row a script, no more and no fewer. */
export function checkCommands(packages: Manifest, readme: string): readonly Violation[] {
  const rows = new Set(
    [...readme.matchAll(/^\| `npm (?:run (?:-s )?)?([a-z:0-9-]+)[^`]*` \|/gm)].map((m) => m[1] ?? ''),
  );
  const file = 'README.md';
  const violations: Violation[] = [];
  for (const name of Object.keys(packages.scripts)) {
    if (!rows.has(name)) violations.push({ file, message: `has no row for the command '${name}'.` });
  }
  for (const name of rows) {
    if (!(name in packages.scripts) && name !== 'ci')
      violations.push({ file, message: `has a row for '${name}', which package.json lacks.` });
  }
  return violations;
}

/** CHANGELOG.md: under each date what users notice, newest first; the README leads to it. */
export function checkChangelog(changelog: string | undefined, readme: string): readonly Violation[] {
  const file = 'CHANGELOG.md';
  if (changelog === undefined) return [{ file, message: 'is missing. It says, by date, what users notice.' }];
  const violations: Violation[] = [];
  const sections = changelog.split(/^## /m).slice(1);
  const dates = sections.map((section) => section.split('\n', 1)[0]?.trim() ?? '');
  if (dates.length === 0) violations.push({ file, message: 'has no date. Add: ## YYYY-MM-DD' });
  dates.forEach((date, i) => {
    const time = new Date(`${date}T00:00:00Z`);
    const before = dates[i - 1];
    if (Number.isNaN(time.getTime()) || time.toISOString().slice(0, 10) !== date)
      violations.push({ file, message: `has the heading '${date}'. Headings are dates: ## YYYY-MM-DD` });
    else if (before !== undefined && before <= date)
      violations.push({
        file,
        message: `has ${date} below ${before}. The newest comes first, each date once.`,
      });
    if (!/^- \S/m.test(sections[i] ?? '')) violations.push({ file, message: `says nothing under ${date}.` });
  });
  if (!readme.includes('](CHANGELOG.md)'))
    violations.push({
      file: 'README.md',
      message: 'does not lead to CHANGELOG.md. Link it under "Read on".',
    });
  return violations;
}

/** Relative links and pictures in Markdown lead to files that exist (`known` holds every path and folder). */
export function checkLinks(files: readonly SourceFile[], known: ReadonlySet<string>): readonly Violation[] {
  return files
    .filter((f) => f.path.endsWith('.md'))
    .flatMap((f) =>
      [...f.text.matchAll(/\]\(([^)\s]+)\)/g)].flatMap((m) => {
        const link = (m[1] ?? '').replace(/#.*$/, '');
        if (link === '' || /^[a-z]+:/.test(link)) return [];
        const target = posix.normalize(posix.join(posix.dirname(f.path), link)).replace(/\/$/, '');
        return known.has(target)
          ? []
          : [{ file: f.path, message: `links to ${link}, which does not exist.` }];
      }),
    );
}

/** Files named in code quotes with a folder exist; `torch/ops/add.ts` may leave out the folders before. The changelog is history. */
export function checkNamedFiles(
  files: readonly SourceFile[],
  known: ReadonlySet<string>,
): readonly Violation[] {
  const named = /`((?:[\w.-]+\/)+[\w.-]+\.(?:tsx?|mjs|wgsl|py|sh|ya?ml))`/g;
  return files
    .filter((f) => f.path.endsWith('.md') && f.path !== 'CHANGELOG.md')
    .flatMap((f) =>
      [...f.text.matchAll(named)].flatMap(([, name = '']) =>
        [...known].some((path) => path === name || path.endsWith(`/${name}`))
          ? []
          : [{ file: f.path, message: `names ${name}, which does not exist.` }],
      ),
    );
}

/** No address of a package registry in the lockfile: each machine uses the one it is set up with. */
export function checkLockfile(lock: string): readonly Violation[] {
  const found = [...lock.matchAll(/"resolved": "(https?:[^"]+)"/g)];
  return found.slice(0, 3).map((m) => ({
    file: 'package-lock.json',
    message: `holds an address: ${m[1]}. Install with the project's .npmrc, which leaves addresses out.`,
  }));
}
