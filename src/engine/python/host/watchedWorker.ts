// Asks a worker one question at a time, and ends it when it is silent for too long: Python that hangs where nothing interrupts it. The next
// question starts another. Knows nothing of what is asked.
import { scriptHung } from './hostErrors.ts';

/** A worker as it is used here, of whatever kind of thread. */
export interface WorkerPort<Question, Told> {
  readonly ask: (question: Question) => void;
  readonly onTold: (listener: (told: Told) => void) => void;
  readonly onError: (listener: (error: Error) => void) => void;
  readonly terminate: () => void;
}

/** What a worker says: how far it is, and at last the answer. */
export type Told<Progress, Answer> = { readonly progress: Progress } | { readonly answer: Answer };

export class WatchedWorker<Question, Progress, Answer> {
  readonly #start: () => WorkerPort<Question, Told<Progress, Answer>>;
  readonly #silentMs: number;
  #port: WorkerPort<Question, Told<Progress, Answer>> | null = null;
  #last: Promise<unknown> = Promise.resolve();

  constructor(start: () => WorkerPort<Question, Told<Progress, Answer>>, silentMs: number) {
    this.#start = start;
    this.#silentMs = silentMs;
  }

  ask(question: Question, progress: (told: Progress) => void): Promise<Answer> {
    const mine = this.#last.then(() => this.#ask(question, progress));
    this.#last = mine.catch(() => {});
    return mine;
  }

  /** Ends the worker; the next question starts another. */
  end(): void {
    this.#port?.terminate();
    this.#port = null;
  }

  #ask(question: Question, progress: (told: Progress) => void): Promise<Answer> {
    const port = this.#port ?? this.#start();
    this.#port = port;
    return new Promise((resolve, reject) => {
      const give = (up: Error): void => {
        clearTimeout(timer);
        this.end();
        reject(up);
      };
      const hung = (): void => give(scriptHung({ seconds: Math.round(this.#silentMs / 1000) }));
      let timer = setTimeout(hung, this.#silentMs);
      port.onError(give);
      port.onTold((told) => {
        clearTimeout(timer);
        if ('answer' in told) resolve(told.answer);
        else {
          timer = setTimeout(hung, this.#silentMs);
          progress(told.progress);
        }
      });
      port.ask(question);
    });
  }
}
