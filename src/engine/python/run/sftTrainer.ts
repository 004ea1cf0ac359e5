// TRL's SFTTrainer: what its constructor does to the model, version by version, before Trainer takes over.
// Source: TRL 0.7.1 to 1.16.0 trainer/sft_trainer.py; the differences are in rules/trlRules.ts.
import type { PeftConfig } from '../../adapters/inject.ts';
import { compareVersions } from '../../libraries/version.ts';
import { bytesOf } from '../../torch/nn/module.ts';
import { getPeftModel, prepareModelForKbitTraining, unload } from './peftCalls.ts';
import type { ScriptModel } from './scriptModel.ts';
import type { TrainerArguments } from './transformersCalls.ts';
import { enableInputRequireGrads, gradientCheckpointingEnable, trainerInit } from './transformersCalls.ts';

const BOTH =
  'You passed a `PeftModel` instance together with a `peft_config` to the trainer. Please first merge and unload the existing adapter, save the resulting base model, and then pass that base model along with the new `peft_config` to the trainer.';

/** A PeftModel that comes with a peft_config, as TRL refuses it. */
export function refuseBoth(script: ScriptModel): never {
  return script.raise('ValueError', BOTH);
}

/** Whether the config given to the trainer is to be used; merges or refuses a PeftModel that comes with one. */
function acceptConfig(script: ScriptModel, config: PeftConfig | null): PeftConfig | null {
  if (!config || !script.isPeftModel) return config;
  const rule = script.behaves('sftConfigOnPeftModel');
  if (rule === 'refuses') refuseBoth(script);
  if (rule === 'ignores') return null;
  if (rule === 'merges') unload(script, true);
  return config;
}

/** Prepares a k-bit model or hooks another one; switches the trainer's checkpointing off where the version does. */
function prepare(script: ScriptModel, config: PeftConfig | null, args: TrainerArguments): void {
  const rule = script.behaves('sftPreparation');
  const concerned = rule === 'base-with-config' ? config !== null : config !== null || script.isPeftModel;
  const prepares =
    concerned && script.kbit && rule !== 'none' && !(rule === 'not-peft-model' && script.isPeftModel);
  if (prepares) {
    const told = script.behaves('sftPreparationArguments');
    prepareModelForKbitTraining(script, {
      useGradientCheckpointing: told ? args.gradientCheckpointing : true,
      kwargs: args.kwargs ?? {},
    });
    if (script.behaves('sftPreparationEndsCheckpointing')) args.gradientCheckpointing = false;
    return;
  }
  if (!args.gradientCheckpointing) return;
  const hook = script.behaves('sftHook');
  const hooks =
    hook === 'base-with-config' ? config !== null : hook === 'config-or-peft-model' ? concerned : false;
  if (hooks && script.behaves('sftEnablesCheckpointing')) gradientCheckpointingEnable(script, null);
  if (hooks && args.kwargs?.useReentrant !== false) enableInputRequireGrads(script);
}

/** Trainable weights of a k-bit model in bfloat16, as the QLoRA paper has them. */
export function castAdapter(script: ScriptModel): void {
  if (!script.kbit || !script.behaves('sftCastsAdapter')) return;
  for (const parameter of script.root.allParameters()) {
    if (!parameter.requiresGrad) continue;
    parameter.bytes = (parameter.bytes / bytesOf(parameter.dtype)) * bytesOf('bfloat16');
    parameter.dtype = 'bfloat16';
  }
}

/** What else of SFTTrainer's arguments decides whether its constructor gets through. */
export interface SftGiven {
  /** Whether there are args at all. */
  readonly args: boolean;
  /** Whether its rows are to be read as text, and nothing says how; a program without data is not asked. */
  readonly rowsUnread: boolean;
  /** Class that PEFT makes of the model for the task of its configuration. */
  readonly peftClass: string;
}

const ALL_GIVEN: SftGiven = { args: true, rowsUnread: false, peftClass: 'PeftModelForCausalLM' };

/** `SFTTrainer(model, args, peft_config=…)`. Changes `args` as TRL does. */
export function sftTrainerInit(
  script: ScriptModel,
  config: PeftConfig | null,
  args: TrainerArguments,
  given: SftGiven = ALL_GIVEN,
): void {
  const used = acceptConfig(script, config);
  prepare(script, used, args);
  if (used) getPeftModel(script, used, given.peftClass);
  const withoutArguments = script.behaves('sftWrapsWithoutArguments');
  if (used && !given.args && withoutArguments !== null) script.raise('AttributeError', withoutArguments);
  const unread = script.behaves('sftNeedsTextField');
  if (given.rowsUnread && unread !== null) script.raise('ValueError', unread);
  if (script.behaves('sftHook') === 'peft-model' && script.isPeftModel && args.gradientCheckpointing)
    enableInputRequireGrads(script);
  castAdapter(script);
  const headRefusal = script.behaves('sftHeadAdapter');
  if (headRefusal !== null && script.isPeftModel && script.causal.at('lm_head')?.kind.type === 'adapted')
    script.raise('ValueError', headRefusal);
  if (
    args.gradientCheckpointing &&
    script.behaves('sftDefaultsToNonReentrant') &&
    compareVersions(script.stack.transformers, '5') < 0
  ) {
    args.kwargs = { useReentrant: false, ...args.kwargs };
  }
  trainerInit(script);
}
