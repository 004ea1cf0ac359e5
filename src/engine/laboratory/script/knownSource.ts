// Which model a script's loader means: the table's tree under the head that the class names, stored as the script or the id says.
import type { Text } from '../../ground/text.ts';
import { text } from '../../ground/text.ts';
import type { FoundModel } from '../../models/known/findModel.ts';
import type { HeadName, KnownModels } from '../../models/known/knownModels.ts';
import type { Quantisation as StoredKind } from '../../models/known/quantised.ts';
import { numberOf } from '../../python/program/values.ts';
import type { BuiltModel, ModelRequest, ModelSource } from '../../python/run/acting.ts';
import { shortName } from '../../python/run/objects.ts';
import type { Quantisation } from '../../python/run/scriptModel.ts';

/** Types whose files are float32, as those were published; the others' are bfloat16. */
const FLOAT32 =
  /^(gpt2|bert|roberta|distilbert|deberta|electra|albert|t5|bart|xlm-roberta|opt|gpt_neo|vit|biogpt)/;

const HEADS: readonly (readonly [RegExp, readonly HeadName[]])[] = [
  [/ForSequenceClassification$/, ['SequenceClassification']],
  [/ForTokenClassification$/, ['TokenClassification']],
  [/ForQuestionAnswering$/, ['QuestionAnswering']],
  [/ForSeq2SeqLM$/, ['Seq2SeqLM']],
  [/ForMaskedLM$/, ['MaskedLM']],
  [/For(Vision2Seq|ImageTextToText)$/, ['ImageTextToText']],
  [/ForImageClassification$/, ['ImageClassification']],
  [/ForConditionalGeneration$/, ['Seq2SeqLM', 'ImageTextToText']],
  [/(ForCausalLM|LMHeadModel|ForCausalLMWithValueHead)$/, ['CausalLM']],
  [/Model$/, ['Model']],
];
const ANY: readonly HeadName[] = ['CausalLM', 'Seq2SeqLM', 'ImageTextToText', 'MaskedLM', 'Model'];

/** Heads that a class may mean, likeliest first. */
const headsOf = (className: string): readonly HeadName[] => [
  ...(HEADS.find(([pattern]) => pattern.test(className))?.[1] ?? []),
  ...ANY,
];

/** `Qwen2ForCausalLM` → the type of that name; undefined for AutoModel and what the table lacks. */
function typeOf(known: KnownModels, className: string): string | undefined {
  const stem = className.replace(/(For[A-Z]\w*|LMHeadModel|Model)$/, '').toLowerCase();
  if (stem === '' || stem === 'auto') return undefined;
  return known.types.find((type) => type.replace(/[_-]/g, '') === stem);
}

const byName: Readonly<Record<'4bit' | '8bit' | 'gptq' | 'awq', Quantisation>> = {
  '4bit': { method: 'bnb-4bit', type: 'nf4' },
  '8bit': { method: 'bnb-8bit', type: null },
  gptq: { method: 'gptq', type: null },
  awq: { method: 'awq', type: null },
};

function storedKind(quantisation: Quantisation | null, doubleQuant: boolean): StoredKind | null {
  switch (quantisation?.method) {
    case undefined:
      return null;
    case 'bnb-4bit':
      return { kind: '4bit', type: quantisation.type ?? 'nf4', doubleQuant };
    case 'bnb-8bit':
      return { kind: '8bit' };
    case 'gptq':
    case 'awq':
      return { kind: quantisation.method, bits: 4 };
    default:
      return { kind: 'hqq', bits: 4 };
  }
}

function assumptions(
  found: FoundModel,
  quantisation: Quantisation | null,
  asked: Quantisation | null,
): Text[] {
  const said = found.assumption ? [found.assumption] : [];
  if (asked || !quantisation) return said;
  return [
    ...said,
    text(
      `'${found.id}' is stored quantised (${quantisation.method}), by its name.`,
      `按名称看，“${found.id}”已量化存储（${quantisation.method}）。`,
    ),
  ];
}

export function knownSource(known: KnownModels): ModelSource {
  return (request: ModelRequest): BuiltModel => {
    const className = shortName(request.loader);
    const modelType = typeOf(known, className);
    const found = known.find(request.name, modelType === undefined ? {} : { modelType });
    const quantisation = request.quantisation ?? (found.stored && byName[found.stored]);
    const labels = numberOf(request.given.get('num_labels'));
    const dtype =
      request.dtype === 'auto' ? (FLOAT32.test(found.modelType) ? 'float32' : 'bfloat16') : request.dtype;
    for (const head of headsOf(className)) {
      const choice = {
        head,
        transformers: request.stack.transformers,
        ...(labels === null ? {} : { labels }),
      };
      const forward = known.forward(found, choice);
      const facts = known.factsOf(found, choice);
      const root =
        forward &&
        known.build(found, choice, { dtype, quantisation: storedKind(quantisation, request.doubleQuant) });
      if (!forward || !facts || !root) continue;
      return {
        root,
        modelType: found.modelType,
        architecture: forward,
        quantisation,
        places: { embedding: facts.inputEmbeddings, head: facts.outputEmbeddings ?? '' },
        checkpoints: facts.checkpointing,
        assumed: assumptions(found, quantisation, request.quantisation),
      };
    }
    throw new Error(`known models: '${found.modelType}' has no head`);
  };
}
