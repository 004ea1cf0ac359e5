// Test-only: the cases that hold a backend against PyTorch and PEFT (tests/golden/llama-tiny.json). Loss and every LoRA
// gradient agree to the bound the project sets itself for float32.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { RecipePatch } from '../recipe/recipe.ts';
import type { Backend } from '../training/backends/backend.ts';
import { BOUNDS } from './agreement.ts';
import type { OneStep } from './tinyLlama.ts';
import { relativeError, runTinyStep } from './tinyLlama.ts';

export const golden: { readonly config: object; readonly oneStep: readonly OneStep[] } = JSON.parse(
  readFileSync('tests/golden/llama-tiny.json', 'utf8'),
);
const floats = (base64: string): Float32Array =>
  new Float32Array(Uint8Array.from(Buffer.from(base64, 'base64')).buffer);

const wirings: readonly (readonly [string, RecipePatch])[] = [
  ['plain', {}],
  ['non-reentrant checkpointing', { 'train.gradient_checkpointing': true, 'train.use_reentrant': 'false' }],
  [
    'reentrant checkpointing with the hook',
    {
      'train.gradient_checkpointing': true,
      'train.use_reentrant': 'true',
      'wiring.enable_input_require_grads': true,
    },
  ],
];

export function parityCases(open: () => Backend | Promise<Backend>): void {
  const cases = golden.oneStep.flatMap((step) =>
    wirings.map(
      ([name, patch]) => [`${step.base}${step.tied ? ' tied' : ''}, ${name}`, step, patch] as const,
    ),
  );
  it.each(cases)('%s', async (_, step, patch) => {
    const { loss, gradients } = await runTinyStep(await open(), golden.config, step, patch);
    expect(Math.abs(loss - step.loss) / step.loss).toBeLessThan(BOUNDS.loss);
    for (const { name, f32 } of step.gradients) {
      const got = gradients.get(name);
      expect(got, name).toBeDefined();
      if (got) expect(relativeError(got, floats(f32)), name).toBeLessThan(BOUNDS.gradient);
    }
    expect(gradients.size).toBe(step.gradients.length);
  });
}
