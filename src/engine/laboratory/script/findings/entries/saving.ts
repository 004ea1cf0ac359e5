// What happens after training: merging into packed weights, merging a table that two modules share, loading the adapter back in a way that
// makes a fresh one. Sources: peft tuners/lora/bnb.py Linear4bit.merge ("… due to rounding errors", 0.5 to 0.21); tuners/tuners_utils.py
// _check_merge_allowed; utils/other.py ModulesToSaveWrapper; mapping_func.py get_peft_model (initialises, never loads).
import { same, text } from '../../../../ground/text.ts';
import { namesOf, textOf } from '../../../../python/program/values.ts';
import type { ModelObject } from '../../../../python/run/objects.ts';
import { shortName } from '../../../../python/run/objects.ts';
import type { Module } from '../../../../torch/nn/module.ts';
import type { Finding, Match } from '../finding.ts';
import type { Indexed, ProgramFacts } from '../programFacts.ts';
import { argumentEdit, attachCalls, boundOf } from '../proposals.ts';
import { writtenCall } from '../pythonText.ts';

const merges = (facts: ProgramFacts): Indexed[] => facts.callsTo(/merge_and_unload$|merge_adapter$/);

/** First argument of a call, as the text has it. */
function firstWritten(facts: ProgramFacts, call: Indexed): string | null {
  return (
    writtenCall(facts.statement(call.line)?.text ?? '', shortName(call.callee))?.arguments[0]?.value ?? null
  );
}

/** The base in half precision with the saved adapter on it, in place of merging into packed weights. */
function reloaded(facts: ProgramFacts, merge: Indexed, load: Indexed) {
  const name = firstWritten(facts, load);
  const loader = load.callee.split('.').at(-2);
  const statement = facts.statement(merge.line)?.text ?? '';
  const written = /^(?:([\w.]+)\s*=\s*)?([\w.]+)\.merge_and_unload\(/.exec(statement);
  if (name === null || loader === undefined || !written) return [];
  const [, target, model = ''] = written;
  const dtype = facts.since('transformers', '4.56') ? 'dtype' : 'torch_dtype';
  const half = /^\s*import torch\b|^import .*\btorch\b/m.test(facts.source) ? 'torch.bfloat16' : '"auto"';
  const lines = [
    `${model}.save_pretrained("adapter")`,
    `base = ${loader}.from_pretrained(${name}, ${dtype}=${half})`,
    `${target ?? model} = PeftModel.from_pretrained(base, "adapter").merge_and_unload()`,
  ];
  return [
    [
      { module: 'peft', name: 'PeftModel' },
      { line: merge.line, place: 'instead' as const, statement: lines.join('\n') },
    ],
  ];
}

function packedMerge(facts: ProgramFacts): Match | null {
  const merge = merges(facts).find(
    (call) => facts.modelOf(call.receiver ?? undefined)?.script.quantised ?? false,
  );
  const model = merge && facts.modelOf(merge.receiver ?? undefined);
  const load = model && facts.loadOf(model);
  if (!merge || !model || !load) return null;
  const method = model.script.quantisation?.method ?? '';
  return {
    lines: [merge.line],
    severity: 'warning',
    cause: text(
      `Line ${merge.line} merges the adapter into weights stored as ${method}: the sum is rounded back to their few levels, which is coarser than most of what the adapter changed. Merge into the base in half precision.`,
      `第 ${merge.line} 行把适配器合并进以 ${method} 存储的权重：结果又被舍入回很少的几个级别，比适配器的大部分改动还粗。请合并进半精度的底座。`,
    ),
    evidence: facts.machine.effects
      .filter(({ index }) => index === merge.index)
      .flatMap(({ warnings }) => warnings.map((one) => same(`${one.category}: ${one.message}`))),
    proposals: [
      {
        why: text('the base once more, in half precision', '以半精度重新载入底座'),
        ways: reloaded(facts, merge, load),
      },
    ],
  };
}

const inner = (module: Module | null): Module | null =>
  module?.children.get('base_layer') ?? module?.children.get('original_module') ?? module;

export function isTied({ script }: ModelObject): boolean {
  const table = inner(script.causal.at(script.places.embedding))?.parameters.get('weight');
  const head = inner(script.causal.at(script.places.head))?.parameters.get('weight');
  return table !== undefined && table === head;
}

const VOCABULARY = /(^|\.)(lm_head|embed_tokens|wte|word_embeddings|embed_in|embed_out|shared)$/;

function tied(facts: ProgramFacts): Match | null {
  for (const model of facts.machine.models) {
    const config = model.configs.find(({ values }) =>
      ['modules_to_save', 'target_modules'].some(
        (name) => namesOf(values.get(name))?.some((one) => VOCABULARY.test(one)) ?? false,
      ),
    );
    const made = config && facts.calls.find((call) => facts.made(call) === config);
    const rows = config?.values.get('trainable_token_indices') ?? null;
    if (!config || !made || !isTied(model) || rows !== null) continue;
    const saved = namesOf(config.values.get('modules_to_save')) ?? [];
    const copies = saved.some((name) => VOCABULARY.test(name));
    const argument = copies ? 'modules_to_save' : 'target_modules';
    const others = (namesOf(config.values.get(argument)) ?? []).filter((name) => !VOCABULARY.test(name));
    const merge = merges(facts).find(
      (call) => facts.modelOf(call.receiver ?? undefined)?.script === model.script,
    );
    const left = others.length > 0 ? `[${others.map((name) => `"${name}"`).join(', ')}]` : null;
    const ensures = facts.takes('peft.LoraConfig', 'ensure_weight_tying') === true && copies;
    return {
      lines: [made.line, ...(merge ? [merge.line] : [])],
      severity: 'warning',
      cause: text(
        `Head and embedding of ${model.name} share one weight, and ${argument} changes one of the two: after training they differ.${merge ? ` Line ${merge.line} merges one of them; saved and loaded again, the model ties them anew and one change is lost.` : ' A merged model that is saved ties them again, and one change is lost.'}`,
        `${model.name} 的输出头与嵌入共享一个权重，而 ${argument} 只改动其中之一：训练后两者不同。${merge ? `第 ${merge.line} 行只合并其一；保存后再载入时两者重新绑定，有一处改动会丢失。` : '合并后保存的模型再载入时会重新绑定，有一处改动会丢失。'}`,
      ),
      evidence: [same('tie_word_embeddings=True')],
      proposals: [
        ...(ensures
          ? [
              {
                why: text('PEFT keeps the two tied', 'PEFT 使两者保持绑定'),
                ways: [argumentEdit(facts, made, 'ensure_weight_tying', 'True')].filter(
                  (way) => way.length > 0,
                ),
              },
            ]
          : []),
        {
          why: text('leave the shared weight frozen', '让共享的权重保持冻结'),
          ways: [argumentEdit(facts, made, argument, left)].filter((way) => way.length > 0),
        },
      ],
    };
  }
  return null;
}

/** get_peft_model with a configuration that was read from a saved adapter: its weights are not. */
function freshAdapter(facts: ProgramFacts): Match | null {
  const call = attachCalls(facts).findLast((one) => {
    if (one.callee !== 'peft.get_peft_model') return false;
    const config = facts.makerOf(facts.argument(one, 'peft_config', 1));
    return /^peft\.\w+Config\.from_pretrained$/.test(config?.callee ?? '');
  });
  const config = call && facts.makerOf(facts.argument(call, 'peft_config', 1));
  if (!call || !config) return null;
  const path = firstWritten(facts, config);
  const name = facts.writtenName(call);
  const model = name && writtenCall(facts.statement(call.line)?.text ?? '', name)?.arguments[0]?.value;
  const bound = boundOf(facts, call);
  const trainsOn = facts.deciding !== null && call.index < facts.deciding.event.index;
  const again = trainsOn ? ', is_trainable=True' : '';
  return {
    lines: [config.line, call.line],
    severity: 'warning',
    cause: text(
      `Line ${config.line} reads the configuration of a saved adapter, and get_peft_model at line ${call.line} makes a fresh one by it: lora_B is zero, so the answers are the base's. The saved weights are never read.`,
      `第 ${config.line} 行只读取了已保存适配器的配置，而第 ${call.line} 行的 get_peft_model 据此新建一个：lora_B 为零，回答与底座相同。保存的权重从未读取。`,
    ),
    evidence: [same(textOf(config.args[0]) ?? '')],
    proposals:
      path !== null && model && bound
        ? [
            {
              why: text('loads the weights with the configuration', '连同配置一起载入权重'),
              ways: [
                [
                  { module: 'peft', name: 'PeftModel' },
                  {
                    line: call.line,
                    place: 'instead',
                    statement: `${bound} = PeftModel.from_pretrained(${model}, ${path}${again})`,
                  },
                ],
              ],
            },
          ]
        : [],
  };
}

export const savingAdvice: readonly Finding[] = [
  { id: 'fresh-adapter', match: freshAdapter },
  { id: 'merge-into-packed', match: packedMerge },
  { id: 'tied-vocabulary', match: tied },
];
