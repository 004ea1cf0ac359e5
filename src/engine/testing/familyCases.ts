// Test-only: the cases that hold every family against transformers and PEFT (tests/golden/families.json): loss over a float and an NF4
// base, and every LoRA gradient.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { Backend } from '../training/backends/backend.ts';
import { BOUNDS } from './agreement.ts';
import type { GoldenTensor, OneStep } from './tinyLlama.ts';
import { relativeError, runTinyStep } from './tinyLlama.ts';

export interface FamilyCase {
  readonly name: string;
  readonly config: { readonly tie_word_embeddings?: boolean };
  readonly base: readonly GoldenTensor[];
  readonly lora: readonly GoldenTensor[];
  readonly loss: number;
  readonly numItems: number;
  readonly gradients: readonly { readonly name: string; readonly f32: string }[];
  readonly greedy: readonly number[];
  readonly nf4: { readonly loss: number };
}

export const goldenFamilies: {
  readonly batch: OneStep['batch'];
  readonly cases: readonly FamilyCase[];
} = JSON.parse(readFileSync('tests/golden/families.json', 'utf8'));

const floats = (base64: string): Float32Array =>
  new Float32Array(Uint8Array.from(Buffer.from(base64, 'base64')).buffer);

const patch = { 'lora.r': 2, 'lora.lora_alpha': 4, 'lora.target_modules': 'all-linear' } as const;

function stepOf(own: FamilyCase, base: 'f32' | 'nf4'): OneStep {
  return {
    tied: own.config.tie_word_embeddings ?? !own.base.some(({ name }) => name === 'lm_head.weight'),
    base,
    numItems: own.numItems,
    batch: goldenFamilies.batch,
    loss: base === 'f32' ? own.loss : own.nf4.loss,
    baseTensors: own.base,
    loraTensors: own.lora,
    gradients: own.gradients,
  };
}

export function familyCases(
  open: () => Backend | Promise<Backend>,
  wanted: (name: string) => boolean = () => true,
): void {
  const cases = goldenFamilies.cases
    .filter(({ name }) => wanted(name))
    .map((own) => [own.name, own] as const);
  it.each(cases)('%s over a float base', async (_, own) => {
    const step = stepOf(own, 'f32');
    const { loss, gradients } = await runTinyStep(await open(), own.config, step, patch);
    expect(Math.abs(loss - step.loss) / step.loss).toBeLessThan(BOUNDS.loss);
    for (const { name, f32 } of step.gradients) {
      const got = gradients.get(name);
      expect(got, name).toBeDefined();
      if (got) expect(relativeError(got, floats(f32)), name).toBeLessThan(BOUNDS.gradient);
    }
    expect(gradients.size).toBe(own.lora.length);
  });
  it.each(cases)('%s over an NF4 base', async (_, own) => {
    const step = stepOf(own, 'nf4');
    const { loss } = await runTinyStep(await open(), own.config, step, patch);
    expect(Math.abs(loss - step.loss) / step.loss).toBeLessThan(BOUNDS.loss);
  });
}
