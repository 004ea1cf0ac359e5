// A text cut at its fences: blocks that someone marked as code, and the prose between them.

import type { Line } from './lines.ts';

export interface Block {
  /** The word after the fence: `python`, `bash`, `yaml`; '' without one. */
  readonly info: string;
  /** A file that the fence or the line above names: `config.yaml`. */
  readonly file: string | null;
  readonly fenced: boolean;
  readonly lines: readonly Line[];
}

const fence = /^(\s{0,8})(`{3,}|~{3,})\s*([^`]*)$/;
const html = /^\s*<(?:pre|code)[^>]*>(?:\s*<code[^>]*>)?|(?:<\/code>\s*)?<\/(?:pre|code)>\s*$/gi;
const fileName = /([\w./-]+\.(?:py|ya?ml|json|jsonl|txt|toml|cfg|sh|ipynb))\b/;

/** Blocks in order. Without a fence: one block, all of it. A last fence that nothing closes runs to the end. */
export function blocksOf(lines: readonly Line[]): Block[] {
  const blocks: Block[] = [];
  let open: { mark: string; info: string; file: string | null; indent: string } | null = null;
  let current: Line[] = [];
  const push = (): void => {
    if (current.some(({ text }) => text.trim() !== '') || open)
      blocks.push({
        info: open?.info ?? '',
        file: open?.file ?? null,
        fenced: open !== null,
        lines: current,
      });
    current = [];
  };
  for (const line of lines) {
    const match = fence.exec(line.text);
    const mark = match?.[2] ?? '';
    const words = match?.[3]?.trim() ?? '';
    if (match && open === null) {
      const above = [...current].reverse().find(({ text }) => text.trim() !== '')?.text ?? '';
      push();
      const file =
        fileName.exec(words)?.[1] ?? (above.length < 80 ? (fileName.exec(above)?.[1] ?? null) : null);
      open = { mark, info: (/^[\w+-]*/.exec(words)?.[0] ?? '').toLowerCase(), file, indent: match[1] ?? '' };
    } else if (match && open && words === '' && mark.startsWith(open.mark)) {
      push();
      open = null;
    } else if (open) {
      const inside = line.text.startsWith(open.indent)
        ? line.text.slice(open.indent.length)
        : line.text.trimStart();
      current.push({ text: inside, from: line.from });
    } else current.push({ text: line.text.replace(html, ''), from: line.from });
  }
  push();
  return blocks;
}
