// Runs the script that a recipe describes, call by call, on a freshly built module tree: load, prepare, attach, prepare,
// hook, trainer. What is left is the wired model; a call that raises ends it there. No tape, no numbers.

import type { Behaviours } from '../../libraries/rules/rule.ts';
import { dialectOf } from '../../libraries/spelling.ts';
import { stackOf } from '../../libraries/stacks.ts';
import type { ModelConfig } from '../../models/families.ts';
import { buildModel } from '../../models/families.ts';
import type { WeightOptions } from '../../models/weightSource.ts';
import { weightFormatsOf } from '../../models/weightSource.ts';
import type { RecipeValues } from '../../recipe/recipe.ts';
import { PythonError } from '../../torch/autograd/pythonError.ts';
import { Module } from '../../torch/nn/module.ts';
import type { WiredModel } from '../../torch/recording.ts';
import { afterAttach } from './afterAttach.ts';
import { addAdapter, fromPretrained, getPeftModel, prepareModelForKbitTraining } from './peftCalls.ts';
import { checkPeftConfig, peftConfig } from './peftConfig.ts';
import type { Quantisation } from './scriptModel.ts';
import { ScriptModel } from './scriptModel.ts';
import { sftTrainerInit } from './sftTrainer.ts';
import type { CheckpointingKwargs, TrainerArguments } from './transformersCalls.ts';
import {
  enableInputRequireGrads,
  gradientCheckpointingEnable,
  trainerInit,
  trainerTrain,
  trainingArguments,
  warnOldCheckpointingName,
} from './transformersCalls.ts';

/** What the script left behind, whether it got to the end or not. */
export interface ScriptRun {
  readonly script: ScriptModel;
  /** The exception that ended it before the first forward pass, or null. */
  readonly error: PythonError | null;
}

/** How the recipe wants the layers' projections stored. */
export function weightOptions(values: RecipeValues): WeightOptions {
  const type = values['bnb.bnb_4bit_quant_type'];
  return {
    quantType: type === 'none' ? null : type,
    doubleQuant: values['bnb.bnb_4bit_use_double_quant'],
  };
}

function quantisationOf(values: RecipeValues): Quantisation | null {
  const { quantType } = weightOptions(values);
  return quantType === null ? null : { method: 'bnb-4bit', type: quantType };
}

/** Gives the tree the classes of the version, and the rotary tables their old place in each layer. */
function applyModuleClasses(causal: Module, classes: Behaviours['moduleClasses']): void {
  const model = causal.child('model');
  const rotary = model.child('rotary_emb');
  for (const [, layer] of model.child('layers').children) {
    layer.child('self_attn').className = classes.attention;
    layer.child('mlp').child('act_fn').className = classes.activation;
    if (classes.rotaryPerLayer)
      layer.child('self_attn').children.set('rotary_emb', new Module(rotary.className));
  }
  if (classes.rotaryPerLayer) model.children.delete('rotary_emb');
}

function loadModel(config: ModelConfig, values: RecipeValues): ScriptModel {
  const causal = buildModel(config, {
    dtype: values['model.dtype'],
    ...weightOptions(values),
  });
  const script = new ScriptModel(stackOf(values['wiring.stack']), causal, quantisationOf(values));
  applyModuleClasses(causal, script.behaves('moduleClasses'));
  return script;
}

/** 'default', 'true', 'false' as the argument stands in the script. */
function kwargsOf(choice: RecipeValues['train.use_reentrant']): CheckpointingKwargs | null {
  return choice === 'default' ? null : { useReentrant: choice === 'true' };
}

/** What Python says to a script that passes an argument which the version does not know yet. */
function refuseKwargs(script: ScriptModel, callee: string): never {
  script.raise('TypeError', `${callee}() got an unexpected keyword argument 'gradient_checkpointing_kwargs'`);
}

function prepare(script: ScriptModel, values: RecipeValues, when: 'before' | 'after'): void {
  if (values['wiring.prepare_model_for_kbit_training'] !== when) return;
  script.call = 'prepare_model_for_kbit_training';
  const kwargs = kwargsOf(values['wiring.prepare.use_reentrant']);
  if (kwargs && !script.behaves('prepareKwargs')) refuseKwargs(script, 'prepare_model_for_kbit_training');
  prepareModelForKbitTraining(script, {
    useGradientCheckpointing: values['wiring.prepare.use_gradient_checkpointing'],
    kwargs,
  });
}

function enableCheckpointing(script: ScriptModel, values: RecipeValues): void {
  script.call = 'model.gradient_checkpointing_enable';
  const kwargs = kwargsOf(values['train.use_reentrant']);
  if (kwargs && !script.behaves('checkpointingKwargs'))
    refuseKwargs(script, 'PreTrainedModel.gradient_checkpointing_enable');
  warnOldCheckpointingName(script);
  gradientCheckpointingEnable(script, kwargs);
}

function attach(script: ScriptModel, values: RecipeValues): void {
  const path = values['wiring.attach'];
  const config = peftConfig(script, values);
  if (path === 'get_peft_model' || path === 'both') {
    script.call = 'get_peft_model';
    if (!values['wiring.autocast_adapter_dtype'] && script.behaves('adapterDtype') !== 'autocast') {
      script.raise(
        'TypeError',
        "get_peft_model() got an unexpected keyword argument 'autocast_adapter_dtype'",
      );
    }
    getPeftModel(script, config);
  } else if (path === 'add_adapter') {
    script.call = 'model.add_adapter';
    addAdapter(script, { ...config, modulesToSave: [] });
  } else if (path.startsWith('from_pretrained')) {
    script.call = 'PeftModel.from_pretrained';
    fromPretrained(script, config, path.startsWith('from_pretrained_trainable'));
  }
}

function requireGradEverywhere(script: ScriptModel): void {
  script.call = 'param.requires_grad';
  for (const parameter of script.root.allParameters()) {
    if (parameter.dtype === 'uint8')
      script.raise('RuntimeError', 'only Tensors of floating point and complex dtype can require gradients');
    parameter.requiresGrad = true;
  }
}

/** Whether the script hands a peft_config to SFTTrainer. */
export function passesConfig(values: RecipeValues): boolean {
  const path = values['wiring.attach'];
  return path === 'peft_config' || path === 'both' || path.endsWith('_and_config');
}

function runTrainer(script: ScriptModel, values: RecipeValues, trainer: 'Trainer' | 'SFTTrainer'): void {
  const sft = trainer === 'SFTTrainer';
  const checkpointing = values['train.gradient_checkpointing'];
  const kwargs = checkpointing ? kwargsOf(values['train.use_reentrant']) : null;
  script.call = sft && dialectOf(script.stack).sftConfig ? 'SFTConfig(...)' : 'TrainingArguments(...)';
  if (kwargs && !script.behaves('checkpointingKwargs')) refuseKwargs(script, 'TrainingArguments.__init__');
  const args: TrainerArguments = trainingArguments(script, {
    gradientCheckpointing: checkpointing,
    kwargs,
  });
  script.call = `${trainer}(...)`;
  if (sft) {
    sftTrainerInit(
      script,
      passesConfig(values) ? { ...peftConfig(script, values), adapterName: 'default' } : null,
      args,
    );
  } else trainerInit(script);
  script.call = 'trainer.train()';
  trainerTrain(script, args);
  if (sft) for (const text of script.behaves('sftChatter')) script.warn(text);
}

function freezeByHand(script: ScriptModel, what: RecipeValues['wiring.freeze']): void {
  for (const [name, parameter] of script.root.namedParameters()) {
    if (what === 'embeddings' && name === 'model.embed_tokens.weight') parameter.requiresGrad = false;
    if (what === 'outside_layers' && !name.includes('.layers.')) parameter.requiresGrad = false;
  }
}

function runCalls(script: ScriptModel, values: RecipeValues): void {
  script.modelType = values['wiring.model_type'];
  freezeByHand(script, values['wiring.freeze']);
  checkPeftConfig(script, values);
  const trainer = values['wiring.trainer'];
  prepare(script, values, 'before');
  if (values['wiring.checkpointing_before_attach']) enableCheckpointing(script, values);
  attach(script, values);
  afterAttach(script, values['wiring.after_attach'], peftConfig(script, values));
  prepare(script, values, 'after');
  if (values['wiring.requires_grad_all']) requireGradEverywhere(script);
  if (trainer === 'loop' && values['train.gradient_checkpointing']) enableCheckpointing(script, values);
  if (values['wiring.enable_input_require_grads']) {
    script.call = 'model.enable_input_require_grads';
    enableInputRequireGrads(script);
  }
  if (trainer !== 'loop') runTrainer(script, values, trainer);
  else {
    if (values['wiring.train_mode']) script.root.train();
    script.call = 'loss.backward()';
  }
}

/** Runs the recipe's script on a new model of this architecture, up to the first forward pass. */
export function runScript(config: ModelConfig, values: RecipeValues): ScriptRun {
  const script = loadModel(config, values);
  try {
    runCalls(script, values);
    return { script, error: null };
  } catch (error) {
    if (!(error instanceof PythonError)) throw error;
    return { script, error };
  }
}

export interface Wired extends WiredModel {
  readonly script: ScriptModel;
  /** What `loss.backward()` is called by: the call that an autograd error is reported at. */
  readonly backwardCall: string;
}

/** The wired model of a recipe, ready to be recorded. Throws the PythonError that a call of the script raises. */
export function wire(config: ModelConfig, values: RecipeValues): Wired {
  const { script, error } = runScript(config, values);
  if (error) throw error;
  return wiredModel(script, values);
}

/** The tree as it stands, over a base whose files hold float32; a run puts the formats of its own files in place. */
export function wiredModel(script: ScriptModel, values: RecipeValues): Wired {
  const { root, causalPath, checkpointing, inputGradHooks } = script;
  const weightFormat = weightFormatsOf(() => 'none', weightOptions(values));
  const backwardCall = script.call === 'loss.backward()' ? script.call : `${script.call} → loss.backward()`;
  const dropoutDisabled = values['train.objective'] !== 'sft';
  return {
    root,
    causalPath,
    checkpointing,
    inputGradHooks,
    weightFormat,
    dropoutDisabled,
    script,
    backwardCall,
  };
}
