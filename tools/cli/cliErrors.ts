// What the command line itself refuses. It prints English; the engine's errors come with their own words.
import { UserError } from '../../src/engine/ground/errors.ts';
import { errorData } from '../../src/engine/session/errorData.ts';
import { UsageError } from '../commandLine.ts';

export interface CliError {
  readonly code: string;
  /** What is wrong, and what to do. */
  readonly message: string;
}

/** What to print of whatever was thrown; an exception of the modelled libraries goes by its Python class. */
export function cliError(error: unknown): CliError {
  if (error instanceof UsageError) return { code: 'usage', message: error.message };
  if (error instanceof UserError) return { code: error.code, message: error.message };
  const { code, message, remedy, data } = errorData(error);
  if (code === 'python') return { code: String(data.type), message: String(data.message) };
  return { code, message: `${message.en} ${remedy.en}` };
}
