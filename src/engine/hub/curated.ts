// Models to begin with: small, of a family that trains here, by people who are known for them. Parameters as the real libraries count them, with
// tied embeddings once; licences as their owners name them. What a repository holds today, and its bytes, the hub says when it is asked.

export interface CuratedModel {
  /** owner/name: the checkpoint, in safetensors of 16 bits. */
  readonly id: string;
  /** The same model in GGUF files of fewer bits. */
  readonly gguf: string;
  readonly parameters: number;
  readonly licence: string;
  /** Its owner wants the licence accepted first, and a read token. */
  readonly gated: boolean;
}

export const curatedModels: readonly CuratedModel[] = [
  {
    id: 'HuggingFaceTB/SmolLM2-135M-Instruct',
    gguf: 'unsloth/SmolLM2-135M-Instruct-GGUF',
    parameters: 134_515_008,
    licence: 'apache-2.0',
    gated: false,
  },
  {
    id: 'google/gemma-3-270m-it',
    gguf: 'unsloth/gemma-3-270m-it-GGUF',
    parameters: 268_098_176,
    licence: 'gemma',
    gated: true,
  },
  {
    id: 'HuggingFaceTB/SmolLM2-360M-Instruct',
    gguf: 'unsloth/SmolLM2-360M-Instruct-GGUF',
    parameters: 361_821_120,
    licence: 'apache-2.0',
    gated: false,
  },
  {
    id: 'Qwen/Qwen2.5-0.5B-Instruct',
    gguf: 'Qwen/Qwen2.5-0.5B-Instruct-GGUF',
    parameters: 494_032_768,
    licence: 'apache-2.0',
    gated: false,
  },
  {
    id: 'Qwen/Qwen3-0.6B',
    gguf: 'unsloth/Qwen3-0.6B-GGUF',
    parameters: 596_049_920,
    licence: 'apache-2.0',
    gated: false,
  },
  {
    id: 'meta-llama/Llama-3.2-1B-Instruct',
    gguf: 'unsloth/Llama-3.2-1B-Instruct-GGUF',
    parameters: 1_235_814_400,
    licence: 'llama3.2',
    gated: true,
  },
];
