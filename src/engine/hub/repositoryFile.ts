// A repository at one commit, and a file of it as a hub lists it, read strictly: a plain path, a size, a digest where there is one.
import { isRepositoryPath } from '../recipe/modelSource.ts';

export interface HubFile {
  /** From the repository's root, with slashes. */
  readonly path: string;
  readonly sizeBytes: number;
  /** null: not told, as of small files; they are known by git's name. */
  readonly sha256: string | null;
  readonly gitName: string | null;
}

export interface Repository {
  readonly id: string;
  readonly commit: string;
  /** Whether its owner wants something accepted first. */
  readonly gated: boolean;
  /** As the hub abbreviates it; null: not said. */
  readonly licence: string | null;
  readonly files: readonly HubFile[];
}

/** So many hexadecimal digits; null: something else. */
export const hex = (value: unknown, digits: number): string | null =>
  typeof value === 'string' && value.length === digits && /^[0-9a-f]+$/.test(value) ? value : null;

/** null: what no model is made of. */
export function plainFile(path: unknown, size: unknown, sha256: unknown, gitName: unknown): HubFile | null {
  if (typeof path !== 'string' || !isRepositoryPath(path)) return null;
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) return null;
  return { path, sizeBytes: size, sha256: hex(sha256, 64), gitName: hex(gitName, 40) };
}
