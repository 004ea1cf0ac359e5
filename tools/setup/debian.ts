// What the tests need from the system, as data, and how Debian provides it. Pure: it looks at nothing and installs
// nothing. Debian 12's own Mesa is too old for the Vulkan that Dawn asks for, hence its backports.

/** Something the tests need, the Debian package that brings it, and the tests that are skipped without it. */
export interface Need {
  readonly id: 'browser' | 'gpu' | 'firefox' | 'fonts';
  readonly thing: string;
  readonly packages: readonly string[];
  readonly backports: boolean;
  readonly elsewhere: string;
}

export const needs: readonly Need[] = [
  {
    id: 'browser',
    thing: 'Chromium, for the end-to-end tests',
    packages: ['chromium'],
    backports: false,
    elsewhere: 'Install Chromium or Chrome, or name it in CHROMIUM_PATH.',
  },
  {
    id: 'gpu',
    thing: 'a Vulkan, Metal or Direct3D 12 device, for the GPU tests',
    packages: ['libvulkan1', 'mesa-vulkan-drivers'],
    backports: true,
    elsewhere: 'Install a graphics driver; on Linux, Mesa 24 or newer brings the software device lavapipe.',
  },
  {
    id: 'firefox',
    thing: 'Firefox, for the proof that the page trains there',
    packages: ['firefox-esr'],
    backports: false,
    elsewhere: 'Install a Firefox with WebGPU (141 or newer), or name it in FIREFOX_PATH.',
  },
  {
    id: 'fonts',
    thing: 'a Chinese font, for the pictures of the page',
    packages: ['fonts-noto-cjk'],
    backports: false,
    elsewhere: 'Install a font that covers Chinese, for example Noto Sans CJK.',
  },
];

/** The value of a key in /etc/os-release, without quotes. */
export function osField(osRelease: string, key: string): string | undefined {
  return new RegExp(`^${key}="?([^"\\n]*)"?$`, 'm').exec(osRelease)?.[1];
}

/** A package archive that the system already uses. */
export interface Archive {
  readonly uri: string;
  readonly signedBy: string | undefined;
}

/** Archives serving exactly `suite`, from text in apt's one-line or paragraph form. */
export function archivesOf(sources: string, suite: string): readonly Archive[] {
  const found: Archive[] = [];
  for (const m of sources.matchAll(/^deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)/gm)) {
    if (m[3] === suite && m[2] !== undefined)
      found.push({ uri: m[2], signedBy: /signed-by=(\S+)/.exec(m[1] ?? '')?.[1] });
  }
  for (const paragraph of sources.replaceAll(/^#.*\n/gm, '').split(/\n\s*\n/)) {
    const field = (name: string): string | undefined =>
      new RegExp(`^${name}:\\s*(.+)$`, 'm').exec(paragraph)?.[1]?.trim();
    const uri = field('URIs')?.split(/\s+/)[0];
    if (
      /no/i.test(field('Enabled') ?? '') ||
      !field('Types')?.split(/\s+/).includes('deb') ||
      uri === undefined
    )
      continue;
    if (field('Suites')?.split(/\s+/).includes(suite)) found.push({ uri, signedBy: field('Signed-By') });
  }
  return found;
}

/**
 * The source to add for backports, from the archive that serves the release itself; undefined where backports are
 * already there or are not needed (from Debian 13 on). Throws when the release's own archive is not found.
 */
export function backportsSource(sources: string, codename: string): string | undefined {
  if (codename !== 'bookworm' || archivesOf(sources, `${codename}-backports`).length > 0) return undefined;
  const archive = archivesOf(sources, codename)[0];
  if (archive === undefined)
    throw new Error(`No source for ${codename} in /etc/apt. Add one, then run this again.`);
  const lines = ['Types: deb', `URIs: ${archive.uri}`, `Suites: ${codename}-backports`, 'Components: main'];
  if (archive.signedBy !== undefined) lines.push(`Signed-By: ${archive.signedBy}`);
  return `${lines.join('\n')}\n`;
}

/** The arguments of apt-get for the missing needs, one list a call. */
export function installCalls(missing: readonly Need[], codename: string): readonly (readonly string[])[] {
  const common = ['install', '-y', '--no-install-recommends', '-o', 'Acquire::Retries=3'];
  const fromBackports = missing
    .filter((n) => n.backports && codename === 'bookworm')
    .flatMap((n) => n.packages);
  const plain = missing.filter((n) => !n.backports || codename !== 'bookworm').flatMap((n) => n.packages);
  const calls: string[][] = [];
  if (plain.length > 0) calls.push([...common, ...plain]);
  if (fromBackports.length > 0) calls.push([...common, '-t', `${codename}-backports`, ...fromBackports]);
  return calls;
}
