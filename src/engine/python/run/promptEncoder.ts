// The encoder that prompt learning puts before a model: its sizes read off the tree, and what PEFT refuses.
// Source: PEFT 0.5 to 0.21 peft_model.py _setup_prompt_encoder, utils/other.py _prepare_prompt_learning_config.
import type { Prompt, PromptSizes } from '../../adapters/prompts/prompts.ts';
import type { Module } from '../../torch/nn/module.ts';
import type { ScriptModel } from './scriptModel.ts';

function promptSizes({ causal, places }: ScriptModel, peftClass: string): PromptSizes {
  const table = causal.at(places.embedding)?.kind;
  const width = table?.type === 'embedding' ? table.width : 1;
  const keys = [...causal.namedModules()].find(([path]) => /(^|\.)(k_proj|k)$/.test(path))?.[1].kind;
  const lists = [...causal.modules()].filter(({ className }) => className === 'ModuleList');
  return {
    width,
    layers: Math.max(1, ...lists.map(({ children }) => children.size)),
    keys: keys?.type === 'linear' ? keys.outFeatures : width,
    halves: peftClass === 'PeftModelForSeq2SeqLM' ? 2 : 1,
  };
}

/** Makes it and freezes everything else. */
export function promptEncoder(script: ScriptModel, prompt: Prompt, peftClass: string): Module {
  const refusal = prompt.refusesCheckpointing(script.stack.peft);
  if (script.checkpointing && refusal !== null) script.raise('ValueError', refusal);
  const encoder = prompt.encoder(promptSizes(script, peftClass));
  for (const tensor of script.root.allParameters()) tensor.requiresGrad = false;
  return encoder;
}
