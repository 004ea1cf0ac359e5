// Test-only: one recipe for each entry of the doctor, over the defaults.
import type { RowFacts } from '../data/rowFacts.ts';
import type { ModelConfig } from '../models/modelConfig.ts';
import type { RecipePatch } from '../recipe/recipe.ts';
import { benchConfig } from './goldenBench.ts';

const script: RecipePatch = { 'wiring.attach': 'get_peft_model' };
const loop: RecipePatch = { ...script, 'wiring.trainer': 'loop' };
const reentrant: RecipePatch = { 'train.gradient_checkpointing': true, 'train.use_reentrant': 'true' };
const tied: ModelConfig = { ...benchConfig, tied: true };

export interface DoctorSample {
  readonly id: string;
  readonly patch: RecipePatch;
  readonly rows?: Partial<RowFacts>;
  readonly config?: ModelConfig;
}

export const doctorSamples: readonly DoctorSample[] = [
  { id: 'reentrant-without-hook', patch: { ...script, ...reentrant } },
  {
    id: 'reentrant-under-trainable-head',
    patch: { ...loop, ...reentrant, 'lora.target_modules': '["q_proj","v_proj","lm_head"]' },
  },
  {
    id: 'checkpointing-kwargs-unknown',
    patch: {
      'wiring.stack': 'trl-0.7.1',
      'lora.target_modules': '["q_proj","v_proj"]',
      'train.gradient_checkpointing': true,
      'train.use_reentrant': 'false',
      'bnb.bnb_4bit_quant_type': 'none',
    },
  },
  {
    id: 'checkpointing-kwargs-unknown',
    patch: {
      ...loop,
      'wiring.stack': 'trl-0.7.1',
      'lora.target_modules': '["q_proj","v_proj"]',
      'wiring.prepare_model_for_kbit_training': 'before',
      'wiring.prepare.use_reentrant': 'false',
    },
  },
  {
    id: 'saved-copy-packed',
    patch: { ...script, 'lora.target_modules': '["q_proj"]', 'lora.modules_to_save': '["down_proj"]' },
  },
  { id: 'no-grad-context', patch: { ...loop, 'wiring.step': 'no_grad' } },
  { id: 'detached-loss', patch: { ...loop, 'wiring.step': 'item' } },
  { id: 'loss-requires-grad-forced', patch: { ...loop, ...reentrant, 'wiring.step': 'requires_grad_' } },
  { id: 'backward-twice', patch: { ...loop, 'wiring.step': 'twice' } },
  { id: 'prepared-after-attach', patch: { ...script, 'wiring.prepare_model_for_kbit_training': 'after' } },
  { id: 'trainer-prepares-again', patch: { ...script, 'wiring.stack': 'trl-0.20.0' } },
  { id: 'loaded-frozen', patch: { 'wiring.attach': 'from_pretrained' } },
  { id: 'loaded-frozen', patch: { 'wiring.attach': 'from_pretrained_and_config' } },
  { id: 'inference-mode', patch: { ...script, 'lora.inference_mode': true } },
  { id: 'adapter-disabled', patch: { ...loop, 'wiring.after_attach': 'disable_adapter' } },
  { id: 'adapter-merged-away', patch: { ...script, 'wiring.after_attach': 'merge_and_unload' } },
  {
    id: 'second-adapter-froze-first',
    patch: { ...loop, 'wiring.stack': 'trl-1.9.0', 'wiring.after_attach': 'load_adapter' },
  },
  {
    id: 'nothing-attached',
    patch: {
      'wiring.trainer': 'loop',
      'wiring.attach': 'none',
      'wiring.prepare_model_for_kbit_training': 'before',
    },
  },
  {
    id: 'config-not-used',
    patch: {
      'wiring.trainer': 'loop',
      'wiring.attach': 'peft_config',
      'wiring.prepare_model_for_kbit_training': 'before',
    },
  },
  { id: 'purely-quantised', patch: { 'wiring.attach': 'none' } },
  { id: 'peft-model-and-config', patch: { 'wiring.attach': 'both', 'wiring.stack': 'trl-0.29.1' } },
  { id: 'peft-too-old', patch: { 'wiring.attach': 'add_adapter', 'wiring.stack': 'trl-1.16.0' } },
  { id: 'add-adapter-missing', patch: { 'wiring.attach': 'add_adapter', 'wiring.stack': 'trl-0.7.1' } },
  {
    id: 'head-adapter-refused',
    patch: { 'wiring.stack': 'trl-1.9.0', 'lora.target_modules': '["q_proj","lm_head"]' },
  },
  { id: 'requires-grad-on-integers', patch: { ...loop, 'wiring.requires_grad_all': true } },
  {
    id: 'fp16-unscale',
    patch: {
      ...script,
      'bnb.bnb_4bit_quant_type': 'none',
      'model.dtype': 'float16',
      'train.fp16': true,
      'wiring.autocast_adapter_dtype': false,
    },
  },
  {
    id: 'fp16-unscale',
    patch: { ...script, 'model.dtype': 'float16', 'train.fp16': true, 'lora.modules_to_save': '["lm_head"]' },
  },
  {
    id: 'autocast-unknown',
    patch: { ...script, 'wiring.stack': 'trl-0.8.6', 'wiring.autocast_adapter_dtype': false },
  },
  {
    id: 'targets-unspecified',
    patch: { ...script, 'lora.target_modules': 'None', 'wiring.model_type': 'chatglm' },
  },
  { id: 'targets-not-found', patch: { ...script, 'lora.target_modules': '["c_attn","qproj"]' } },
  { id: 'targets-not-found', patch: { ...script, 'lora.target_modules': 'q_proj' } },
  { id: 'targets-empty', patch: { ...script, 'lora.target_modules': '[]' } },
  { id: 'targets-empty', patch: { ...script, 'lora.target_modules': '', 'wiring.stack': 'trl-0.8.6' } },
  { id: 'target-unsupported', patch: { ...script, 'lora.target_modules': '["act_fn"]' } },
  { id: 'labels-masked', patch: {}, rows: { allMasked: true, maskedRows: 40 } },
  {
    id: 'labels-masked-by-truncation',
    patch: { 'train.max_length': 32 },
    rows: { allMasked: true, maskedRows: 40, truncatedRows: 40 },
  },
  { id: 'alpha-zero', patch: { 'lora.lora_alpha': 0 } },
  { id: 'warning-is-harmless', patch: { ...loop, ...reentrant, 'lora.target_modules': '["lm_head"]' } },
  { id: 'learning-rate-zero', patch: { 'train.learning_rate': 0 } },
  { id: 'warmup-longer-than-run', patch: { 'train.warmup_steps': 100 } },
  { id: 'double-wrap', patch: { ...loop, 'wiring.after_attach': 'get_peft_model' } },
  { id: 'config-ignored', patch: { 'wiring.attach': 'both' } },
  { id: 'tied-weights-untied', patch: { ...script, 'lora.modules_to_save': '["lm_head"]' }, config: tied },
  {
    id: 'whole-model-trains',
    patch: { ...loop, 'bnb.bnb_4bit_quant_type': 'none', 'wiring.requires_grad_all': true },
  },
  { id: 'base-upcast', patch: { ...script, 'wiring.prepare_model_for_kbit_training': 'before' } },
  { id: 'targets-partly-wrong', patch: { ...script, 'lora.target_modules': '["q_proj","query"]' } },
  { id: 'rows-without-labels', patch: {}, rows: { maskedRows: 3, truncatedRows: 3, longestTokens: 200 } },
  { id: 'eos-never-learnt', patch: {}, rows: { rowsEndingWithEos: 0 } },
  { id: 'packed-across-documents', patch: {}, rows: { packing: true } },
];
