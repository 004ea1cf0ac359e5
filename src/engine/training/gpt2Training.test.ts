// What is GPT-2's own while it is trained: its dropouts, whose masks are the same where the forward pass runs again and gone where nothing is trained, and
// LayerNorms that are tuned. Gradients against central differences in float64: no library draws these masks.
import { describe, expect, it } from 'vitest';
import type { SlopeRun } from '../testing/slopes.ts';
import { expectSlope, openSlope, slopes } from '../testing/slopes.ts';

const ofGpt2 = ({
  rate = 0.25,
  ...run
}: Omit<SlopeRun, 'family' | 'config'> & { readonly rate?: number } = {}): SlopeRun => ({
  ...run,
  family: 'gpt2',
  config: { attn_pdrop: rate, embd_pdrop: rate, resid_pdrop: rate },
});
const tiny = (run: Parameters<typeof ofGpt2>[0] = {}) => openSlope(ofGpt2(run));

describe('dropouts of the model', () => {
  it('draw anew for another seed, and not where nothing is trained', async () => {
    const { lossOf, evaluation } = await tiny();
    const [first, again, other] = [await lossOf(), await lossOf(), await lossOf(undefined, 2)];
    expect(again).toBe(first);
    expect(other).not.toBe(first);
    const plain = await tiny({ rate: 0 });
    expect(await lossOf(evaluation)).toBe(await plain.lossOf());
    expect(await plain.lossOf(undefined, 2)).toBe(await plain.lossOf());
  });

  it('are the same masks where checkpointing runs a layer again', async () => {
    const patch = { 'train.gradient_checkpointing': true, 'train.use_reentrant': 'false' } as const;
    const [plain, checkpointed] = [await tiny(), await tiny({ patch })];
    expect(await checkpointed.lossOf()).toBe(await plain.lossOf());
    const [a, b] = [await slopes(ofGpt2()), await slopes(ofGpt2({ patch }))];
    expect(b.gradient).toBe(a.gradient);
  });

  it('have the gradient of what they let through', async () => {
    expectSlope(await slopes(ofGpt2()));
  });
});

it('tuned LayerNorms have the gradient of weight and bias', async () => {
  const patch = { 'peft.peft_type': 'LN_TUNING', 'lora.target_modules': 'None' } as const;
  expectSlope(await slopes(ofGpt2({ rate: 0, patch })));
});
