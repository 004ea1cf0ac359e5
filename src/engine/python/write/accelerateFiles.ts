// Configurations for `accelerate launch`, to run the exported script on many processes: data parallel (each holds the model) and
// fully sharded (each holds a part). Source: accelerate 1.15 commands/config, utils/fsdp_utils.py; PEFT 0.21 docs, FSDP.
import type { RecipeValues } from '../../recipe/recipe.ts';

interface TextFile {
  readonly name: string;
  readonly text: string;
}

const PROCESSES = 2;

/** YAML of two levels of plain values. */
function yaml(entries: Readonly<Record<string, unknown>>, indent = ''): string {
  return Object.entries(entries)
    .map(([key, value]) =>
      typeof value === 'object' && value !== null
        ? `${indent}${key}:\n${yaml({ ...value }, `${indent}  `)}`
        : `${indent}${key}: ${typeof value === 'string' ? `'${value}'` : String(value)}\n`,
    )
    .join('');
}

/** What both configurations say, and how the batch divides. */
function shared(values: RecipeValues, name: string): { readonly head: string; readonly common: object } {
  const batch = values['train.per_device_train_batch_size'];
  const divides = batch % PROCESSES === 0;
  const advice = divides
    ? `set per_device_train_batch_size to ${batch / PROCESSES} in train.py`
    : `choose a per_device_train_batch_size that ${PROCESSES} processes divide`;
  return {
    head: `# accelerate launch --config_file ${name} train.py\n# To keep the recipe's global batch of ${batch} on ${PROCESSES} processes, ${advice}.\n`,
    common: {
      compute_environment: 'LOCAL_MACHINE',
      debug: false,
      machine_rank: 0,
      main_training_function: 'main',
      mixed_precision: 'no',
      num_machines: 1,
      num_processes: PROCESSES,
      rdzv_backend: 'static',
      same_network: true,
      use_cpu: false,
    },
  };
}

/** ddp.yaml and fsdp.yaml. */
export function accelerateFiles(values: RecipeValues): TextFile[] {
  const ddp = shared(values, 'ddp.yaml');
  const fsdp = shared(values, 'fsdp.yaml');
  return [
    { name: 'ddp.yaml', text: ddp.head + yaml({ distributed_type: 'MULTI_GPU', ...ddp.common }) },
    {
      name: 'fsdp.yaml',
      text:
        fsdp.head +
        yaml({
          distributed_type: 'FSDP',
          ...fsdp.common,
          fsdp_config: {
            fsdp_version: 2,
            fsdp_auto_wrap_policy: 'TRANSFORMER_BASED_WRAP',
            fsdp_transformer_layer_cls_to_wrap: 'LlamaDecoderLayer',
            fsdp_reshard_after_forward: true,
            fsdp_state_dict_type: 'FULL_STATE_DICT',
            fsdp_cpu_ram_efficient_loading: false,
            fsdp_offload_params: false,
            fsdp_activation_checkpointing: false,
          },
        }),
    },
  ];
}
