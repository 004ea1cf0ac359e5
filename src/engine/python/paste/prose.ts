// Which lines of a text are sentences and not code: a greeting, a question, a heading. They become comments, so that Python reads the rest.
// A line in doubt is code: what is wrong with it is Python's to say.

import type { Line } from './lines.ts';
import { commented, textOf } from './lines.ts';
import { scanPython } from './scan.ts';

const statement =
  /^(?:import\s+[\w.]+|from\s+[\w.]+\s+import\b|(?:async\s+)?def\s+\w+|class\s+\w+\s*[(:]|(?:async\s+)?(?:for|with)\s.*:\s*(?:#.*)?$|(?:if|elif|while|except|match|case)\b.*:|(?:else|try|finally)\s*:|return\b|raise\b|assert\b|del\s+\w|global\s|nonlocal\s|lambda\b|await\s|yield\b|(?:pass|break|continue)\s*(?:#.*)?$|print\s+["'\w%(]|exec\s+["']|@[\w.]+|#)/;
const assignment = /^[\w.[\]'", ()*:-]+?\s*(?:[-+*/|&^@%]|\*\*|\/\/|>>|<<)?=(?!=)\s*\S/;
const annotated = /^\w+\s*:\s*[\w.[\], |"']+(?:\s*=\s*\S.*)?$/;
const call = /^[\w.]+(?:\[[^\]]*\])*(?:\.\w+)*\s?\(/;
const piece = /^[)\]}]|^["'({[]|^[-+\d.]+\s*[-+*/,)]|[([{,\\]\s*$|^\*{1,2}\w/;

/** What a line begins with says what it is; expressions over a line of a hundred thousand characters would take their time. */
const TOLD_BY = 1000;
const beginning = (text: string): string => text.trim().slice(0, TOLD_BY);

/**
 * Python's names may be Chinese: an assignment or a call of such names, without the punctuation of sentences around it. Strings may hold
 * any; a sentence goes on after its brackets.
 */
function inHanNames(bare: string, outside: string): boolean {
  if (/^\w+\s*=/.test(bare) || call.test(bare)) return true;
  if (/[\u3000-\u303f\uff00-\uffef]/.test(outside)) return false;
  return (
    /^[\p{L}\p{N}_.[\]*, ]+\s*(?:[-+*/|&^@%]|\*\*|\/\/|>>|<<)?=(?!=)/u.test(outside) ||
    (/^[\p{L}_][\p{L}\p{N}_.]*(?:\[[^\]]*\])*(?:\.[\p{L}\p{N}_]+)*\(/u.test(bare) &&
      /[([{,)\]}\\:]\s*$/.test(outside.trim()))
  );
}

/** Whether a line reads as Python. */
function looksLikePython(text: string): boolean {
  const bare = beginning(text);
  if (bare === '') return false;
  if (statement.test(bare))
    return (
      !/^(?:for|with|if|while|return|raise|print|from|import|del|global)\b[^=('"[]*\b(?:the|a|an|my|you|it|is|are|in the|this|that)\b/i.test(
        bare,
      ) || /[:)\]]\s*$/.test(bare)
    );
  const outside = bare.replace(/(['"]).*?\1|#.*$/g, '');
  if (/[\u4e00-\u9fff]/.test(outside)) return inHanNames(bare, outside);
  if (assignment.test(bare) && !/^[\w'’]+(?:\s+[\w'’]+){2,}/.test(bare)) return true;
  if (call.test(bare)) return !/^\w+ \(/.test(bare) || /\)\s*$/.test(bare);
  return false;
}

/** Whether a line is a sentence, or a scrap of one among sentences. */
function isSentence(text: string): boolean {
  const bare = beginning(text);
  if (bare === '' || looksLikePython(bare) || /^[#@]|^[rRbBuUfF]{0,2}(?:"""|''')/.test(bare)) return false;
  // Broken code is code still.
  if (/^(?:for|if|while|with|def|class|return|elif|import|from|try|print)\b.*\w\([^\s)]*\)/.test(bare))
    return false;
  if (/[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]/.test(bare.replace(/(['"]).*?\1/g, ''))) return true;
  if (annotated.test(bare) && !/\s\w+\s\w+\s\w+/.test(bare)) return false;
  const words = bare.split(/\s+/);
  if (words.length < 3) return false;
  const plain = words.filter(
    (word) =>
      /^[("'`*_[«]*\p{L}[\p{L}\p{N}_'’./@+-]*[)"'`*_\].,:;!?»]*$/u.test(word) ||
      /^[\d.,%]+[.,:;!?]?$|^[-–—&+:;!?)(]+$/.test(word),
  );
  return plain.length >= 0.7 * words.length && !/^\s*[\w.]+\s*[-+*/<>=]/.test(bare);
}

/** `Hello,` · `Thanks!` · `My code:` · `- a bullet` · `## heading`: prose where sentences stand around it. */
const scrap =
  /^(?:[A-Z][\w'’-]*(?:\s+[\w'’-]+){0,3}\s*[,!.:?]*|[-*•]\s+\S.*|\d+[.)]\s+\S.*|-{3,}|_{3,}|={3,}|[\w.+-]+@[\w.-]+|https?:\/\/\S+|[:;]-?[()DPp/|])$/;

export interface Parted {
  readonly lines: readonly Line[];
  readonly code: number;
  readonly prose: number;
}

/** The lines with sentences as comments, and how many of each there were. */
export function partProse(lines: readonly Line[]): Parted {
  const sentence = lines.map(({ text }) => isSentence(text));
  const any = sentence.some(Boolean);
  const draft = lines.map((line, i) =>
    sentence[i] || (any && scrap.test(line.text.trim()) && !looksLikePython(line.text))
      ? commented(line)
      : line,
  );
  const { states } = scanPython(textOf(draft));
  let code = 0;
  let prose = 0;
  const kept = draft.map((line, i) => {
    const original = lines[i] ?? line;
    const inside = states[i]?.inString || (states[i]?.depth ?? 0) > 0 || states[i]?.continued;
    if (line !== original && !inside) prose++;
    else if (original.text.trim().startsWith('#')) return original;
    else if (looksLikePython(original.text) || (inside && original.text.trim() !== '')) code++;
    else if (
      original.text.trim() !== '' &&
      !original.text.trim().startsWith('#') &&
      piece.test(original.text.trim())
    )
      code++;
    return inside ? original : line;
  });
  return { lines: kept, code, prose };
}
