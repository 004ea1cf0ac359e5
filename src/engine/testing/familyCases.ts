// Test-only: the cases that hold every family against transformers and PEFT (tests/golden/families.json): loss over a float and an NF4
// base, and every LoRA gradient.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { Backend } from '../training/backends/backend.ts';
import { Generator } from '../training/generate/generator.ts';
import { BOUNDS } from './agreement.ts';
import { steadyClock } from './steadyClock.ts';
import type { GoldenTensor, OneStep } from './tinyLlama.ts';
import { openTiny, relativeError, runTinyStep } from './tinyLlama.ts';

export interface FamilyCase {
  readonly name: string;
  readonly config: { readonly tie_word_embeddings?: boolean };
  readonly base: readonly GoldenTensor[];
  readonly lora: readonly GoldenTensor[];
  readonly loss: number;
  readonly numItems: number;
  readonly gradients: readonly { readonly name: string; readonly f32: string }[];
  /** Of the token after the first row. */
  readonly logits: string;
  /** Ten tokens after the first nine. */
  readonly greedy: readonly number[];
  readonly nf4: { readonly loss: number };
}

export const goldenFamilies: {
  readonly batch: OneStep['batch'];
  readonly cases: readonly FamilyCase[];
} = JSON.parse(readFileSync('tests/golden/families.json', 'utf8'));

export const floats = (base64: string): Float32Array =>
  new Float32Array(Uint8Array.from(Buffer.from(base64, 'base64')).buffer);

/** Ids go in and come out: of a tokenizer only the padding is asked for. */
const unused = (): never => {
  throw new Error('no text here');
};
const pads = { padId: 0, encode: unused, decode: unused, render: unused };

export const familyPatch = {
  'lora.r': 2,
  'lora.lora_alpha': 4,
  'lora.target_modules': 'all-linear',
} as const;

export function stepOf(own: FamilyCase, base: 'f32' | 'nf4'): OneStep {
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

/** Answers of a tiny model, in ids. */
export function tinyGenerator(
  backend: Backend,
  { config, wired, layout }: Pick<Awaited<ReturnType<typeof openTiny>>, 'config' | 'wired' | 'layout'>,
): Generator {
  const stopIds: ReadonlySet<number> = new Set();
  const now = steadyClock();
  return new Generator({ backend, config, model: wired, layout, tokenizer: pads, stopIds, now });
}

const greedy = { doSample: false, temperature: 1, topP: 1, seed: 0, maxNewTokens: 1 };

export function familyCases(
  open: () => Backend | Promise<Backend>,
  wanted: (name: string) => boolean = () => true,
): void {
  const cases = goldenFamilies.cases
    .filter(({ name }) => wanted(name))
    .map((own) => [own.name, own] as const);
  it.each(cases)('%s over a float base', async (_, own) => {
    const step = stepOf(own, 'f32');
    const { loss, gradients } = await runTinyStep(await open(), own.config, step, familyPatch);
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
    const { loss } = await runTinyStep(await open(), own.config, step, familyPatch);
    expect(Math.abs(loss - step.loss) / step.loss).toBeLessThan(BOUNDS.loss);
  });
  it.each(cases)('%s answers with a cache', async (_, own) => {
    const backend = await open();
    const { config, wired, layout } = await openTiny(backend, own.config, stepOf(own, 'f32'), familyPatch);
    const generator = tinyGenerator(backend, { config, wired, layout });
    const [row = []] = goldenFamilies.batch.input_ids;
    const whole = await generator.prefill(row, true);
    const want = floats(own.logits);
    expect(Math.max(...want.map((one, i) => Math.abs(one - (whole[i] ?? Number.NaN))))).toBeLessThan(
      BOUNDS.logits,
    );
    const said = async (most: number): Promise<number[]> => {
      const found: number[] = [];
      const asked = { adapter: true, generation: greedy };
      for await (const next of generator.continued(row.slice(0, 9), own.greedy.length, asked)) {
        found.push(next);
        if (found.length === most) break;
      }
      return found;
    };
    // An answer that is broken off leaves passes behind, which the next one knows nothing of.
    expect(await said(3)).toEqual(own.greedy.slice(0, 3));
    expect(await said(own.greedy.length)).toEqual(own.greedy);
  });
}
