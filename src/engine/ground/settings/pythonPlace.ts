// Where a setting stands in Python, as data: the form's label, the script that is written and the one that is read follow from it.
// How a value is spelled there is the writer's and the reader's business (python/).

/** An argument of a call. */
export interface ArgumentPlace {
  /** Class, function or method that takes it, as a script writes it; a list where each takes it alike. */
  readonly call: string | readonly string[];
  readonly argument: string;
  /** Names of the same argument in other versions. */
  readonly aliases?: readonly string[];
  /** The argument is a dictionary, and this its key. */
  readonly entry?: string;
  /** What stands before it in such a call. */
  readonly after?: string;
  /**
   * How the value is spelled where its kind does not say it: `number` without a point where it is whole, `word` a choice in which true
   * and false are Python's, `object` a JSON text as a dictionary, `torch` a name in torch.
   */
  readonly form?: 'number' | 'word' | 'object' | 'torch';
}

/** Not an argument: statements, or which of some. */
export interface StatementPlace {
  readonly statement: string;
}

export type PythonPlace = ArgumentPlace | StatementPlace;

export const isArgument = (place: PythonPlace): place is ArgumentPlace => 'argument' in place;

const holes = { number: '…', word: '…', object: '{…}', torch: 'torch.…' } as const;

/** As a person would write it: `SFTConfig(optim=…)`. */
export function pythonLabel(place: PythonPlace): string {
  if (!isArgument(place)) return place.statement;
  const { call, argument, entry, after, form = 'number' } = place;
  const hole = entry === undefined ? holes[form] : `{"${entry}": ${holes[form]}}`;
  const calls = typeof call === 'string' ? [call] : call;
  return calls
    .map((name) => `${name}(${after === undefined ? '' : `${after}, `}${argument}=${hole})`)
    .join(' / ');
}
