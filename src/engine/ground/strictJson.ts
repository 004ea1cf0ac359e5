// JSON from outside. What JavaScript's own reader lets pass is refused: a key that stands twice in an object (the first would be lost), a key
// `__proto__`, nesting that no format here has. Half a character becomes U+FFFD. What the values mean, shapes.ts says.
import { causeOf } from './errors.ts';
import { quote, shortened } from './quote.ts';
import type { Text } from './text.ts';
import { same, text } from './text.ts';
import { wellFormed } from './wellFormed.ts';

export interface JsonRules {
  /** How deep objects and lists may nest. */
  readonly deepest?: number;
  /** Keys are data, as the tokens of a vocabulary: `__proto__` may be one. */
  readonly anyKey?: boolean;
}

export type JsonRead =
  | { readonly value: unknown; readonly problem: null }
  | { readonly value: null; readonly problem: Text };

const DEEPEST = 64;
const [QUOTE, BACKSLASH, COLON] = [0x22, 0x5c, 0x3a];
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];
const isBlank = (code: number): boolean => code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;

/** What the rules refuse in a text that is JSON. One pass, whatever stands in it. */
function refusedIn(json: string, { deepest = DEEPEST, anyKey = false }: JsonRules): Text | null {
  /** The keys of each object that is open; null for a list. */
  const open: (Set<string> | null)[] = [];
  for (let at = 0; at < json.length; at++) {
    const code = json.charCodeAt(at);
    if (code === OPEN_OBJECT || code === OPEN_LIST) {
      open.push(code === OPEN_OBJECT ? new Set() : null);
      if (open.length > deepest)
        return text(`it nests deeper than ${deepest} levels`, `嵌套超过 ${deepest} 层`);
    } else if (code === CLOSE_OBJECT || code === CLOSE_LIST) open.pop();
    if (code !== QUOTE) continue;
    const from = at++;
    for (let inside = json.charCodeAt(at); inside !== QUOTE; inside = json.charCodeAt(++at))
      if (inside === BACKSLASH) at++;
    const keys = open.at(-1);
    let next = at + 1;
    while (isBlank(json.charCodeAt(next))) next++;
    if (!keys || json.charCodeAt(next) !== COLON) continue;
    const written = json.slice(from + 1, at);
    const key = written.includes('\\') ? wellFormed(String(JSON.parse(`"${written}"`))) : written;
    if (!anyKey && key === '__proto__') return text("it has a key '__proto__'", "含有键 '__proto__'");
    if (keys.has(key))
      return text(
        `the key ${quote(key)} stands twice in one object`,
        `键 ${quote(key)} 在同一对象中出现两次`,
      );
    keys.add(key);
  }
  return null;
}

/** Every text inside made well-formed. The value nests no deeper than the rules let it. */
function mended(value: unknown): unknown {
  if (typeof value === 'string') return wellFormed(value);
  if (Array.isArray(value)) return value.map(mended);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [wellFormed(key), mended(one)]));
}

/** The value of a JSON text, or why it is none that is read here. */
export function readJson(source: string, rules: JsonRules = {}): JsonRead {
  const json = wellFormed(source);
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    return { value: null, problem: same(shortened(causeOf(error))) };
  }
  const problem = refusedIn(json, rules);
  if (problem) return { value: null, problem };
  // Escapes alone can still write half a character.
  return { value: /\\u[dD][89a-fA-F]/.test(json) ? mended(value) : value, problem: null };
}
