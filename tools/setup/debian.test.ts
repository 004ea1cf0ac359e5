// How the missing packages are found and asked for, on texts as Debian 12 and 13 write them.
import { expect, test } from 'vitest';
import { archivesOf, backportsSource, installCalls, needs, osField } from './debian.ts';

const paragraphs = `Types: deb
# a comment inside
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: http://mirror.example/debian-security
Suites: bookworm-security
Components: main
`;
const oneLine =
  'deb [signed-by=/k.gpg arch=amd64] https://other.example/debian bookworm main\n# deb http://no.example bookworm main\n';

test('archives are read in both forms', () => {
  expect(archivesOf(paragraphs, 'bookworm')).toEqual([
    { uri: 'http://mirror.example/debian', signedBy: '/usr/share/keyrings/debian-archive-keyring.gpg' },
  ]);
  expect(archivesOf(oneLine, 'bookworm')).toEqual([
    { uri: 'https://other.example/debian', signedBy: '/k.gpg' },
  ]);
  expect(archivesOf(paragraphs, 'trixie')).toEqual([]);
  expect(archivesOf(paragraphs.replace('Types: deb', 'Enabled: no\nTypes: deb'), 'bookworm')).toEqual([]);
});

test('backports come from the archive that serves the release', () => {
  const source = backportsSource(paragraphs, 'bookworm');
  expect(source).toContain('URIs: http://mirror.example/debian\nSuites: bookworm-backports\n');
  expect(source).toContain('Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg');
  // Written once, it is found again, so a second run adds nothing.
  expect(backportsSource(`${paragraphs}\n${source}`, 'bookworm')).toBeUndefined();
});

test('later releases need no backports, and a release without an archive is said', () => {
  expect(backportsSource(paragraphs, 'trixie')).toBeUndefined();
  expect(() => backportsSource('', 'bookworm')).toThrow('No source for bookworm');
});

test('packages are asked for in as few calls as apt allows', () => {
  const words = installCalls(needs, 'bookworm').map((call) => call.join(' '));
  expect(words).toHaveLength(2);
  expect(words[0]).toMatch(/ chromium firefox-esr fonts-noto-cjk$/);
  expect(words[1]).toMatch(/-t bookworm-backports libvulkan1 mesa-vulkan-drivers$/);
  expect(installCalls(needs, 'trixie')).toHaveLength(1);
  expect(installCalls([], 'bookworm')).toEqual([]);
});

test('fields of os-release, quoted or not', () => {
  const text = 'NAME="Debian GNU/Linux"\nID=debian\nVERSION_CODENAME=bookworm\n';
  expect([osField(text, 'ID'), osField(text, 'NAME'), osField(text, 'X')]).toEqual([
    'debian',
    'Debian GNU/Linux',
    undefined,
  ]);
});
