// Where a recipe's model can be had by whoever does not have it: a repository of the hub, at one commit. No address: everybody asks the
// hub that they chose; no token.

import { quote } from '../ground/quote.ts';
import type { Check, Misfit } from '../ground/shapes.ts';
import { nullable, shape, string } from '../ground/shapes.ts';
import type { Text } from '../ground/text.ts';
import { text } from '../ground/text.ts';

export interface ModelSource {
  /** owner/name */
  readonly hub: string;
  /** A commit where the hub told one. */
  readonly revision: string;
  /** The GGUF file (of a split one the first) or ONNX graph that was chosen; null: the checkpoint. */
  readonly file: string | null;
}

const id = /^[A-Za-z0-9][\w.-]{0,95}\/[A-Za-z0-9][\w.-]{0,95}$/;
const revision = /^\w[\w./-]{0,119}$/;

/** A repository as a person names it: owner/name, @ a revision, : a file. */
export interface NamedRepository {
  readonly id: string;
  /** A branch, a tag or a commit; null: not named. */
  readonly revision: string | null;
  readonly file: string | null;
}

/** Nothing that leads out of a repository, or means something in an address. */
export const isRepositoryPath = (path: string): boolean =>
  path.length <= 400 &&
  path.split('/').every((part) => part !== '' && part !== '.' && part !== '..') &&
  !/[\p{Cc}\p{Cf}\\?#]/u.test(path);

/** null where it is none. */
export function readNamed(given: string): NamedRepository | null {
  const [, name = '', at = null, file = null] = /^([^@:]+)(?:@([^:]+))?(?::(.+))?$/.exec(given) ?? [];
  const fits =
    id.test(name) && (at === null || revision.test(at)) && (file === null || isRepositoryPath(file));
  return fits ? { id: name, revision: at, file } : null;
}

/** `owner/name@commit:file` */
export const namedSource = ({ hub, revision: at, file }: ModelSource): string =>
  `${hub}@${at}${file === null ? '' : `:${file}`}`;

/** null where it is none, or names no revision. */
export function readSource(given: string): ModelSource | null {
  const named = readNamed(given);
  return named === null || named.revision === null
    ? null
    : { hub: named.id, revision: named.revision, file: named.file };
}

const matching =
  (fits: (value: string) => boolean, expected: Text): Check<string> =>
  (value): Misfit | null =>
    string(value) ?? (fits(String(value)) ? null : { at: '', expected, got: quote(value) });

export const repositoryId: Check<string> = matching(
  (value) => id.test(value),
  text('owner/name', '拥有者/名称'),
);
export const commitOf: Check<string> = matching((value) => revision.test(value), text('a revision', '版本'));

export const modelSource: Check<ModelSource> = shape<ModelSource>({
  hub: repositoryId,
  revision: commitOf,
  file: nullable(matching(isRepositoryPath, text('a file of a repository', '仓库中的文件'))),
});
