// A chat template of one's own in the script: set on the tokenizer, and rendered by functions of the script where trainer or stack does not render
// it. The model's own ChatML is written by hand there (trainSection.ts).
import { quoted } from './python.ts';

/** Every line of the template on a line of its own. */
export function templateLine(template: string): string {
  const lines = template.split(/(?<=\n)/).map(quoted);
  return lines.length === 1
    ? `tokenizer.chat_template = ${lines.join()}`
    : `tokenizer.chat_template = (\n${lines.map((line) => `    ${line}\n`).join('')})`;
}

/** Without the tag that older releases of transformers do not know; what it stands around is printed as before. */
export const withoutMarks = (template: string): string =>
  template.replace(
    /\{%(-?)\s*(end)?generation\s*(-?)%\}/g,
    (_, before: string, end: string | undefined, after: string) =>
      `{%${before} ${end ? 'endif' : 'if true'} ${after}%}`,
  );

export const RENDER_TEMPLATE = `def render(row):
    """By the tokenizer's chat template: this TRL wants a column of text."""
    if "messages" in row:
        messages = row["messages"]
    elif "prompt" in row:
        messages = [{"role": "user", "content": row["prompt"]}, {"role": "assistant", "content": row["completion"]}]
    else:
        return {"text": row["text"]}
    return {"text": tokenizer.apply_chat_template(messages, tokenize=False)}`;

export const encodeTemplate = (collate: string): string => `def written(messages, asks=False):
    """A conversation by the tokenizer's chat template."""
    return tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=asks) if messages else ""


def encode(row):
    """Ids of the conversation; labels of everything but what the assistant's turns add are -100, where answers alone are trained."""
    if "text" in row:
        ids = tokenizer(row["text"], truncation=True, max_length=MAX_LENGTH)["input_ids"]
        return {"input_ids": ids, "labels": list(ids), "attention_mask": [1] * len(ids)}
    messages = row.get("messages") or [
        {"role": "user", "content": row["prompt"]}, {"role": "assistant", "content": row["completion"]},
    ]
    text = written(messages)
    spans = [
        (len(written(messages[:i], True)), len(written(messages[: i + 1]).rstrip()))
        for i, message in enumerate(messages) if message["role"] == "assistant"
    ] if ANSWERS_ONLY else [(0, len(text))]
    made = tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)
    ids = made["input_ids"]
    labels = [
        token if any(start < end and first < end and last > start for start, end in spans) else -100
        for token, (first, last) in zip(ids, made["offset_mapping"])
    ]
    return {
        "input_ids": ids[:MAX_LENGTH], "labels": labels[:MAX_LENGTH], "attention_mask": [1] * len(ids[:MAX_LENGTH]),
    }


${collate}`;

/** What a template puts before an answer, for the collator that finds answers by it. */
export const RESPONSE = `asked = [{"role": "user", "content": "?"}]
response = tokenizer.apply_chat_template(asked, tokenize=False, add_generation_prompt=True)
response = response[len(tokenizer.apply_chat_template(asked, tokenize=False)):]`;
