// One node of the table as an object: `class|kind|parameters|children|extra|flow`. tools/golden/models/trees.py says what each means.

import { invariant } from '../../ground/errors.ts';
import { oncePer } from './once.ts';

export interface KnownParameter {
  readonly name: string;
  readonly shape: readonly string[];
  readonly frozen: boolean;
}

export interface KnownNode {
  readonly className: string;
  readonly kind: string;
  readonly parameters: readonly KnownParameter[];
  readonly children: readonly { readonly name: string; readonly node: number }[];
  /** Equal children, counted; the first of them may be others. */
  readonly list: {
    readonly count: string;
    readonly node: number;
    readonly first: { readonly count: string; readonly node: number } | null;
  } | null;
  readonly extra: string;
  /** Number of the flow of a layer, or null. */
  readonly flow: number | null;
}

export const readNode = oncePer((table, index): KnownNode => parse(table.nodes[index]));

function parse(line: string | undefined): KnownNode {
  invariant(line !== undefined, 'known models: no such node');
  const [className = '', kind = '', parameters = '', children = '', extra = '', flow = ''] = line.split('|');
  const listed = children.startsWith('[');
  return {
    className,
    kind,
    parameters: parameters === '' ? [] : parameters.split(';').map(parseParameter),
    children: listed || children === '' ? [] : children.split(',').map(parseChild),
    list: listed ? parseList(children) : null,
    extra,
    flow: flow === '' ? null : Number(flow),
  };
}

function parseParameter(written: string): KnownParameter {
  const [name = '', shape = ''] = written.split('=');
  const frozen = shape.endsWith('!');
  return { name, shape: (frozen ? shape.slice(0, -1) : shape).split(','), frozen };
}

function parseChild(written: string): { readonly name: string; readonly node: number } {
  const [name = '', node] = written.split(':');
  return { name, node: Number(node) };
}

function parseList(written: string): KnownNode['list'] {
  const end = written.indexOf(']');
  const [one = '', two] = written.slice(end + 1).split(',');
  const count = written.slice(1, end);
  if (two === undefined) return { count, node: Number(one), first: null };
  const [before = '', node] = one.split('@');
  return { count, node: Number(two), first: { count: before, node: Number(node) } };
}
