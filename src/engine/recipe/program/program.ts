// What a script did, as a list of calls in the order they ran: the form's settings make one, and so does a script that people
// paste and CPython runs. python/run executes it on a module tree. Plain data: it crosses workers, files and links. It stands here, below
// python, because a recipe may carry one.
import type { Versions } from '../../libraries/version.ts';

/** An argument or a result. Numbers, strings, booleans and null as they are; the rest says what it is. */
export type ProgramValue =
  | null
  | boolean
  | number
  | string
  | readonly ProgramValue[]
  | { readonly tuple: readonly ProgramValue[] }
  | { readonly set: readonly ProgramValue[] }
  | { readonly dict: readonly (readonly [key: ProgramValue, value: ProgramValue])[] }
  /** inf, -inf or nan: what JSON lacks. */
  | { readonly float: string }
  /** `bfloat16` of torch.bfloat16. */
  | { readonly dtype: string }
  /** A member of an enumeration of a library: `peft.TaskType.CAUSAL_LM`, with its value. */
  | { readonly member: string; readonly value: ProgramValue }
  /** The object that a call of this program returned; `path`: what is below it, as `lora_A.weight` or `config`. */
  | { readonly ref: number; readonly path?: string }
  /** Something nobody here knows, by where it came from: `load_dataset('imdb')['train']`. */
  | { readonly placeholder: string }
  /** A function, class or lambda of the script itself. */
  | { readonly callable: string };

export interface ProgramCall {
  /** 1-based line of the statement in the text; 0: not in a text. */
  readonly line: number;
  /**
   * Full name as the library defines it, whoever the receiver's class is: `peft.get_peft_model`, `peft.LoraConfig` (a class: its
   * constructor), `transformers.AutoModelForCausalLM.from_pretrained`, `transformers.PreTrainedModel.enable_input_require_grads`,
   * `torch.nn.Module.train`, `setattr`.
   */
  readonly callee: string;
  /** The object that a method is called on; null for functions and constructors. */
  readonly receiver: Extract<ProgramValue, { readonly ref: number }> | null;
  readonly args: readonly ProgramValue[];
  readonly kwargs: Readonly<Record<string, ProgramValue>>;
}

/** Call i returns the object that `{ ref: i }` stands for. */
export interface Program {
  readonly versions: Versions;
  readonly calls: readonly ProgramCall[];
}

/** A frame of the script, outermost first. */
export interface TracebackLine {
  /** 1-based. */
  readonly line: number;
  /** `<module>`, or the function. */
  readonly name: string;
}

/** An exception that nobody caught, as Python tells it. */
export interface ProgramFailure {
  readonly type: string;
  readonly message: string;
  /** 1-based line of the script; null: outside of it. */
  readonly line: number | null;
  /** Of a syntax error: 1-based. */
  readonly column: number | null;
  /** Of a syntax error: the line as it stands. */
  readonly text: string | null;
  /** `limit`: time or memory ran out, at `line`; `syntax`: it never began; `placeholder`: what raised is for want of a real value. */
  readonly kind: 'raised' | 'syntax' | 'limit' | 'placeholder';
  readonly traceback: readonly TracebackLine[];
}

/** What a script that ran leaves of itself: enough to act it out again without Python, and to say the same of it. */
export interface RecipeProgram extends Program {
  /** The person's own text: the lines of the calls are its lines. */
  readonly source: string;
  /** Other texts that it finds beside itself, by path. */
  readonly files: Readonly<Record<string, string>>;
  /** Calls whose exception did not end it: the script caught it, or cleaned up on its way out. By index, ascending. */
  readonly caught: readonly number[];
  /** What ended it; null: it came to its end. */
  readonly failure: ProgramFailure | null;
  /** The call whose exception that was; null: Python's own, at no call that decides. */
  readonly failedAt: number | null;
  /** What a repair of the laboratory changed in its calls: as Python, each with its line of the text, which stays as it was. */
  readonly changes: readonly string[];
}
