// The models that a script can name: what an id means, which heads its type has in a release of transformers, its module tree as
// from_pretrained leaves it. One object around the loaded table; llama's own files and numbers (families.ts) know nothing of it.

import { kept } from '../../ground/kept.ts';
import { own } from '../../ground/own.ts';
import { compareVersions } from '../../libraries/version.ts';
import type { Module } from '../../torch/nn/module.ts';
import type { FoundModel, ModelHints } from './findModel.ts';
import { KnownIds } from './findModel.ts';
import type { KnownForward } from './forward.ts';
import { forwardOf } from './forward.ts';
import type { KnownLoad, TreePlan } from './knownTree.ts';
import { buildTree } from './knownTree.ts';
import type { HeadRow, KnownTable, VariantRow } from './table.ts';
import { loadKnownTable } from './tableDecode.ts';

/** What follows `AutoModelFor` in the class that loads a head; `Model`: AutoModel. */
export type HeadName =
  | 'CausalLM'
  | 'SequenceClassification'
  | 'TokenClassification'
  | 'QuestionAnswering'
  | 'Seq2SeqLM'
  | 'MaskedLM'
  | 'ImageTextToText'
  | 'ImageClassification'
  | 'Model';

/** A model under a head and a release. */
export interface HeadChoice {
  readonly head: HeadName;
  /** Version of transformers. */
  readonly transformers: string;
  /** num_labels, for the heads that have it. */
  readonly labels?: number;
}

/** What wiring and messages need of a model beside its tree. */
export interface KnownFacts {
  /** Class of the model: `Qwen2ForCausalLM`. */
  readonly className: string;
  /** Path of the module of get_input_embeddings(), which enable_input_require_grads() hooks. */
  readonly inputEmbeddings: string;
  /** Path of the module of get_output_embeddings(), or null. */
  readonly outputEmbeddings: string | null;
  /** Whether gradient_checkpointing_enable() is taken; else it raises. */
  readonly checkpointing: boolean;
}

export class KnownModels {
  readonly #table: KnownTable;
  readonly #ids: KnownIds;
  /** The first release of PEFT that was asked for its defaults. */
  readonly #oldestPeft: string;

  constructor(table: KnownTable) {
    this.#table = table;
    const asked = Object.values(table.targets).flatMap((types) =>
      Object.values(types).flatMap((since) => since.map(([version]) => version)),
    );
    this.#oldestPeft = asked.reduce((oldest, one) => (compareVersions(one, oldest) < 0 ? one : oldest));
    this.#ids = new KnownIds(table);
  }

  /** What an id, a path or nothing at all stands for. */
  find(id: string, hints: ModelHints = {}): FoundModel {
    return this.#ids.find(id, hints);
  }

  /** Ids of the list. */
  get count(): number {
    return this.#ids.count;
  }

  get types(): readonly string[] {
    return Object.keys(this.#table.types);
  }

  /** Heads of a model's type; what is not among them has no AutoModel class. */
  headsOf(found: FoundModel): readonly string[] {
    return Object.keys(this.#variant(found)?.heads ?? {});
  }

  /** The head, or null where the type has none such. */
  factsOf(found: FoundModel, choice: HeadChoice): KnownFacts | null {
    const row = this.#row(found, choice);
    if (!row) return null;
    const className = this.#table.nodes[row.n]?.split('|')[0] ?? '';
    return {
      className,
      inputEmbeddings: row.h ?? '',
      outputEmbeddings: row.o ?? null,
      checkpointing: row.c !== undefined,
    };
  }

  /** The model, freshly loaded; null where the type has no such head. */
  build(found: FoundModel, choice: HeadChoice, load: KnownLoad): Module | null {
    const plan = this.#plan(found, choice);
    return plan && buildTree(plan, load);
  }

  /** Its forward pass; null where the type has no such head, or one that can't be run on text alone. */
  forward(found: FoundModel, choice: HeadChoice): KnownForward | null {
    const plan = this.#plan(found, choice);
    const hooksEach = compareVersions(choice.transformers, '5') >= 0;
    return plan && forwardOf(plan.table, plan.head, plan.numbers, hooksEach);
  }

  /** PEFT's default target_modules (or feedforward_modules: `IA3_FEEDFORWARD`) for a type; null: it has none and refuses. */
  targetsOf(peftType: string, modelType: string, peft: string): readonly string[] | null {
    const since = own(own(this.#table.targets, peftType) ?? {}, modelType) ?? [];
    // A release before the first that was asked has the defaults of that one, and none that came later.
    const asked = compareVersions(peft, this.#oldestPeft) < 0 ? this.#oldestPeft : peft;
    const names = since.findLast(([version]) => compareVersions(asked, version) >= 0)?.[1] ?? null;
    return names === null ? null : names.split(' ').filter((name) => name !== '');
  }

  /** config.model_type of a class of transformers: `GPT2LMHeadModel` → gpt2, with the head it is. */
  ofClass(className: string): { readonly modelType: string; readonly head: string } | null {
    for (const [modelType, variants] of Object.entries(this.#table.types))
      for (const [head, since] of Object.entries(variants['']?.heads ?? {}))
        if (since.some(([, row]) => this.#classOf(row) === className)) return { modelType, head };
    return null;
  }

  #classOf(row: number): string {
    return this.#table.nodes[this.#table.heads[row]?.n ?? -1]?.split('|')[0] ?? '';
  }

  #variant({ modelType, variant }: FoundModel): VariantRow | null {
    return this.#table.types[modelType]?.[variant] ?? null;
  }

  #row(found: FoundModel, { head, transformers }: HeadChoice): HeadRow | null {
    const since = this.#variant(found)?.heads[head];
    if (!since) return null;
    // A release before the first that was asked builds it as that one does.
    const known = since.findLast(([version]) => compareVersions(transformers, version) >= 0) ?? since[0];
    return (known && this.#table.heads[known[1]]) ?? null;
  }

  #plan(found: FoundModel, choice: HeadChoice): TreePlan | null {
    const head = this.#row(found, choice);
    const knobs = this.#variant(found)?.knobs;
    if (!head || !knobs) return null;
    const numbers = knobs.map((name) => found.config[name] ?? 0);
    const labelled = choice.head === 'QuestionAnswering' || choice.head === 'Model';
    return {
      table: this.#table,
      head,
      numbers: labelled ? numbers : [...numbers, choice.labels ?? 2],
      tied: found.tied,
    };
  }
}

/** Fetches the table at the first call. */
export const openKnownModels = kept(async () => new KnownModels(await loadKnownTable()));
