// The sets of library versions whose behaviour is modelled. Each was run with the real libraries (tools/golden).
import { defineError } from '../ground/errors.ts';
import type { Versions } from './version.ts';

export interface Stack extends Versions {
  /** Value of the setting `wiring.stack`. */
  readonly id: string;
}

const august2025 = {
  transformers: '4.57.1',
  peft: '0.17.1',
  torch: '2.8.0',
  bitsandbytes: '0.48.2',
} as const;
const late2025 = { transformers: '4.57.1', peft: '0.18.0', torch: '2.9.1', bitsandbytes: '0.48.2' } as const;

const modelled = [
  {
    id: 'trl-0.7.1',
    transformers: '4.31.0',
    peft: '0.5.0',
    trl: '0.7.1',
    torch: '2.1.2',
    bitsandbytes: null,
  },
  {
    id: 'trl-0.7.10',
    transformers: '4.36.2',
    peft: '0.7.1',
    trl: '0.7.10',
    torch: '2.1.2',
    bitsandbytes: null,
  },
  {
    id: 'trl-0.8.6',
    transformers: '4.41.2',
    peft: '0.10.0',
    trl: '0.8.6',
    torch: '2.2.2',
    bitsandbytes: null,
  },
  {
    id: 'trl-0.9.6',
    transformers: '4.42.4',
    peft: '0.11.1',
    trl: '0.9.6',
    torch: '2.3.1',
    bitsandbytes: '0.48.2',
  },
  {
    id: 'trl-0.11.4',
    transformers: '4.44.2',
    peft: '0.12.0',
    trl: '0.11.4',
    torch: '2.4.1',
    bitsandbytes: '0.48.2',
  },
  {
    id: 'trl-0.12.2',
    transformers: '4.46.3',
    peft: '0.13.2',
    trl: '0.12.2',
    torch: '2.5.1',
    bitsandbytes: '0.48.2',
  },
  {
    id: 'trl-0.14.0',
    transformers: '4.48.2',
    peft: '0.14.0',
    trl: '0.14.0',
    torch: '2.5.1',
    bitsandbytes: '0.48.2',
  },
  {
    id: 'trl-0.15.2',
    transformers: '4.49.0',
    peft: '0.14.0',
    trl: '0.15.2',
    torch: '2.5.1',
    bitsandbytes: '0.48.2',
  },
  { id: 'trl-0.17.0', trl: '0.17.0', ...august2025 },
  { id: 'trl-0.19.1', trl: '0.19.1', ...august2025 },
  { id: 'trl-0.20.0', trl: '0.20.0', ...august2025 },
  { id: 'trl-0.22.2', trl: '0.22.2', ...august2025 },
  { id: 'trl-0.23.0', trl: '0.23.0', ...august2025 },
  { id: 'trl-0.23.1', trl: '0.23.1', ...august2025 },
  { id: 'trl-0.26.2', trl: '0.26.2', ...late2025 },
  { id: 'trl-0.29.1', trl: '0.29.1', ...late2025 },
  {
    id: 'trl-1.9.0',
    transformers: '5.15.0',
    peft: '0.20.0',
    trl: '1.9.0',
    torch: '2.13.0',
    bitsandbytes: '0.50.1',
  },
  {
    id: 'trl-1.16.0',
    transformers: '5.24.0',
    peft: '0.21.2',
    trl: '1.16.0',
    torch: '2.15.0',
    bitsandbytes: '0.50.2',
  },
] as const satisfies readonly Stack[];

export const unknownStack = defineError(
  'stack',
  ({ known, got }: { readonly known: readonly string[]; readonly got: string }) => ({
    en: [`wiring.stack: expected one of ${known.join(', ')}, got '${got}'.`, 'Choose one of them.'],
    zh: [`wiring.stack：应为 ${known.join('、')} 之一，得到 '${got}'。`, '请从中选择。'],
  }),
);

export type StackId = (typeof modelled)[number]['id'];

type KnownStack = Stack & { readonly id: StackId };

export const stacks: readonly KnownStack[] = modelled;

export const DEFAULT_STACK = 'trl-0.19.1' satisfies StackId;

/** Throws UserError 'stack' for an unknown id. */
export function stackOf(id: string): KnownStack {
  const stack = stacks.find((candidate) => candidate.id === id);
  if (!stack) throw unknownStack({ known: stacks.map((one) => one.id), got: id });
  return stack;
}
