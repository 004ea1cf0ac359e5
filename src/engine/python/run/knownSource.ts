// The models that a program's loaders build when they may be any that is known: the id finds the model, the class that loads it its head,
// the arguments how it is stored. What the hub would have decided is assumed by the name, and said.
import type { Text } from '../../ground/text.ts';
import { text } from '../../ground/text.ts';
import type { Stack } from '../../libraries/stacks.ts';
import { compareVersions } from '../../libraries/version.ts';
import type { FoundModel } from '../../models/known/findModel.ts';
import type { HeadName, KnownModels } from '../../models/known/knownModels.ts';
import type { Quantisation as Stored } from '../../models/known/quantised.ts';
import { lacksType } from '../../models/known/releases.ts';
import { PythonError } from '../../torch/autograd/pythonError.ts';
import type { DType } from '../../torch/autograd/value.ts';
import type { ModelRequest, ModelSource } from './acting.ts';
import { configOf } from './modelConfig.ts';
import { applyQuantisedBiases } from './moduleClasses.ts';
import type { Quantisation } from './scriptModel.ts';

/** What a loader's class says of the head, by the end of its name. */
const heads: readonly (readonly [ending: RegExp, heads: readonly HeadName[]])[] = [
  [/For(Sequence|Text)Classification$/, ['SequenceClassification']],
  [/ForTokenClassification$/, ['TokenClassification']],
  [/ForQuestionAnswering$/, ['QuestionAnswering']],
  [/ForSeq2SeqLM(WithValueHead)?$/, ['Seq2SeqLM']],
  [/ForMaskedLM$/, ['MaskedLM']],
  [/For(ImageTextToText|Vision2Seq)$|VisionModel$/, ['ImageTextToText', 'CausalLM']],
  [/ForConditionalGeneration$/, ['Seq2SeqLM', 'ImageTextToText', 'CausalLM']],
  [/ForImageClassification$/, ['ImageClassification']],
  [
    /ForCausalLM(WithValueHead)?$|LMHead|FastLanguageModel$|FastModel$|AutoModelWithLMHead$/,
    ['CausalLM', 'ImageTextToText'],
  ],
  [/Model$/, ['Model']],
];

const shortName = (callee: string): string => callee.split('.').at(-1) ?? callee;

/** Model types whose published weights are float32; others are half precision. */
const SINGLE =
  /^(gpt2|gpt_neo|gptj|codegen|t5|mt5|bart|mbart|pegasus|m2m_100|marian|bert|roberta|xlm-roberta|camembert|distilbert|deberta|deberta-v2|electra|albert|mpnet|modernbert|vit|biogpt|xglm)$/;

function dtypeOf({ dtype }: ModelRequest, { modelType }: FoundModel): DType {
  if (dtype !== 'auto') return dtype;
  return SINGLE.test(modelType)
    ? 'float32'
    : /^(opt|bloom|gpt_neox)$/.test(modelType)
      ? 'float16'
      : 'bfloat16';
}

function stored(quantisation: Quantisation | null, doubleQuant: boolean): Stored | null {
  switch (quantisation?.method) {
    case undefined:
    case 'torchao':
    case 'other':
      return null;
    case 'bnb-4bit':
      return { kind: '4bit', type: quantisation?.type ?? 'nf4', doubleQuant };
    case 'bnb-8bit':
    case 'eetq':
      return { kind: '8bit' };
    case 'hqq':
      return { kind: 'hqq', bits: 4 };
    case 'awq':
      return { kind: 'awq', bits: 4 };
    default:
      return { kind: 'gptq', bits: 4 };
  }
}

/** What AutoModelFor… raises for a type that it doesn't know. */
function refuse(loader: string, className: string): never {
  const auto = shortName(loader);
  throw new PythonError(
    'ValueError',
    `Unrecognized configuration class <class '${className}'> for this kind of AutoModel: ${auto}.`,
    'from_pretrained',
  );
}

/** A listed model of a type that the release has not: its configuration can't be read. A repository's own code may stand in for it. */
function refuseType(
  { listed, modelType }: FoundModel,
  { transformers }: Stack,
  { loader, given }: ModelRequest,
): void {
  if (!listed || !/^Auto/.test(shortName(loader)) || given.get('trust_remote_code') === true) return;
  if (!lacksType(modelType, transformers)) return;
  // Read in 4.36.2, which looks it up in a dictionary, and in 4.41.2.
  if (compareVersions(transformers, '4.41') < 0)
    throw new PythonError('KeyError', `'${modelType}'`, 'from_pretrained');
  throw new PythonError(
    'ValueError',
    `The checkpoint you are trying to load has model type \`${modelType}\` but Transformers does not recognize this architecture. This could be because of an issue with the checkpoint, or because your version of Transformers is out of date.`,
    'from_pretrained',
  );
}

const otherHead = (loader: string, head: string): Text =>
  text(
    `${shortName(loader)} is not modelled for this type; its ${head} head is assumed.`,
    `此类型的 ${shortName(loader)} 没有建模；假定为其 ${head} 头。`,
  );

/** How an id's own files are quantised. */
const storedById: Readonly<Record<'4bit' | '8bit' | 'gptq' | 'awq', Quantisation>> = {
  '4bit': { method: 'bnb-4bit', type: 'nf4' },
  '8bit': { method: 'bnb-8bit', type: null },
  gptq: { method: 'gptq', type: null },
  awq: { method: 'awq', type: null },
};

const quantisedById = (id: string, { method }: Quantisation): Text =>
  text(`'${id}' is stored quantised (${method}), by its name.`, `按名称看，“${id}”已量化存储（${method}）。`);

/** What it asks of the known models. */
type Known = Pick<
  KnownModels,
  'find' | 'ofClass' | 'headsOf' | 'build' | 'forward' | 'factsOf' | 'targetsOf'
>;

/** Models of whatever a request names. Throws PythonError for a head that the type has not. */
export function knownSource(known: Known): ModelSource {
  return (request) => {
    const { name, loader, stack, given } = request;
    const own = known.ofClass(shortName(loader));
    const found = sized(known.find(name, own ? { modelType: own.modelType } : {}), given);
    refuseType(found, stack, request);
    const byId = found.stored && storedById[found.stored];
    const quantisation = request.quantisation ?? byId;
    const has = known.headsOf(found);
    const wanted = heads.find(([ending]) => ending.test(shortName(loader)))?.[1] ?? ['CausalLM'];
    const fitting = wanted.find((head) => has.includes(head));
    // A type that transformers itself has none of comes with code of its own, which says what each class of the library loads.
    const ownCode = !has.includes('Model');
    if (!fitting && !ownCode && /^Auto/.test(shortName(loader)) && found.listed)
      refuse(loader, configClass(found.modelType));
    const head = fitting ?? headAmong(has);
    const labels = given.get('num_labels');
    const choice = {
      head,
      transformers: stack.transformers,
      ...(typeof labels === 'number' ? { labels } : {}),
    };
    const load = { dtype: dtypeOf(request, found), quantisation: stored(quantisation, request.doubleQuant) };
    const root = known.build(found, choice, load);
    const architecture = known.forward(found, choice);
    const facts = known.factsOf(found, choice);
    if (!root || !architecture || !facts) throw new PythonError('ValueError', `${name}: no ${head}`, loader);
    applyQuantisedBiases(root, stack);
    return {
      root,
      modelType: found.modelType,
      config: configOf(found),
      architecture,
      quantisation,
      checkpoints: facts.checkpointing,
      places: { embedding: facts.inputEmbeddings, head: facts.outputEmbeddings ?? '' },
      defaultTargets: (peftType, modelType) => known.targetsOf(peftType, modelType, stack.peft),
      assumed: [
        ...(found.assumption ? [found.assumption] : []),
        ...(byId && !request.quantisation ? [quantisedById(name, byId)] : []),
        ...(fitting ? [] : [otherHead(loader, head)]),
      ],
    };
  };
}

/** Numbers of its configuration as the script gave them. */
function sized(found: FoundModel, given: ReadonlyMap<string, unknown>): FoundModel {
  const own = Object.keys(found.config).flatMap((name) => {
    const value = given.get(name);
    return typeof value === 'number' && value > 0 ? [[name, value] as const] : [];
  });
  return own.length === 0 ? found : { ...found, config: { ...found.config, ...Object.fromEntries(own) } };
}

const headAmong = (has: readonly string[]): HeadName =>
  has.includes('CausalLM') ? 'CausalLM' : has.includes('Seq2SeqLM') ? 'Seq2SeqLM' : 'Model';

/** `transformers.models.t5.configuration_t5.T5Config` */
function configClass(modelType: string): string {
  const folder = modelType.replaceAll('-', '_');
  const camel = folder
    .split('_')
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join('');
  return `transformers.models.${folder}.configuration_${folder}.${camel}Config`;
}
