// A module that a script wrote and put into a tree: which of the tree's modules it runs, on what, and what comes out, as its forward was
// seen to do. Edges only; leaves out what it computes.

/** What goes into a module or comes out at the end. `dead`: multiplied with zeros, so that its gradient is zero. */
export interface OwnSource {
  readonly from: 'x' | 'step' | 'parameter';
  /** Number of the step, or the parameter's name below the module. */
  readonly name: string;
  readonly dead: boolean;
}

/** A module of the tree below it that it runs. */
export interface OwnStep {
  readonly path: string;
  readonly sources: readonly OwnSource[];
}

export interface OwnKind {
  readonly type: 'own';
  readonly steps: readonly OwnStep[];
  readonly final: readonly OwnSource[];
  /** Whether all that comes out is zero, whatever goes in. */
  readonly zero: boolean;
  /** Path below it of the module in whose place it stands; null: that one is gone. */
  readonly original: string | null;
}
