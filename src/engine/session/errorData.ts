// What was thrown, as it crosses to the page: a code of the closed union, its words in both languages, and what they were made of.
import { ourFault, raised } from '../boundaryErrors.ts';
import { isErrorCode } from '../errorHelp.ts';
import { causeOf, invariant, UserError } from '../ground/errors.ts';
import { asMissingPart } from '../ground/fetching/fetchErrors.ts';
import type { EngineErrorData, Event } from '../protocol.ts';
import { PythonError } from '../torch/autograd/pythonError.ts';

function userErrorOf(thrown: unknown): UserError {
  const error = asMissingPart(thrown);
  if (error instanceof UserError) return error;
  if (error instanceof PythonError)
    return raised({ type: error.type, message: error.message, call: error.call });
  return ourFault({ cause: causeOf(error) });
}

/** Anything but UserError and PythonError is our own fault: code `internal`. */
export function errorData(error: unknown): EngineErrorData {
  const { code, problem, remedy, data } = userErrorOf(error);
  invariant(isErrorCode(code), `the error '${code}' stands in no list of errorCodes.ts`);
  return { code, message: problem, remedy, data };
}

/** What ends a run, with who raised it: the user's Python, or the engine. */
export const failedEvent = (error: unknown): Event => ({
  type: 'failed',
  error: errorData(error),
  raisedBy: error instanceof PythonError ? 'python' : 'engine',
});
