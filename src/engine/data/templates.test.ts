// Published chat templates against transformers on ten conversations (tests/golden/templates.json, vocabularies.json). Their files are never
// committed: `npm run golden -- vocabularies` copies them from TRL; without them the test is skipped.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ChatTemplate } from './chatTemplate.ts';

interface Golden {
  readonly now: string;
  readonly special: Readonly<Record<string, string>>;
  readonly templates: Readonly<Record<string, readonly string[]>>;
}
interface Conversation {
  readonly name: string;
  readonly tools?: readonly unknown[];
  readonly messages: readonly object[];
}

const json = (path: string) => JSON.parse(readFileSync(path, 'utf8'));
const golden: Golden = json('tests/golden/templates.json');
const conversations: readonly Conversation[] = json('tests/golden/vocabularies.json').conversations;
const folder = `${process.env.TOKENIZER_VOCABULARIES ?? 'models/vocabularies'}/templates`;
const characters = (text: string, units: number): number => [...text.slice(0, units)].length;

function rendered(template: ChatTemplate, { messages, tools }: Conversation, prompt: boolean): string {
  try {
    const { text, spans } = template.render({
      messages,
      add_generation_prompt: prompt,
      ...(tools ? { tools } : {}),
      ...golden.special,
    });
    const told = spans.map(([start, end]) => `${characters(text, start)}-${characters(text, end)}`).join(',');
    return createHash('sha256').update(`${text}|${told}`).digest('hex').slice(0, 8);
  } catch {
    return '-';
  }
}

/** Templates of models that see: a text in place of a list of parts is refused by the library, or printed as its characters. */
const SEEING = ['idefics3', 'llava_next', 'smolvlm'];
const known = Object.entries(golden.templates).filter(
  ([name]) => !SEEING.includes(name.replace('_training', '')),
);

describe('a published template', () => {
  beforeAll(() => {
    vi.useFakeTimers({ now: new Date(golden.now), toFake: ['Date'] });
  });
  afterAll(() => {
    vi.useRealTimers();
  });

  it.skipIf(!existsSync(folder)).each(known)('%s prints as in transformers', (name, digests) => {
    const path = `${folder}/${name}.jinja`;
    const template = new ChatTemplate(readFileSync(path, 'utf8'));
    const made = conversations.flatMap((one) =>
      [false, true].map((prompt) => rendered(template, one, prompt)),
    );
    const names = conversations.flatMap(({ name }) => [name, `${name}, open`]);
    expect(names.filter((_, i) => made[i] !== digests[i])).toEqual([]);
  });
});
