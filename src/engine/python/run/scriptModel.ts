// What a script holds in `model` while it runs: the module tree, the flags the libraries leave on it, the warnings printed
// so far. The calls in peftCalls.ts, transformersCalls.ts and sftTrainer.ts act on it.
import type { FourBitType } from '../../../shaders/quant/blockwise4.ts';
import type { AttachingScript, DefaultTargets } from '../../adapters/method.ts';
import { isAdapterParameter } from '../../adapters/methods.ts';
import { invariant } from '../../ground/errors.ts';
import { behaviour } from '../../libraries/rules/behaviours.ts';
import type { BehaviourKey, Behaviours } from '../../libraries/rules/rule.ts';
import type { Stack } from '../../libraries/stacks.ts';
import { defaultTargetsOf } from '../../models/families.ts';
import type { PythonWarning } from '../../torch/autograd/pythonError.ts';
import { PythonError } from '../../torch/autograd/pythonError.ts';
import type { Module } from '../../torch/nn/module.ts';
import type { ProgramValue } from '../program/program.ts';

export interface Checkpointing {
  readonly useReentrant: boolean;
  /** Whether use_reentrant reached torch, which warns when it does not. */
  readonly explicit: boolean;
}

/** One library call that may have changed flags: trainable adapter tensors before and after it. */
export interface Trace {
  readonly name: string;
  /** The script's statement it ran in. */
  readonly call: string;
  readonly before: number;
  readonly after: number;
}

/** How the base is stored. `is_quantized` of transformers is true of each of them. */
export interface Quantisation {
  readonly method: 'bnb-4bit' | 'bnb-8bit' | 'gptq' | 'awq' | 'hqq' | 'aqlm' | 'eetq' | 'torchao' | 'other';
  /** Of bnb-4bit. */
  readonly type: FourBitType | null;
  /** torch dtype that bnb-4bit weights are packed in; null: not known. Without it: uint8. */
  readonly storage?: string | null;
}

export class ScriptModel implements AttachingScript {
  readonly stack: Stack;
  /** PeftModel passes the attributes on. */
  readonly quantisation: Quantisation | null;
  /** config.model_type, under which PEFT looks up default targets. */
  modelType = 'llama';
  /** What else its configuration says. */
  readonly config = new Map<string, ProgramValue>();
  root: Module;
  /** Path from root to the causal LM: '', `base_model.model`, or that twice. */
  causalPath = '';
  checkpointing: Checkpointing | null = null;
  inputGradHooks = 0;
  /** transformers' `_hf_peft_config_loaded`: set by add_adapter, never by PEFT. */
  adapterLoaded = false;
  /** merge_and_unload leaves `peft_config` on the base model. */
  peftConfigLeft = false;
  /** Class of what a forward pass returns. */
  outputClass = 'CausalLMOutputWithPast';
  /** What its forward pass raises, whatever the batch. */
  forwardRaises: { readonly type: string; readonly message: string } | null = null;
  /** Whether its class takes gradient checkpointing. */
  checkpoints = true;
  /** Where the input embedding and the head stand in the causal LM. */
  places = { embedding: 'model.embed_tokens', head: 'lm_head' };
  /** PEFT's own targets of a peft_type for a model type. */
  defaultTargets: DefaultTargets = (peftType, modelType) =>
    defaultTargetsOf(peftType, modelType, this.stack.peft);
  /** The statement that is running, as the script writes it. */
  call = 'from_pretrained';
  readonly warnings: PythonWarning[] = [];
  readonly history: Trace[] = [];

  constructor(stack: Stack, causal: Module, quantisation: Quantisation | null) {
    this.stack = stack;
    this.root = causal;
    this.quantisation = quantisation;
  }

  /** is_quantized */
  get quantised(): boolean {
    return this.quantisation !== null;
  }

  /** is_loaded_in_4bit or is_loaded_in_8bit */
  get kbit(): boolean {
    const method = this.quantisation?.method;
    return method === 'bnb-4bit' || method === 'bnb-8bit';
  }

  get isPeftModel(): boolean {
    return this.root.className.startsWith('PeftModel');
  }

  get causal(): Module {
    const found = this.root.at(this.causalPath);
    invariant(found, `script: no causal LM at '${this.causalPath}'`);
    return found;
  }

  behaves<K extends BehaviourKey>(key: K): Behaviours[K] {
    return behaviour(this.stack, key);
  }

  /** Runs a call and keeps what it did to the adapter's flags. */
  trace(name: string, body: () => void): void {
    const before = this.#trainableAdapters();
    body();
    this.history.push({ name, call: this.call, before, after: this.#trainableAdapters() });
  }

  #trainableAdapters(): number {
    let count = 0;
    for (const [name, parameter] of this.root.namedParameters()) {
      if (parameter.requiresGrad && isAdapterParameter(name)) count++;
    }
    return count;
  }

  /** Prints a warning once; `log: ` before the text marks a library's logger, `Category: ` a Python warning. */
  warn(text: string): void {
    const at = text.indexOf(': ');
    const [category, message] = [text.slice(0, at), text.slice(at + 2)];
    if (this.warnings.some((warning) => warning.message === message)) return;
    this.warnings.push({ category, message, call: this.call });
  }

  raise(type: string, message: string): never {
    throw new PythonError(type, message, this.call);
  }
}
