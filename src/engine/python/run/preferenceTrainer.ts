// TRL's trainers of preferences (DPO, ORPO, KTO) and of rewards: what their constructors do to the model before Trainer takes over.
// Source: TRL 0.7.1 to 1.16.0 trainer/{dpo,orpo,kto,reward}_trainer.py; the differences are in rules/trlRules.ts.
import type { PeftConfig } from '../../adapters/inject.ts';
import { compareVersions } from '../../libraries/version.ts';
import { getPeftModel, prepareModelForKbitTraining, secondAdapter, unload } from './peftCalls.ts';
import type { ScriptModel } from './scriptModel.ts';
import type { SftGiven } from './sftTrainer.ts';
import { castAdapter, refuseBoth, sftTrainerInit } from './sftTrainer.ts';
import type { TrainerArguments } from './transformersCalls.ts';
import { enableInputRequireGrads, trainerInit } from './transformersCalls.ts';

export interface PreferenceModel {
  /** The trainer's peft_config. */
  readonly config: PeftConfig | null;
  /** Configuration of the adapter that the model already carries, of which the reference becomes a copy. */
  readonly carried: PeftConfig | null;
  readonly withReference: boolean;
  /** Prepared by arguments also where DPOTrainer no longer is. */
  readonly byArguments: boolean;
  /** Whether it refuses a reference beside a config. */
  readonly refusesBoth: boolean;
}

const REFERENCE_TWICE =
  "You passed both a ref_model and a peft_config. For training PEFT adapters with DPO there is no need to pass a reference model. Please pass `ref_model=None` in case you want to train PEFT adapters, or pass a ref_model with `force_use_ref_model=True` in DPOTrainer's init. if you want to use a different ref_model.";

/** Up to TRL 0.26: a k-bit model is prepared where there is a config, every other one hooked under checkpointing. */
function prepareByArguments(
  script: ScriptModel,
  { config, withReference, refusesBoth: refuses }: PreferenceModel,
  args: TrainerArguments,
): void {
  const told = script.behaves('preferencePreparation') === 'by-arguments';
  if (config && script.isPeftModel && told) unload(script, true);
  if (config && withReference && refuses && script.behaves('preferenceRefusesBoth'))
    script.raise('ValueError', REFERENCE_TWICE);
  if (config && script.kbit)
    prepareModelForKbitTraining(script, {
      useGradientCheckpointing: told ? args.gradientCheckpointing : true,
      kwargs: args.kwargs,
    });
  else if (told && args.gradientCheckpointing) enableInputRequireGrads(script);
  if (config) getPeftModel(script, config);
}

/** From TRL 0.27 on: nothing is prepared; a PeftModel is hooked under checkpointing, and its adapter copied for the reference. */
function prepareAsIs(
  script: ScriptModel,
  { config, carried, withReference }: PreferenceModel,
  args: TrainerArguments,
): void {
  if (config && script.isPeftModel) refuseBoth(script);
  if (config) getPeftModel(script, config);
  else if (script.isPeftModel && !withReference && carried)
    secondAdapter(script, { ...carried, adapterName: 'ref' }, null);
  if (script.isPeftModel && args.gradientCheckpointing) enableInputRequireGrads(script);
  castAdapter(script);
  if (args.gradientCheckpointing && compareVersions(script.stack.transformers, '5') < 0)
    args.kwargs = { useReentrant: false, ...args.kwargs };
}

/** `DPOTrainer(model, args, peft_config=…)`. Changes `args` as TRL does. */
export function preferenceTrainerInit(
  script: ScriptModel,
  model: PreferenceModel,
  args: TrainerArguments,
): void {
  if (script.behaves('preferencePreparation') === 'none' && !model.byArguments)
    prepareAsIs(script, model, args);
  else prepareByArguments(script, model, args);
  trainerInit(script);
}

/**
 * `RewardTrainer(model, args, peft_config=…)`: before TRL 0.22 a k-bit model is prepared and nothing is hooked; from then on it is SFTTrainer's
 * preparation. Source: reward_trainer.py of 0.7.1, 0.9.6 to 0.19.1, 0.22.2, 0.23.1, 0.29.1 and 1.16.0.
 */
export function rewardTrainerInit(
  script: ScriptModel,
  config: PeftConfig | null,
  args: TrainerArguments,
  given: SftGiven,
): void {
  if (compareVersions(script.stack.trl, '0.22') >= 0) {
    sftTrainerInit(script, config, args, { ...given, rowsUnread: false });
    return;
  }
  const told = script.behaves('preferencePreparation') === 'by-arguments';
  if (config && !(script.isPeftModel && told)) {
    if (script.kbit)
      prepareModelForKbitTraining(script, {
        useGradientCheckpointing: told ? args.gradientCheckpointing : true,
        kwargs: args.kwargs,
      });
    getPeftModel(script, config, given.peftClass);
  }
  trainerInit(script);
}
