// A conversation as a chat template writes it, for whoever edits the template: the recipe's first row where it is one, else an example. A mistake
// in the template is part of the answer. Changes nothing that is kept for recipes.
import { templateRewrites } from '../data/dataErrors.ts';
import type { Row } from '../data/rows.ts';
import type { Message, Tokenizer } from '../data/tokenizer.ts';
import { UserError } from '../ground/errors.ts';
import { recordOf } from '../ground/isRecord.ts';
import { shortened } from '../ground/quote.ts';
import type { Text } from '../ground/text.ts';
import type { Recipe } from '../recipe/recipe.ts';
import type { Assets } from './assets.ts';

export interface TemplateView {
  /** The model's own; null: it has none. */
  readonly own: string | null;
  /** The conversation; '' where it can't be written. */
  readonly text: string;
  /** What the assistant says of it: [start, end). */
  readonly spans: readonly (readonly [start: number, end: number])[];
  /** With a text: what masks can't be made of. */
  readonly problem: { readonly message: Text; readonly remedy: Text } | null;
}

/** What is shown at most. */
const MOST_TEXT = 20_000;

const example: readonly Message[] = [
  { role: 'system', content: 'You answer in one sentence.' },
  { role: 'user', content: 'Where does the ferry land?' },
  { role: 'assistant', content: 'At the north quay.' },
];

interface Conversation {
  readonly messages: readonly Message[];
  readonly tools: readonly unknown[];
}

function conversationOf(row: Row | undefined): Conversation {
  const tools = (row && 'tools' in row && row.tools) || [];
  if (row?.format === 'messages') return { messages: row.messages, tools };
  if (row?.format === 'prompt-completion-chat')
    return { messages: [...row.prompt, ...row.completion], tools };
  if (row?.format === 'preference-chat') return { messages: [...row.prompt, ...row.chosen], tools };
  return { messages: example, tools };
}

/** Rows that can't be had are told elsewhere. */
async function firstRow(assets: Assets, recipe: Recipe): Promise<Row | undefined> {
  try {
    return (await assets.rows(recipe)).rows[0];
  } catch {
    return undefined;
  }
}

type Written = Pick<TemplateView, 'text' | 'spans' | 'problem'>;

/** Turns that can't be told apart are shown all the same: only masks need them. */
function written(tokenizer: Tokenizer, { messages, tools }: Conversation): Written {
  try {
    return { ...tokenizer.renderAnswers(messages, tools), problem: null };
  } catch (error) {
    if (!templateRewrites.is(error)) throw error;
    const { problem: message, remedy } = error;
    return { ...tokenizer.render(messages, false, tools), problem: { message, remedy } };
  }
}

/** What is wrong with template or model is part of the answer. The recipe's template is the one that is being edited. */
export async function showTemplate(assets: Assets, recipe: Recipe): Promise<TemplateView> {
  const { chatTemplate, ...untold } = recipe;
  let own: string | null = null;
  try {
    const plain = await assets.model(untold);
    const named = recordOf(plain.tokenizerFiles.tokenizerConfig).chat_template;
    own = typeof named === 'string' ? named : null;
    const conversation = conversationOf(await firstRow(assets, recipe));
    const tokenizer =
      chatTemplate === undefined ? plain.tokenizer : plain.tokenizer.withTemplate(chatTemplate);
    const { text, spans, problem } = written(tokenizer, conversation);
    return { own, text: shortened(text, MOST_TEXT), spans, problem };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const { problem: message, remedy } = error;
    return { own, text: '', spans: [], problem: { message, remedy } };
  }
}
