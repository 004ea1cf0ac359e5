// Which tool a configuration or a command belongs to, and the script that it stands for. A configuration of nobody known, or a command
// whose script isn't there, becomes a plain answer: what it says, and what to paste with it.

import { own } from '../../ground/own.ts';
import type { Text } from '../../ground/text.ts';
import { text } from '../../ground/text.ts';
import type { Config } from './config.ts';
import { configOfFlags, configOfJson, overridesOf } from './config.ts';
import type { Launch } from './launch.ts';
import type { Line } from './lines.ts';
import type { PastedKind, PastedNote } from './pasted.ts';
import type { PythonText } from './pythonText.ts';
import { literal } from './pythonText.ts';
import { autotrainScript } from './tools/autotrain.ts';
import { axolotlScript } from './tools/axolotl.ts';
import { llamaFactoryScript } from './tools/llamaFactory.ts';
import { trlScript } from './tools/trl.ts';
import { readYaml } from './yamlText.ts';

export interface ToolReading {
  readonly kind: PastedKind;
  readonly lines: readonly Line[];
  readonly notes: readonly PastedNote[];
  /** Whose release decides which libraries there are; null: the text's own words. */
  readonly tool: 'llamafactory' | 'axolotl' | 'autotrain' | null;
}

type Owner =
  | 'llamafactory'
  | 'axolotl'
  | 'autotrain'
  | 'trl'
  | 'accelerate'
  | 'deepspeed'
  | 'torchtune'
  | null;

const has = (config: Config, ...keys: string[]): boolean => keys.some((key) => config.has(key));

/** By keys that only one tool has. */
function ownerOf(config: Config): Owner {
  if (
    has(config, 'compute_environment', 'distributed_type') &&
    !has(config, 'model_name_or_path', 'base_model')
  )
    return 'accelerate';
  if (has(config, 'zero_optimization', 'train_micro_batch_size_per_gpu')) return 'deepspeed';
  if ([...config.values()].some(({ value }) => JSON.stringify(value)?.includes('"_component_":"torchtune')))
    return 'torchtune';
  if (has(config, 'task') && has(config, 'params', 'base_model')) return 'autotrain';
  if (
    has(
      config,
      'finetuning_type',
      'cutoff_len',
      'lora_target',
      'lora_rank',
      'quantization_bit',
      'dataset_dir',
      'pure_bf16',
      'template',
    ) ||
    (has(config, 'stage') && has(config, 'model_name_or_path', 'do_train'))
  )
    return 'llamafactory';
  if (
    has(
      config,
      'base_model',
      'adapter',
      'micro_batch_size',
      'sequence_len',
      'lora_target_linear',
      'sample_packing',
      'num_epochs',
    )
  )
    return 'axolotl';
  return has(config, 'model_name_or_path', 'use_peft', 'lora_target_modules', 'dataset_name', 'dataset_mixer')
    ? 'trl'
    : null;
}

const note = (kind: PastedNote['kind'], said: Text): PastedNote => ({ kind, line: null, text: said });
const answer = (kind: PastedKind, ...notes: PastedNote[]): ToolReading => ({
  kind,
  lines: [],
  notes,
  tool: null,
});

function scriptFor(owner: Owner, config: Config, command: string | null): PythonText | null {
  if (owner === 'llamafactory') return llamaFactoryScript(config);
  if (owner === 'axolotl') return axolotlScript(config);
  if (owner === 'autotrain') return autotrainScript(config);
  return owner === 'trl' ? trlScript(config, command) : null;
}

const launchers: Readonly<Record<'accelerate' | 'deepspeed' | 'torchtune', Text>> = {
  accelerate: text(
    'This configures accelerate: on how many devices a script runs, and how. What trains is in the script: paste it as well.',
    '这是 accelerate 的配置：脚本在多少设备上、以何种方式运行。训练什么写在脚本里：请把脚本也粘贴进来。',
  ),
  deepspeed: text(
    'This configures DeepSpeed, which isn’t acted out here. What trains is in the script: paste it as well.',
    '这是 DeepSpeed 的配置，此处不模拟。训练什么写在脚本里：请把脚本也粘贴进来。',
  ),
  torchtune: text(
    'This is a torchtune recipe. torchtune has modules and adapters of its own; what is acted out here is PEFT on transformers.',
    '这是 torchtune 的配方。torchtune 有自己的模块和适配器；此处模拟的是 transformers 上的 PEFT。',
  ),
};

function readingOf(
  config: Config,
  owner: Owner,
  command: string | null,
  kind: PastedKind,
): ToolReading | null {
  if (owner === 'accelerate' || owner === 'deepspeed' || owner === 'torchtune')
    return answer(kind, note(owner === 'accelerate' ? 'assumption' : 'not-modelled', launchers[owner]));
  const script = scriptFor(owner, config, command);
  const tool = owner === 'trl' ? null : owner;
  return script && { kind, lines: script.lines, notes: script.notes, tool };
}

const merged = (config: Config, over: Config): Config => new Map([...config, ...over]);

/** Keys that a plain answer tells: what a script would be handed. */
const telling =
  /^(gradient_checkpointing\w*|bf16|fp16|lora_\w+|use_\w*(lora|peft|dora)\w*|load_in_[48]bit|quantization\w*|bits|learning_rate|model_name_or_path|base_model|deepspeed|fsdp\w*|max_(seq_)?length|packing|optim|peft\w*|target_modules|double_quant|quant_type|full_finetune|do_train|stage|adapter\w*)$/;

function says(config: Config): string {
  return [...config]
    .filter(([key]) => telling.test(key))
    .map(([key, { value }]) => `${key}=${literal(value)}`)
    .join(', ');
}

const unknown = (config: Config): ToolReading =>
  answer(
    'tool-config',
    note(
      'assumption',
      text(
        `A configuration that some script reads${says(config) ? ` (${says(config)})` : ''}: what it does is in that script. Paste it as well.`,
        `这是某个脚本读取的配置${says(config) ? `（${says(config)}）` : ''}：它的作用取决于那个脚本。请把脚本也粘贴进来。`,
      ),
    ),
  );

/** YAML as the tool whose keys it has; the command beside it names the tool, and its flags come on top. */
export async function toolScript(lines: readonly Line[], launch: Launch | null): Promise<ToolReading | null> {
  const { config, errors } = await readYaml(lines);
  const [broken] = errors;
  if (broken && config.size === 0)
    return answer(
      'tool-config',
      note(
        'assumption',
        text(`YAML, line ${broken.line}: ${broken.message}`, `YAML 第 ${broken.line} 行：${broken.message}`),
      ),
    );
  if (config.size === 0) return null;
  const owner = launch && launch.tool !== 'script' ? launch.tool : ownerOf(config);
  const flags = configOfFlags((launch?.flags ?? []).filter(({ name }) => name !== 'config'));
  const over = merged(overridesOf(launch?.positional ?? []), flags);
  return readingOf(merged(config, over), owner, launch?.target ?? null, 'tool-config') ?? unknown(config);
}

export function configOfJsonTool(
  json: Readonly<Record<string, unknown>>,
  source: string,
): ToolReading | null {
  const config = configOfJson(json, source);
  return readingOf(config, ownerOf(config), null, 'tool-config');
}

/** Arguments of a script that is here; null for a command that starts something else. */
export function ownLaunch(launch: Launch, files: Readonly<Record<string, string>>): readonly string[] | null {
  const written = own(files, launch.target.replace(/^\.\//, ''));
  return launch.tool === 'script' && written === undefined ? launch.argv : null;
}

/** A command without its script, or of a tool whose flags say all. */
export function launchScript(launch: Launch, files: Readonly<Record<string, string>>): ToolReading | null {
  const config = configOfFlags(launch.flags);
  const named = [
    ...launch.positional.map((word) => word.text),
    ...(launch.flags.find(({ name }) => name === 'config')?.values ?? []),
  ];
  const file = named.find((word) => /\.(ya?ml|json)$/.test(word));
  if (launch.tool !== 'script') {
    if (file !== undefined && files[file] === undefined && config.size <= 1)
      return answer(
        'command',
        note(
          'assumption',
          text(`What is trained stands in ${file}: paste it.`, `训练内容写在 ${file} 里：请粘贴它。`),
        ),
      );
    return readingOf(config, launch.tool, launch.target, 'command');
  }
  const said = says(config);
  const how =
    launch.launcher === 'deepspeed' ||
    config.has('deepspeed') ||
    launch.launcherFlags.some(({ name }) => /deepspeed|fsdp/.test(name));
  return answer(
    'command',
    note(
      'assumption',
      text(
        `This starts ${launch.target}${said ? ` with ${said}` : ''}. What it does with that is in the script: paste it, with this line.`,
        `这条命令启动 ${launch.target}${said ? `，参数为 ${said}` : ''}。脚本如何使用它们写在脚本里：请连同这一行一起粘贴脚本。`,
      ),
    ),
    ...(how
      ? [
          note(
            'not-modelled',
            text('DeepSpeed and FSDP aren’t acted out here.', '此处不模拟 DeepSpeed 与 FSDP。'),
          ),
        ]
      : []),
  );
}
