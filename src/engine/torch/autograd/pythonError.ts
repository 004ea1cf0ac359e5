// An exception or warning that the modelled Python libraries would give, word for word, with the call that gives it.

export class PythonError extends Error {
  override readonly name = 'PythonError';
  /** Exception class, e.g. RuntimeError. */
  readonly type: string;
  /** The call that raises, e.g. `loss.backward()`. */
  readonly call: string;

  constructor(type: string, message: string, call: string) {
    super(message);
    this.type = type;
    this.call = call;
  }
}

export interface PythonWarning {
  readonly category: string;
  readonly message: string;
  /** The call that gives it, e.g. `loss.backward()`. */
  readonly call: string;
}
