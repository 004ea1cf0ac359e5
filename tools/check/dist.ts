// Judges the built page: nothing in it may assume the root of a host, the security policy must be there and strict,
// and what it loads must be there. Its weight is size-limit's (sizeLimit.config.ts); how the page behaves is for e2e.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Violation } from './outcome.ts';

/** Local files that index.html loads at once. */
export function firstLoadFiles(html: string): readonly string[] {
  const tags = [...html.matchAll(/<(?:script|link)\b[^>]*>/g)].map((m) => m[0]);
  return tags.flatMap((tag) => {
    const loads = tag.startsWith('<script') || /rel="(?:stylesheet|modulepreload)"/.test(tag);
    const address = /(?:src|href)="([^"]+)"/.exec(tag)?.[1];
    return loads && address !== undefined ? [address] : [];
  });
}

/** Faults of index.html as text: absolute addresses, inline scripts, a missing or loose policy. */
export function checkHtml(html: string): readonly Violation[] {
  const file = 'dist/index.html';
  const violations: Violation[] = [];
  for (const m of html.matchAll(/(?:src|href)="(\/[^"]*|https?:[^"]*)"/g)) {
    violations.push({
      file,
      message: `loads ${m[1]}. Addresses are relative, so that the page works from any sub-path.`,
    });
  }
  for (const m of html.matchAll(/<script\b(?![^>]*\bsrc=)[^>]*>/g)) {
    violations.push({ file, message: `holds an inline script ${m[0]}. The policy forbids it.` });
  }
  const policy = /http-equiv="Content-Security-Policy"\s+content="([^"]*)"/i.exec(html)?.[1];
  if (policy === undefined) return [...violations, { file, message: 'has no Content-Security-Policy.' }];
  const directives = new Map(policy.split(';').map((d) => [d.trim().split(/\s+/)[0] ?? '', d.trim()]));
  if (!directives.get('default-src')) violations.push({ file, message: 'the policy has no default-src.' });
  const scripts = directives.get('script-src') ?? directives.get('default-src') ?? '';
  for (const loose of ["'unsafe-inline'", "'unsafe-eval'", '*', 'http:', 'https:']) {
    if (scripts.split(/\s+/).includes(loose))
      violations.push({ file, message: `the policy lets scripts come from ${loose}.` });
  }
  return violations;
}

/** Judges dist/ as built. */
export function checkDist(dist: string): readonly Violation[] {
  const page = join(dist, 'index.html');
  if (!existsSync(page)) return [{ file: 'dist/index.html', message: 'was not built.' }];
  const html = readFileSync(page, 'utf8');
  return [
    ...checkHtml(html),
    ...firstLoadFiles(html)
      .filter((address) => !existsSync(join(dist, address)))
      .map((address) => ({ file: 'dist/index.html', message: `loads ${address}, which was not built.` })),
  ];
}
