// What the page shows about a recipe before and during a run, read off the recorded tape: plain data that crosses
// the worker boundary. Nothing here computes.

export type GradientState = 'frozen' | 'none' | 'zero' | 'nonzero' | 'pending';

export interface ParameterInfo {
  /** PyTorch name, e.g. `base_model.model.model.layers.0.self_attn.q_proj.lora_A.default.weight`. */
  readonly name: string;
  readonly shape: readonly number[];
  /** torch dtype name as the library would print it: float32, bfloat16, uint8 … */
  readonly dtype: string;
  /** 4-bit type, or null. */
  readonly quantised: 'nf4' | 'fp4' | null;
  readonly requiresGrad: boolean;
  /** After the first backward, predicted from the tape: `none`: no gradient reaches it; `zero`: exactly zero at step 1. */
  readonly gradient: GradientState;
  readonly bytes: number;
  /** Index into the `tensorNorms` of step events; null when it has no gradient buffer. */
  readonly normIndex: number | null;
}

export interface ModuleInfo {
  /** Full PyTorch path; '' for the root. */
  readonly path: string;
  readonly name: string;
  readonly className: string;
  readonly children: readonly ModuleInfo[];
  readonly parameters: readonly ParameterInfo[];
  /** Of the module's output in the recorded forward; null when it was not run as a step of its own. */
  readonly output: { readonly requiresGrad: boolean; readonly gradFn: string | null } | null;
}

export interface StripCell {
  /** 'embed' | '0'… | 'norm' | 'head' | 'loss' */
  readonly id: string;
  /** Path of the module whose rows a click selects; '' for the loss. */
  readonly path: string;
  /** Whether the hidden state that leaves this cell requires grad. */
  readonly requiresGrad: boolean;
  readonly gradFn: string | null;
  readonly trainable: number;
  /** Of the trainable parameters inside, after backward. */
  readonly received: 'nothing-trainable' | 'all' | 'some' | 'none' | 'zero';
  readonly checkpoint: 'off' | 'reentrant' | 'non-reentrant';
  readonly underNoGrad: boolean;
  /** The first cell at which the graph is cut. */
  readonly cut: boolean;
}

export interface PythonWarning {
  readonly category: string;
  readonly message: string;
  /** The call that gives it, e.g. `loss.backward()`. */
  readonly call: string;
}

export interface Outcome {
  readonly kind: 'trains' | 'silent' | 'raises';
  readonly error: { readonly type: string; readonly message: string; readonly call: string } | null;
  readonly warnings: readonly PythonWarning[];
  readonly trainableTensors: number;
  readonly allTensors: number;
  readonly noneGradients: number;
  readonly zeroGradients: number;
  readonly nonzeroGradients: number;
}

/** Cause and fixes in words of both languages; a fix is a recipe patch. */
export interface Diagnosis {
  readonly id: string;
  readonly cause: { readonly en: string; readonly zh: string };
  readonly evidence: readonly { readonly en: string; readonly zh: string }[];
  readonly notTheCause: readonly { readonly en: string; readonly zh: string }[];
  readonly fixes: readonly {
    readonly code: string;
    readonly why: { readonly en: string; readonly zh: string };
    readonly patch: Readonly<Record<string, unknown>>;
  }[];
}

export interface MemoryPlan {
  readonly weightsBytes: number;
  readonly adapterBytes: number;
  readonly optimizerBytes: number;
  readonly activationBytes: number;
  readonly scratchBytes: number;
  /** Key/value cache and logits of the answers. */
  readonly generationBytes: number;
  readonly peakBytes: number;
}

export interface CostEstimate {
  readonly memory: MemoryPlan;
  /** Peak with gradient checkpointing; null where it is on. */
  readonly lessBytes: number | null;
  /** Of one optimiser step at the longest batch. */
  readonly flopsPerStep: number;
  readonly dispatchesPerStep: number;
  readonly steps: number;
}

/** What becomes of a token; of a pair `trained` are the better answer's and `rejected` the worse one's. */
export type TokenMask = 'trained' | 'ignored' | 'truncated' | 'rejected';

/** A row as it will be trained: token texts with their fate. */
export interface RowPreview {
  readonly tokens: readonly { readonly text: string; readonly mask: TokenMask }[];
  readonly trainedTokens: number;
  readonly totalTokens: number;
}

export interface DataSummary {
  readonly name: string;
  readonly rows: number;
  readonly evalRows: number;
  readonly format: string;
  readonly longestTokens: number;
  readonly truncatedRows: number;
  readonly maskedRows: number;
  readonly preview: readonly RowPreview[];
  /** Things worth telling about the rows that do not stop the run. */
  readonly notes: readonly string[];
}

export interface Inspection {
  readonly strip: readonly StripCell[];
  readonly tree: ModuleInfo;
  /** PEFT's line: `trainable params: … || all params: … || trainable%: …` */
  readonly trainableLine: string;
  readonly trainableParams: number;
  readonly allParams: number;
  readonly outcome: Outcome;
  readonly diagnosis: Diagnosis | null;
  readonly estimate: CostEstimate | null;
  readonly data: DataSummary | null;
  readonly prompts: readonly string[];
  /** The equivalent Python script. */
  readonly script: string;
}
