// The adapter methods that there are, one line each, and the questions that everyone else asks of the list.

import { invariant } from '../ground/errors.ts';
import type { Adapter } from '../torch/nn/module.ts';
import { ia3 } from './ia3/ia3.ts';
import { judgedPrefixes } from './judged.ts';
import { lnTuning } from './ln_tuning/lnTuning.ts';
import { lora } from './lora/lora.ts';
import type { ConfigArgument, MethodValues } from './method.ts';
import { vera } from './vera/vera.ts';

export const methods = [
  lora, //
  ia3,
  vera,
  lnTuning,
] as const;

export type Method = (typeof methods)[number];

type Intersection<U> = (U extends unknown ? (one: U) => void : never) extends (all: infer I) => void
  ? I
  : never;

/** Settings of all methods together. */
export type AllSettings = Intersection<Method['settings']>;
export type AdapterValues = MethodValues<AllSettings>;

/** The method of a peft_type, or null. */
export const methodNamed = (type: unknown): Method | null =>
  methods.find((method) => method.type === type) ?? null;

/** The method that a recipe chooses. */
export const chosenMethod = (values: { readonly 'peft.peft_type': Method['type'] }): Method =>
  methodOf({ type: values['peft.peft_type'] });

/** The method that made an adapter. */
export function methodOf({ type }: Pick<Adapter, 'type'>): Method {
  const method = methodNamed(type);
  invariant(method, `adapter: no method '${type}'`);
  return method;
}

/** Whether a parameter of this name belongs to an adapter: to what a method adds, or to a copy of modules_to_save. */
export const isAdapterParameter = (name: string): boolean =>
  methods.some(({ prefix }) => name.includes(prefix)) ||
  judgedPrefixes.some((prefix) => name.includes(prefix)) ||
  name.includes('modules_to_save');

/** A configuration class of PEFT and what it takes. */
export interface ConfigClass {
  readonly className: string;
  readonly arguments: readonly ConfigArgument<AdapterValues>[];
}

/** The classes of all methods, and those that stand in their arguments. */
const configsOf = ({ config }: Method): readonly ConfigClass[] => {
  const list: readonly ConfigArgument<AdapterValues>[] = config.arguments;
  const inner = list.flatMap((argument) => (argument.form === 'config' ? [argument] : []));
  return [{ className: config.className, arguments: list }, ...inner];
};

export const configClasses: readonly string[] = methods.flatMap((method) =>
  configsOf(method).map(({ className }) => className),
);
