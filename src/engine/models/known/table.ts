// The table of known models, table.json, as tools/golden/models writes it from the real libraries: module trees by type, head and
// release of transformers, the flow of a forward pass, sizes of published models. Loaded when it is first asked for, never with
// the first screen. What the texts mean stands in tools/golden/models/trees.py and flow.py.

export interface HeadRow {
  /** Number of the root's node. */
  readonly n: number;
  /** Path of the module of get_input_embeddings(). */
  readonly h?: string;
  /** Path of the module of get_output_embeddings(). */
  readonly o?: string;
  /** Modules that a quantiser leaves as they are; missing: the output, or what runs last. */
  readonly k?: readonly string[];
  /** Parameters that are one where embeddings are tied; missing: the weights of input and output embeddings, if there are both. */
  readonly t?: readonly (readonly string[])[];
  /** Parameters that are one whatever the configuration says. */
  readonly u?: readonly (readonly string[])[];
  /** Number of the flow; missing: not known. */
  readonly f?: number;
  /** Stacks that checkpoint their layers, 1: all of the flow; missing: the model refuses. */
  readonly c?: readonly string[] | 1;
}

export interface VariantRow {
  /** Names of the configuration's numbers, in the order of letters. */
  readonly knobs: readonly string[];
  /** Head → [first release of transformers, number of its row], oldest first. */
  readonly heads: Readonly<Record<string, readonly (readonly [since: string, head: number])[]>>;
}

export interface KnownTable {
  readonly nodes: readonly string[];
  readonly flows: readonly string[];
  readonly heads: readonly HeadRow[];
  readonly types: Readonly<Record<string, Readonly<Record<string, VariantRow>>>>;
  /** `type/variant|numbers|tied` */
  readonly sizes: readonly string[];
  /** Owner → `name size name size …`; a `?` behind a size that no other public source was found for. */
  readonly ids: Readonly<Record<string, string>>;
  /** peft_type → model type → [first version of PEFT, default target_modules: names with blanks between them, or null] */
  readonly targets: Readonly<
    Record<string, Readonly<Record<string, readonly (readonly [since: string, names: string | null])[]>>>
  >;
}
