// The walk with axe comes to everything of the page that opens: a file with a dialog, a popover, tabs or a fold that no scene opens is named.
import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { dialogScenes } from './reachDialogs.ts';
import { states } from './reachScenes.ts';

const root = new URL('../../src/ui/', import.meta.url);
const opening = /<(Sheet|Modal|Popover|Dialog|details|TabList)\b|className="tour\b/;
/** Draws every dialog; what it draws is of those who use it. */
const ways = ['parts/Sheet.tsx'];

it('opens whatever of the page can be opened', () => {
  const found = readdirSync(root, { recursive: true, encoding: 'utf8' })
    .map((name) => name.replaceAll('\\', '/'))
    .filter((name) => name.endsWith('.tsx') && !ways.includes(name))
    .filter((name) => opening.test(readFileSync(new URL(name, root), 'utf8')));
  const walked = new Set([...states, ...dialogScenes].flatMap(({ opens }) => opens));
  expect(found.toSorted()).toEqual([...walked].toSorted());
});

it('names every scene once', () => {
  const names = [...states, ...dialogScenes].map(({ name }) => name);
  expect(names).toEqual([...new Set(names)]);
});

it('lets the keyboard come to whatever scrolls', () => {
  const all = readdirSync(root, { recursive: true, encoding: 'utf8' }).map((name) =>
    name.replaceAll('\\', '/'),
  );
  const text = (name: string): string => readFileSync(new URL(name, root), 'utf8');
  const rules = all.filter((name) => name.endsWith('.css')).flatMap((name) => text(name).split('}'));
  const scrolling = rules
    .filter((rule) => /overflow(-[xy])?: auto/.test(rule))
    .flatMap((rule) => [...rule.matchAll(/\.([a-z-]+) \{/g)].map(([, name]) => name ?? ''));
  expect(scrolling).toContain('run-scroll');
  // These hold controls, whatever else they hold.
  const withControls = ['column', 'recipe-list', 'modal', 'popover', 'hub-files', 'notices'];
  const unreached = scrolling
    .filter((name) => !withControls.includes(name))
    .flatMap((name) =>
      all
        .filter((file) => file.endsWith('.tsx'))
        .flatMap(
          (file) => text(file).match(new RegExp(`<\\w+[^<]*className="(?:[^"]* )?${name}"[^<]*`, 'g')) ?? [],
        ),
    )
    .filter((tag) => !/^<Scroll\b|tabIndex=\{0\}/.test(tag));
  expect(unreached).toEqual([]);
});
