// transformers' own calls on a model: checkpointing, the input-grad hook, Trainer. Differences between versions are rules.
// Source: transformers 4.57 modeling_utils.py, trainer.py; requires_grad flags only.
import type { ScriptModel } from './scriptModel.ts';

export interface CheckpointingKwargs {
  readonly useReentrant?: boolean;
}

/** `model.enable_input_require_grads()`: one more forward hook on the input embedding. */
export function enableInputRequireGrads(script: ScriptModel): void {
  script.inputGradHooks++;
}

/**
 * `gradient_checkpointing_enable(gradient_checkpointing_kwargs=…)`; null: called without. A version that does not know the
 * argument leaves the choice to torch.
 */
export function gradientCheckpointingEnable(script: ScriptModel, kwargs: CheckpointingKwargs | null): void {
  if (!script.checkpoints)
    script.raise('ValueError', `${script.causal.className} does not support gradient checkpointing.`);
  const fallback = script.behaves('checkpointingDefault');
  const defaults: CheckpointingKwargs =
    fallback === 'nothing' ? {} : { useReentrant: fallback === 'reentrant' };
  const passed = script.behaves('checkpointingKwargs') ? (kwargs ?? defaults) : {};
  script.checkpointing = {
    useReentrant: passed.useReentrant ?? true,
    explicit: passed.useReentrant !== undefined,
  };
  const hook = script.behaves('checkpointingHook');
  if (hook === 'always' || (hook === 'after-add-adapter' && script.adapterLoaded))
    enableInputRequireGrads(script);
}

/** The name of the call warns since 5.24 when a script or PEFT uses it; Trainer itself uses the new one. */
export function warnOldCheckpointingName(script: ScriptModel): void {
  if (!script.behaves('checkpointingDeprecated')) return;
  script.warn(
    'FutureWarning: `gradient_checkpointing_enable` is deprecated and will be removed in v6. Use `activation_checkpointing_enable` instead.',
  );
}

/** Mutable, as TrainingArguments is: SFTTrainer changes it before Trainer reads it. */
export interface TrainerArguments {
  gradientCheckpointing: boolean;
  kwargs: CheckpointingKwargs | null;
}

/** `TrainingArguments(gradient_checkpointing=…)`: newer names are told of what was passed under the old ones. */
export function trainingArguments(
  script: ScriptModel,
  args: TrainerArguments,
  passed: { readonly checkpointing: boolean; readonly kwargs: boolean } = {
    checkpointing: true,
    kwargs: args.kwargs !== null,
  },
): TrainerArguments {
  if (script.behaves('checkpointingDeprecated')) {
    const renamed = (name: string, newName: string): void =>
      script.warn(
        `FutureWarning: \`${name}\` is deprecated and will be removed in v6. Use \`${newName}\` instead.`,
      );
    if (passed.checkpointing) renamed('gradient_checkpointing', 'activation_checkpointing');
    if (passed.kwargs) renamed('gradient_checkpointing_kwargs', 'activation_checkpointing_kwargs');
  }
  return { ...args };
}

/** `Trainer(model, args)`. Raises for a quantised model without adapters. It looks at the class, not at requires_grad. */
export function trainerInit(script: ScriptModel): void {
  refuseQuantised(script);
  const log = script.behaves('labelNamesLog');
  if (script.isPeftModel && log !== null)
    script.warn(`log: ${log.replace('{class}', script.root.className)}`);
}

function refuseQuantised(script: ScriptModel): void {
  if (!script.quantised || script.adapterLoaded) return;
  if (!script.isPeftModel && script.behaves('trainerRefusesQuantised'))
    script.raise(
      'ValueError',
      'You cannot perform fine-tuning on purely quantized models. Please attach trainable adapters on top of the quantized model to correctly perform fine-tuning. Please see: https://huggingface.co/docs/transformers/peft for more details',
    );
  const method = script.quantisation?.method;
  if (method === undefined || method === 'other' || script.behaves('trainsQuantised').includes(method))
    return;
  script.raise('ValueError', script.behaves('quantisedTrainingError').replaceAll('{method}', method));
}

/** `trainer.train()` up to the first backward: checkpointing as the arguments say, train mode. */
export function trainerTrain(script: ScriptModel, args: TrainerArguments): void {
  if (args.gradientCheckpointing) {
    gradientCheckpointingEnable(
      script,
      args.kwargs ?? (script.behaves('trainerKwargs') === 'empty' ? {} : null),
    );
  }
  for (const text of script.behaves('trainerChatter')) script.warn(text);
  script.root.train();
}
