// What a script did, as a list of calls in the order they ran: the form's settings make one, and so does a script that people
// paste and CPython runs. python/run executes it on a module tree. Plain data: it crosses workers, files and links.

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

/** A release of each library that decides, as the script or its environment names it. */
export interface Versions {
  readonly transformers: string;
  readonly peft: string;
  readonly trl: string;
  readonly torch: string;
  readonly bitsandbytes: string | null;
}

/** Call i returns the object that `{ ref: i }` stands for. */
export interface Program {
  readonly versions: Versions;
  readonly calls: readonly ProgramCall[];
}
