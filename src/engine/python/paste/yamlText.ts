// YAML with the line of every key. The parser is fetched when something that looks like YAML was pasted, and not before.

import { causeOf } from '../../ground/errors.ts';
import type { Config, ConfigValue, Entry } from './config.ts';
import { plainValue } from './config.ts';
import type { Line } from './lines.ts';
import { textOf } from './lines.ts';

const keyLine = /^(\s*)(?:- )?(?:"[^"]+"|'[^']+'|[\w./-]+)\s*:(\s|$)/;

/** Keys that stand at the left edge. */
const topKeys = (lines: readonly Line[]): string[] =>
  lines.flatMap(({ text }) => /^["']?([\w./-]+)["']?\s*:(?:\s|$)/.exec(text)?.[1] ?? []);

/** No configuration that people write is longer. */
const MOST_LINES = 3000;

/** Whether most lines are keys, items and comments: not Python, whose dictionaries sit in brackets. */
export function looksLikeYaml(lines: readonly Line[]): boolean {
  const said = lines.filter(
    ({ text }) => text.trim() !== '' && !/^\s*#/.test(text) && !/^(---|\.\.\.)\s*$/.test(text),
  );
  if (said.length === 0 || said.length > MOST_LINES || topKeys(said).length < 2) return false;
  const fits = said.filter(({ text }) => keyLine.test(text) || /^\s*- /.test(text) || /^\s{2,}\S/.test(text));
  const python = said.some(({ text }) =>
    /^\s*(import|from)\s+\w|^\s*(def|class)\s+\w+.*:\s*$|^[\w.]+\s*=\s|^\w[\w.]*\(/.test(text),
  );
  return !python && fits.length >= 0.9 * said.length;
}

export interface YamlReading {
  readonly config: Config;
  /** What the parser refuses, with its line. */
  readonly errors: readonly { readonly line: number; readonly message: string }[];
}

export async function readYaml(lines: readonly Line[]): Promise<YamlReading> {
  const { LineCounter, isMap, isNode, isScalar, parseDocument } = await import('yaml');
  const counter = new LineCounter();
  const text = textOf(lines);
  // PyYAML speaks YAML 1.1: yes and on are true.
  const document = parseDocument(text, {
    lineCounter: counter,
    version: '1.1',
    uniqueKeys: false,
    logLevel: 'silent',
  });
  const from = (offset: number): number => lines[counter.linePos(offset).line - 1]?.from ?? 0;
  const config = new Map<string, Entry>();
  const refused: { line: number; message: string }[] = [];
  /** Aliases may stand for more than a page holds; the parser counts and refuses. */
  const plain = (value: unknown, line: number): ConfigValue => {
    try {
      const json: unknown = isNode(value) ? value.toJS(document) : null;
      return plainValue(json);
    } catch (error) {
      refused.push({ line, message: causeOf(error) });
      return null;
    }
  };
  if (isMap(document.contents)) {
    for (const { key, value } of document.contents.items) {
      const line = from(isScalar(key) ? (key.range?.[0] ?? 0) : 0);
      config.set(String(isScalar(key) ? key.value : key), { value: plain(value, line), line });
    }
  }
  return {
    config,
    errors: [
      ...document.errors.map((error) => ({
        line: from(error.pos[0]),
        message: error.message.split('\n')[0] ?? error.message,
      })),
      ...refused,
    ],
  };
}
