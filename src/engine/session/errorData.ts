// What was thrown, as it crosses to the page or the command line: a code, a message, data.
import { UserError } from '../ground/errors.ts';
import type { EngineErrorData } from '../protocol.ts';
import { PythonError } from '../torch/autograd/pythonError.ts';

/** Anything but UserError and PythonError is our own fault: code `internal`. */
export function errorData(error: unknown): EngineErrorData {
  if (error instanceof UserError) return { code: error.code, message: error.message, data: error.data };
  if (error instanceof PythonError)
    return { code: error.type, message: error.message, data: { call: error.call } };
  return { code: 'internal', message: error instanceof Error ? error.message : String(error), data: {} };
}
