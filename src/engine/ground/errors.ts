// The two kinds of failure: UserError (someone can act; has a stable code) and a broken invariant (our bug).
export { invariant } from '../../shaders/invariant.ts';

export class UserError extends Error {
  override readonly name = 'UserError';
  readonly code: string;
  readonly data: Readonly<Record<string, unknown>>;

  /** message: `<thing>: expected <this>, got <that>. <Do this>.` */
  constructor(code: string, message: string, data: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.code = code;
    this.data = data;
  }
}

/** The person gave up what was going on: nothing to report, everything to free. */
export class Cancelled extends Error {
  constructor() {
    super('cancelled');
  }
}
