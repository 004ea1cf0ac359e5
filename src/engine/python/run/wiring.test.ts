// The script's calls on their own, and the engine's reach.
import { describe, expect, it } from 'vitest';
import type { RecipePatch } from '../../recipe/recipe.ts';
import { defaultValues, withPatch } from '../../recipe/recipe.ts';
import { benchConfig, benchPatch } from '../../testing/goldenBench.ts';
import { PythonError } from '../../torch/autograd/pythonError.ts';
import { assertWithinEngine, beyondEngine } from '../../training/reach.ts';
import { wire } from './wire.ts';

const wired = (patch: RecipePatch) =>
  wire(benchConfig, withPatch(withPatch(defaultValues, benchPatch), patch));

describe('wire', () => {
  it('leaves a model that can be recorded', () => {
    const model = wired({ 'train.gradient_checkpointing': true, 'bnb.bnb_4bit_quant_type': 'nf4' });
    // Of the event only what becomes of the loss.
    expect(Object.keys(model.treatment)).toEqual(
      expect.not.arrayContaining(['trainer', 'line', 'index', 'fp16', 'unknown']),
    );
    expect(model).toMatchObject({
      causalPath: 'base_model.model',
      checkpointing: { useReentrant: true },
      inputGradHooks: 1,
      backwardCall: 'trainer.train() → loss.backward()',
    });
    expect(model.root.at('base_model.model.model.layers.0')?.training).toBe(true);
  });

  it('throws what the library raises, with the call', () => {
    const attempt = (): unknown => wired({ 'wiring.attach': 'none', 'bnb.bnb_4bit_quant_type': 'nf4' });
    expect(attempt).toThrow(PythonError);
    expect(attempt).toThrow(/purely quantized/);
  });
});

describe('IA3', () => {
  it('gives each target a vector, on the input of a feedforward module, and freezes the rest', () => {
    const model = wired({ 'peft.peft_type': 'IA3', 'lora.target_modules': '["k_proj","down_proj"]' });
    const trained = [...model.root.namedParameters()].filter(([, { requiresGrad }]) => requiresGrad);
    expect(trained.map(([name, { shape }]) => `${name} ${shape.join('×')}`).slice(0, 2)).toEqual([
      expect.stringMatching(/^base_model\.model\.model\.layers\.0\.self_attn\.k_proj\.ia3_l\.default \d+×1$/),
      expect.stringMatching(/^base_model\.model\.model\.layers\.0\.mlp\.down_proj\.ia3_l\.default 1×\d+$/),
    ]);
    expect(beyondEngine(model)).toEqual([]);
  });

  it('refuses feedforward modules outside the targets, in PEFT’s words, and those that share their input', () => {
    const patch = { 'peft.peft_type': 'IA3', 'lora.target_modules': '["k_proj"]' } as const;
    expect(() => wired(patch)).toThrow(/`feedforward_modules` should be a subset of `target_modules`/);
    const shared = wired({ ...patch, 'ia3.feedforward_modules': '["k_proj"]' });
    expect(() => assertWithinEngine(shared)).toThrow(/k_proj: is a feedforward module/);
  });
});

describe('VeRA', () => {
  it('gives each target two vectors, and freezes the rest', () => {
    const patch = {
      'peft.peft_type': 'VERA',
      'lora.r': 4,
      'lora.target_modules': '["k_proj"]',
      'lora.layers_to_transform': '[1]',
    } as const;
    const model = wired(patch);
    const trained = [...model.root.namedParameters()].filter(([, { requiresGrad }]) => requiresGrad);
    expect(trained.map(([name, { shape }]) => `${name} ${shape.join('×')}`)).toEqual([
      expect.stringMatching(/layers\.1\.self_attn\.k_proj\.vera_lambda_b\.default \d+$/),
      expect.stringMatching(/layers\.1\.self_attn\.k_proj\.vera_lambda_d\.default 4$/),
    ]);
    expect(beyondEngine(model)).toEqual([]);
    expect(() => wired({ ...patch, 'wiring.stack': 'trl-0.8.6' })).toThrow(/cannot import name 'VeraConfig'/);
  });

  it('takes linears alone, in PEFT’s words, and leaves the head to the reach of the engine', () => {
    const on = (target: string) =>
      wired({ 'peft.peft_type': 'VERA', 'lora.target_modules': JSON.stringify([target]) });
    expect(() => on('embed_tokens')).toThrow(/is not supported. Currently, only the following modules/);
    expect(() => assertWithinEngine(on('lm_head'))).toThrow(/lm_head.*vera_lambda_b/);
  });
});

describe('LN tuning', () => {
  const patch = { 'peft.peft_type': 'LN_TUNING', 'lora.target_modules': 'None' } as const;

  it('gives the norms trainable copies, and freezes the rest', () => {
    const model = wired({ ...patch, 'wiring.stack': 'trl-1.16.0' });
    const trained = [...model.root.namedParameters()].filter(([, { requiresGrad }]) => requiresGrad);
    expect(trained.map(([name]) => name)).toEqual([
      'base_model.model.model.layers.0.input_layernorm.ln_tuning_layers.default.weight',
      'base_model.model.model.layers.0.post_attention_layernorm.ln_tuning_layers.default.weight',
      'base_model.model.model.layers.1.input_layernorm.ln_tuning_layers.default.weight',
      'base_model.model.model.layers.1.post_attention_layernorm.ln_tuning_layers.default.weight',
      'base_model.model.model.norm.ln_tuning_layers.default.weight',
    ]);
    // Copies keep the base's dtype: PEFT casts no adapter of this kind.
    expect(new Set(trained.map(([, { dtype }]) => dtype))).toEqual(new Set(['bfloat16']));
    expect(beyondEngine(model)).toEqual([]);
    expect(() => wired({ ...patch, 'wiring.stack': 'trl-0.8.6' })).toThrow(
      /cannot import name 'LNTuningConfig'/,
    );
  });

  it('copies any module, which the engine refuses by name, but no packed weight', () => {
    const linear = { ...patch, 'lora.target_modules': '["q_proj"]' } as const;
    expect(() => assertWithinEngine(wired(linear))).toThrow(/q_proj\.ln_tuning_layers.*requires grad/);
    expect(() => wired({ ...linear, 'bnb.bnb_4bit_quant_type': 'nf4' })).toThrow(
      /only Tensors of floating point dtype can require gradients/,
    );
  });
});

describe('the reach of the engine', () => {
  it('holds LoRA on layers, embedding and head, and copies of those two; refuses the rest by name', () => {
    expect(beyondEngine(wired({}))).toEqual([]);
    expect(() => assertWithinEngine(wired({}))).not.toThrow();
    for (const patch of [
      { 'lora.target_modules': '["q_proj","lm_head","embed_tokens"]' },
      { 'lora.modules_to_save': '["lm_head","embed_tokens"]' },
      { 'lora.use_dora': true },
    ] as const)
      expect(beyondEngine(wired(patch))).toEqual([]);
    const norm = wired({ 'lora.modules_to_save': '["post_attention_layernorm"]' });
    expect(beyondEngine(norm)).toEqual([
      'base_model.model.model.layers.0.post_attention_layernorm.modules_to_save.default.weight',
      'base_model.model.model.layers.1.post_attention_layernorm.modules_to_save.default.weight',
    ]);
    expect(() => assertWithinEngine(norm)).toThrow(/post_attention_layernorm.* and 1 more: requires grad/);
    const head = wired({ 'lora.target_modules': '["lm_head"]', 'lora.use_dora': true });
    expect(() => assertWithinEngine(head)).toThrow(/lm_head\.lora_magnitude_vector/);
    const thinned = wired({ 'lora.use_dora': true, 'lora.lora_dropout': 0.1 });
    expect(() => assertWithinEngine(thinned)).toThrow(/use_dora and lora_dropout 0\.1/);
    expect(beyondEngine(wired({ 'wiring.attach': 'none' })).length).toBe(21);
  });
});
