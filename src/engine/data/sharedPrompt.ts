// The prompt of a pair that names none: what both answers begin with, as TRL 1.16's extract_prompt (data_utils.py) takes it. Where one answer
// is the beginning of the other its last piece stays with the answer.
import type { Text } from '../ground/text.ts';
import { text as say } from '../ground/text.ts';
import { badRow } from './dataErrors.ts';
import type { Message } from './tokenizer.ts';

interface Parted<T> {
  readonly prompt: T;
  readonly chosen: T;
  readonly rejected: T;
}

/** Characters are Python's, so that none is cut in half. */
export function sharedText(chosen: string, rejected: string): Parted<string> {
  const [a, b] = [[...chosen], [...rejected]];
  const least = Math.min(a.length, b.length);
  let at = Math.max(0, least - 1);
  for (let i = 0; i < least; i++) {
    if (a[i] === b[i]) continue;
    // A space before what differs belongs to the answer; Python's index -1 is the last.
    at = a.at(i - 1) === ' ' ? i - 1 : i;
    break;
  }
  const [start, end] = [(list: string[]) => list.slice(0, at), (list: string[]) => list.slice(at)];
  return { prompt: start(a).join(''), chosen: end(a).join(''), rejected: end(b).join('') };
}

const written = ({ role, content, more }: Message): string =>
  JSON.stringify([role, content, Object.entries(more ?? {}).sort()]);

/** Throws UserError 'row' for answers that share no turn. */
export function sharedMessages(
  chosen: readonly Message[],
  rejected: readonly Message[],
  where: () => Text,
): Parted<readonly Message[]> {
  const least = Math.min(chosen.length, rejected.length);
  let at = 0;
  while (at < least - 1 && same(chosen[at], rejected[at])) at++;
  if (at === 0)
    throw badRow({
      where: where(),
      found: say(
        '`chosen` and `rejected` share no first message that could be the prompt',
        '`chosen` 与 `rejected` 没有相同的开头消息可作为提示',
      ),
    });
  return { prompt: chosen.slice(0, at), chosen: chosen.slice(at), rejected: rejected.slice(at) };
}

const same = (a: Message | undefined, b: Message | undefined): boolean =>
  a !== undefined && b !== undefined && written(a) === written(b);
