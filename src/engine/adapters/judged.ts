// The methods of PEFT that are judged and not trained, a line each.
import { adalora } from './adalora/adalora.ts';
import type { JudgedMethod } from './judgedMethod.ts';
import { loha } from './loha/loha.ts';
import { lokr } from './lokr/lokr.ts';
import { oft } from './oft/oft.ts';
import { PROMPT_ENCODER, promptMethods } from './prompts/prompts.ts';

export const judgedMethods: readonly JudgedMethod[] = [
  adalora, //
  loha,
  lokr,
  oft,
];

/** What the names of their tensors hold. */
export const judgedPrefixes: readonly string[] = [
  ...judgedMethods.map(({ prefix }) => prefix),
  `${PROMPT_ENCODER}.`,
];

/** Their name for people, by peft_type; null: it is none of them. */
export const judgedName = (type: string): string | null =>
  [...judgedMethods, ...promptMethods].find((method) => method.type === type)?.name ?? null;
