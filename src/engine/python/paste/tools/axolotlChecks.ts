// What axolotl makes of a configuration before it loads anything: its precision, its defaults, what it refuses.

import type { Config, ConfigValue } from '../config.ts';
import { asText, isOn } from '../config.ts';

export interface Precision {
  readonly bf16: boolean;
  readonly fp16: boolean;
  /** torch's name of what the model is loaded in. */
  readonly type: 'torch.bfloat16' | 'torch.float16' | 'torch.float32';
  readonly line: number;
}

/** `bf16: auto`, the default, is on where the device has it: assumed. */
export function precisionOf(config: Config): Precision {
  const fp16 = isOn(config.get('fp16')?.value) || isOn(config.get('float16')?.value);
  const entry = config.get('bf16') ?? config.get('bfloat16');
  const said = entry?.value;
  const bf16 =
    said === 'full' || isOn(said) || (!fp16 && (said === undefined || said === null || said === 'auto'));
  const line = entry?.line ?? config.get('fp16')?.line ?? 0;
  if (bf16) return { bf16, fp16: false, type: 'torch.bfloat16', line };
  if (fp16 || isOn(config.get('load_in_8bit')?.value))
    return { bf16: false, fp16, type: 'torch.float16', line };
  return { bf16: false, fp16: false, type: 'torch.float32', line };
}

/** What its checks of the configuration refuse, in its words. */
export function refusal(config: Config): { readonly message: string; readonly line: number } | null {
  const on = (key: string): boolean => isOn(config.get(key)?.value);
  const line = (key: string): number => config.get(key)?.line ?? 0;
  const adapter = asText(config.get('adapter')?.value);
  if (!adapter && (on('load_in_8bit') || on('load_in_4bit')))
    return {
      message:
        'load_in_8bit and load_in_4bit are not supported without setting an adapter for training.If you want to full finetune, please turn off load_in_8bit and load_in_4bit.',
      line: line('load_in_4bit') || line('load_in_8bit'),
    };
  if (adapter === 'qlora' && on('load_in_8bit'))
    return { message: "Can't load qlora in 8bit", line: line('load_in_8bit') };
  if (adapter === 'qlora' && on('gptq')) return { message: "Can't load qlora if gptq", line: line('gptq') };
  if (adapter === 'qlora' && !on('load_in_4bit'))
    return {
      message: 'Require cfg.load_in_4bit to be True for qlora',
      line: line('load_in_4bit') || line('adapter'),
    };
  return null;
}

/** Written out before training where nothing is said: reentrant. */
export function checkpointingKwargs(config: Config): ConfigValue {
  const said = config.get('gradient_checkpointing_kwargs')?.value;
  if (said !== undefined && said !== null) return said;
  const plain = config.get('rl') === undefined && config.get('unfrozen_parameters') === undefined;
  return plain ? { use_reentrant: true } : null;
}
