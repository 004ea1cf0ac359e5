// What the machine for faults decides without a browser: which cells it runs, when a fault has struck, what it may call the same, what its
// table claims, and what it says when it can't do its own part.
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { cellsOf } from './cells.ts';
import { main as faultsMain } from './faults.ts';
import { openHost } from './host.ts';
import { faults, faultsIn, moments } from './list.ts';
import { reportOf, withLongRun } from './report.ts';
import { main as soakMain } from './soak.ts';
import type { Ended } from './state.ts';
import { buildOf, keep, keyOf, readState } from './state.ts';
import { hasStruck, isSame, isWhole, toldNothing } from './verdict.ts';

const faultOf = (kind: string, name = '') => {
  const found = faults.find((one) => one.kind === kind && one.name.includes(name));
  if (!found) throw new Error(`no fault ${kind}: ${name}`);
  return found;
};

test('a fault that never struck holds nothing', () => {
  expect(hasStruck(null, 'mid-run', false)).toBe(true);
  for (const moment of moments) {
    expect(hasStruck(faultOf('memory', 'short of it'), moment, false)).toBe(false);
    expect(hasStruck(faultOf('network', 'offline'), moment, false)).toBe(moment === 'loading');
    expect(hasStruck(faultOf('disk', 'there is none'), moment, false)).toBe(true);
    expect(hasStruck(faultOf('memory', 'short of it'), moment, true)).toBe(true);
  }
});

test('losses are held to a whole run alone', () => {
  expect(isWhole([], 2)).toBe(false);
  expect(isWhole([1], 2)).toBe(false);
  expect(isWhole([1, Number.NaN], 2)).toBe(false);
  expect(isWhole([1, 2], 2)).toBe(true);
  expect(isSame([1, 2], [1, 2])).toBe(true);
  expect(isSame([1, 2], [1, 2 + 2 ** -51])).toBe(false);
});

test('who stops without a word is silent', () => {
  expect(toldNothing({ told: '', goOn: false }, { told: '', goOn: false })).toBe(true);
  expect(toldNothing({ told: '', goOn: false }, { told: '', goOn: true })).toBe(false);
  expect(toldNothing({ told: 'a reason', goOn: false })).toBe(false);
});

test('cells are drawn by words and by seed', () => {
  const all = cellsOf(undefined, Number.POSITIVE_INFINITY, 1);
  expect(all).toHaveLength(faults.length * moments.length);
  expect(cellsOf('disk', Number.POSITIVE_INFINITY, 1).every(({ name }) => name.startsWith('disk'))).toBe(
    true,
  );
  expect(cellsOf(undefined, 5, 1)).toEqual(cellsOf(undefined, 5, 1));
  expect(cellsOf(undefined, 5, 1)).not.toEqual(cellsOf(undefined, 5, 2));
  expect(cellsOf('nothing has these words', Number.POSITIVE_INFINITY, 1)).toEqual([]);
  expect(cellsOf('', Number.POSITIVE_INFINITY, 1)).toEqual([]);
});

test.each([
  [faultsMain, ['--short', 'x'], '--short'],
  [faultsMain, ['--short', '0'], '--short'],
  [faultsMain, ['--seed', 'x'], '--seed'],
  [faultsMain, ['--lanes', '0'], '--lanes'],
  [faultsMain, ['--browser', 'Lynx'], '--browser'],
  [faultsMain, ['--only', 'nothing has these words'], 'No cell'],
  [soakMain, ['--steps', 'x'], '--steps'],
])('a wrong argument runs nothing: %#', async (main, args, named) => {
  const err = vi.spyOn(process.stderr, 'write').mockImplementation(() => true);
  try {
    expect(await main(args)).toBe(2);
    expect(err.mock.calls.join('')).toContain(named);
  } finally {
    err.mockRestore();
  }
});

const ended = (cell: string, build: string, verdict: Ended['verdict'] = 'told'): Ended => ({
  ...{ build, browser: 'Chromium', cell, verdict, said: '', seconds: 1 },
});
const stateOf = (...all: readonly Ended[]): ReadonlyMap<string, Ended> =>
  new Map(all.map((one) => [keyOf(one), one]));

test('the table counts what ran, marks what another build ran, and says that the rest is not known', () => {
  const [one, two] = ['device: destroyed, loading', 'device: destroyed, mid-run'];
  const all = faults.length * moments.length;
  const first = reportOf('', stateOf(ended(one ?? '', 'aaaa'), ended(two ?? '', 'aaaa', 'hangs')), 'aaaa');
  expect(first).toContain(`Of ${all} cells, 2 ran; what the others do is not known.`);
  expect(first).toContain('| destroyed | told | not run | **hangs** | not run | not run |');
  expect(first).toContain('0 same losses, 1 told, 1 bad');
  // What ran before stays, as what it was.
  const later = reportOf(first, stateOf(ended(two ?? '', 'bbbb', 'same losses')), 'bbbb');
  expect(later).toContain('| destroyed | told¹ | not run | same losses | not run | not run |');
  expect(later).toContain('- build `bbbb`, the newest: 1 cells\n- ¹ build `aaaa`: 1 cells');
  expect(reportOf(later, new Map(), 'bbbb')).toBe(later);
  const soaked = withLongRun(withLongRun(later, 'old\n'), 'new\n');
  expect(soaked).toMatch(/## A long run\n\nnew\n$/);
  expect(reportOf(soaked, new Map(), 'bbbb')).toBe(soaked);
});

test('cells are kept as they end, the newest of each counts, and half a line is none', () => {
  const folder = mkdtempSync(join(tmpdir(), 'faults-'));
  const path = join(folder, 'deep', 'state.jsonl');
  try {
    expect(readState(path).size).toBe(0);
    const kept = [ended('a', 'aaaa', 'lost'), ended('b', 'aaaa'), ended('a', 'bbbb')];
    for (const one of kept) keep(path, one);
    appendFileSync(path, '{"build":"cccc","browser":"Chro');
    expect([...readState(path).values()]).toEqual([kept[2], kept[1]]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a build is named by all of its files', () => {
  const folder = mkdtempSync(join(tmpdir(), 'faults-'));
  try {
    writeFileSync(join(folder, 'a'), '1');
    const before = buildOf(folder);
    expect(buildOf(folder)).toBe(before);
    writeFileSync(join(folder, 'a'), '2');
    expect(buildOf(folder)).not.toBe(before);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('the other browser has the faults that need no tools of the first', () => {
  const names = faultsIn('Firefox').map(({ name }) => name);
  expect(names).toContain('reloaded');
  expect(names).not.toContain('the tab crashes');
  expect(cellsOf('quota', Number.POSITIVE_INFINITY, 1, 'Firefox')).toEqual([]);
});

test('a part that the machine itself can’t do is told, and the worker goes on', async () => {
  const host = await openHost('/nowhere');
  try {
    host.begin({
      fault: faultOf('tabs', 'reloaded'),
      moment: 'mid-run',
      outside: () => Promise.reject(new Error('the page was gone')),
    });
    expect(host.failure).toBeNull();
    const answer = await fetch(`${host.address}fault-now`);
    expect(await answer.text()).toBe('nothing');
    expect([host.struck, host.failure]).toEqual([true, 'Error: the page was gone']);
    host.begin({ fault: null, moment: 'mid-run', outside: () => Promise.resolve() });
    expect(host.failure).toBeNull();
  } finally {
    host.close();
  }
});
