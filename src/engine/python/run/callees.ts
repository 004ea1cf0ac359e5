// Which call is acted out by what. A class or method that the libraries have under many names (every architecture's from_pretrained, every
// tuner's set_adapter) is found by the name of its base.

import type { Callee, CalleeTable } from './acting.ts';
import { accelerateCallees } from './calls/accelerate.ts';
import { graftCallees } from './calls/grafting.ts';
import { peftCallees } from './calls/peft.ts';
import { peftConfigCallees } from './calls/peftConfigs.ts';
import { torchCallees } from './calls/torch.ts';
import { trainerCallees } from './calls/trainers.ts';
import { transformersCallees } from './calls/transformers.ts';
import { unslothCallees } from './calls/unsloth.ts';

const table: CalleeTable = {
  ...torchCallees,
  ...graftCallees,
  ...transformersCallees,
  ...peftConfigCallees,
  ...peftCallees,
  ...trainerCallees,
  ...accelerateCallees,
  ...unslothCallees,
};

/** Names under which the base of a class or method stands in the table, nearest first. */
function* bases(callee: string): Generator<string> {
  yield callee;
  const [library = ''] = callee.split('.');
  const parts = callee.split('.');
  const method = parts.at(-1) ?? '';
  if (library === 'transformers' && /^from_(pretrained|config)$/.test(method)) {
    const owner = parts.at(-2) ?? '';
    if (/(Tokenizer|TokenizerFast|Processor|FeatureExtractor)$/.test(owner))
      yield 'transformers.AutoTokenizer.from_pretrained';
    else if (/Config$/.test(owner)) yield 'transformers.AutoConfig.from_pretrained';
    else if (/^AutoModel|For[A-Z]\w+$|LMHeadModel$|Model$/.test(owner))
      yield `transformers.PreTrainedModel.${method}`;
    return;
  }
  if (library === 'transformers' && parts.length === 2) {
    if (/(For[A-Z]\w+|LMHeadModel|[a-z0-9]Model)$/.test(method) && !/^(Auto|PreTrained)/.test(method))
      yield 'transformers.PreTrainedModel.from_config';
    if (/[a-z0-9]Config$/.test(method)) yield 'transformers.PretrainedConfig';
  }
  if (library === 'transformers') {
    yield `transformers.PreTrainedModel.${method}`;
    yield `transformers.Trainer.${method}`;
  }
  if (library === 'trl') yield `transformers.Trainer.${method}`;
  if (library === 'peft') {
    if (/^AutoPeftModel/.test(parts.at(-2) ?? '')) yield `peft.AutoPeftModel.${method}`;
    if (/^PeftModel(For\w+)?$/.test(method)) yield 'peft.PeftModel';
    yield `peft.PeftModel.${method}`;
    yield `peft.LoraModel.${method}`;
    yield `transformers.PreTrainedModel.${method}`;
  }
  if (parts.some((part) => /^[A-Z]/.test(part))) yield `torch.nn.Module.${method}`;
}

/** What acts a call out, and the name it has in the table; null: unknown here. */
export function calleeNamed(name: string): { readonly name: string; readonly callee: Callee } | null {
  for (const base of bases(name)) {
    const callee = Object.hasOwn(table, base) ? table[base] : undefined;
    if (callee) return { name: base, callee };
  }
  return null;
}
