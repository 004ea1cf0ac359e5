// What the laboratory says about something that a person pasted: a script, a notebook, a configuration, a traceback. Plain data that
// crosses the worker boundary; the page's gutter, the command line and the tests read the same.

import type { Text } from '../../ground/text.ts';
import type { PastedKind } from '../../python/paste/pasted.ts';
import type { RecipeProgram } from '../../recipe/program/program.ts';
import type { RecipePatch } from '../../recipe/recipe.ts';
import type { Diagnosis, Outcome, StripCell } from '../inspect/inspection.ts';

export type { PastedKind } from '../../python/paste/pasted.ts';

/** The version of a library that the verdict holds for, and why that one. */
export interface VersionUsed {
  readonly library: 'transformers' | 'peft' | 'trl' | 'torch' | 'bitsandbytes';
  readonly version: string;
  /** What the text says: `peft==0.10.0`; null: nothing, so it was assumed. */
  readonly said: string | null;
  readonly line: number | null;
  /** The nearest release whose behaviour was run, where that is another. */
  readonly modelled: string | null;
}

export interface Assumption {
  /** 1-based; null: of the whole text. */
  readonly line: number | null;
  readonly text: Text;
}

/** What one line did. */
export interface LineNote {
  readonly line: number;
  /** Tensors that require grad after it; null where it changed nothing about that. */
  readonly trainable: { readonly before: number; readonly after: number } | null;
  readonly effects: readonly Text[];
  readonly warnings: readonly string[];
  /** The exception that ended the script, or would have. */
  readonly raises: { readonly type: string; readonly message: string } | null;
  /** The graph of the loss is cut by what happens here. */
  readonly cut: boolean;
}

/** `cannot-tell`: a line that decides isn't modelled; `nothing`: nothing in it builds or trains a model. */
export type VerdictKind = Outcome['kind'];

export interface Verdict {
  readonly kind: VerdictKind;
  /** The line that decides: of the exception, of the cut, of what isn't modelled; null where there is none. */
  readonly line: number | null;
  readonly error: { readonly type: string; readonly message: string } | null;
  /** In one sentence. */
  readonly text: Text;
}

export interface ScriptDiagnosis extends Diagnosis {
  /** 1-based; empty: of the whole text. */
  readonly lines: readonly number[];
  /** `warning`: it runs, and not as meant. */
  readonly severity: 'cause' | 'warning';
}

/** A repair of their own text, tried: read again, it trains. */
export interface ScriptFix {
  readonly why: Text;
  /** The whole text after it. */
  readonly source: string;
  readonly verdict: VerdictKind;
}

export interface ScriptReading {
  readonly kind: PastedKind;
  /** The Python that was run: the lines of everything below are its lines. */
  readonly source: string;
  /** Where `source` was made of a configuration: for each of its lines that of the configuration, 0 for none; else empty. */
  readonly configLines: readonly number[];
  readonly versions: readonly VersionUsed[];
  readonly verdict: Verdict;
  /** Counts of the training that the verdict is about; null where nothing trained. */
  readonly outcome: Outcome | null;
  readonly strip: readonly StripCell[];
  /** PEFT's line for the model that trains. */
  readonly trainableLine: string | null;
  /** The first is the one that stops it. */
  readonly diagnoses: readonly ScriptDiagnosis[];
  readonly lines: readonly LineNote[];
  /** Where this engine's numbers are not the script's. */
  readonly precision: readonly Text[];
  readonly assumptions: readonly Assumption[];
  /** What decides and isn't modelled, or has no setting here: never dropped. */
  readonly notModelled: readonly Assumption[];
  readonly fixes: readonly ScriptFix[];
  /** The settings of this page that it stands for. */
  readonly patch: RecipePatch;
  /** What of the program those settings can't say; empty: they are all of it. */
  readonly unsaid: readonly Assumption[];
  /** What a recipe keeps of it; null: nothing in it makes a model, or it is too large to keep. */
  readonly program: RecipeProgram | null;
  /** What the script printed, at most some thousand characters. */
  readonly output: string;
}
