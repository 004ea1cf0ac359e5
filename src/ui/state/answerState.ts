// What the untouched and the trained model said to the questions, as plain data.

export interface AnswerSide {
  readonly text: string;
  readonly done: boolean;
  readonly step: number;
}

export interface AnswerPair {
  readonly prompt: string;
  readonly before: AnswerSide | null;
  readonly after: AnswerSide | null;
}

/** What the untouched model said last to the first question, before there is a run. */
export interface Untouched {
  /** Of the newest asking. */
  readonly id: number;
  readonly asking: boolean;
  readonly prompt: string;
  readonly text: string | null;
}

/** What the trained model said to a question at a step. */
export interface Said {
  readonly step: number;
  readonly prompt: string;
  readonly text: string;
}
