// What must hold unless we are at fault ourselves: the only place that throws such an error. What a person can act on is a
// UserError, which the engine has (ground/errors.ts); shaders know no people.

/** `message`: what does not hold, with the kernel, module or file that it concerns. */
export function invariant(condition: unknown, message: string, cause?: unknown): asserts condition {
  if (!condition) unreachable(message, cause);
}

/** A place that is reached only if we are at fault. */
export function unreachable(message: string, cause?: unknown): never {
  const text = message.startsWith('internal:') ? message : `internal: ${message}`;
  throw new Error(text, cause === undefined ? {} : { cause });
}
