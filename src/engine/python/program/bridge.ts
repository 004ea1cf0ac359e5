// The words of the bridge between CPython, which runs a script with stand-in libraries, and the wiring, which executes each call that
// decides. JSON, one request and one reply at a time (requestDecode.ts checks them).
import type { Text } from '../../ground/text.ts';
import type { ProgramCall, ProgramValue } from './program.ts';

export interface Question {
  readonly ref: number;
  /** Below the object: `base_model.model.lm_head`; '' for the object itself. */
  readonly path: string;
  /**
   * `parameters`: named_parameters() as lists [name, shape, dtype, requires_grad, numel]; `parameter`: one of them without its name;
   * `modules`: named_modules() as [path, class]; `children`: those one level down; `trainable`: [trainable, all] numbers;
   * `attribute`: the value of `name`, a placeholder where it isn't known here.
   */
  readonly what: 'parameters' | 'parameter' | 'modules' | 'children' | 'trainable' | 'attribute';
  readonly name?: string;
}

/** Something said beside the program: what a branch assumed, a line that decides and isn't modelled, what was printed. */
export interface Note {
  readonly kind: 'assumption' | 'not-modelled' | 'output';
  readonly line: number;
  readonly text: Text | string;
  /** The expression it is about. */
  readonly source?: string;
}

export type Request = { readonly call: ProgramCall } | { readonly ask: Question } | { readonly note: Note };

export interface BridgeWarning {
  readonly category: string;
  readonly message: string;
}

export interface Answer {
  readonly value: ProgramValue;
  /** Python class of a returned object. */
  readonly class?: string;
  readonly warnings?: readonly BridgeWarning[];
  readonly printed?: string;
}

export interface Raised {
  readonly raise: { readonly type: string; readonly message: string };
  readonly warnings?: readonly BridgeWarning[];
}

export type Reply = Answer | Raised;
