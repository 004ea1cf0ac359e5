// The oracle sees where kernels are bound: each binding of each kernel of a training step, moved by 64 elements, changes the loss
// or a gradient, or is refused. A composition stated a second time for the CPU could not see that.
import { expect, it } from 'vitest';
import { golden } from '../testing/parityCases.ts';
import type { StepResult } from '../testing/tinyLlama.ts';
import { runTinyStep } from '../testing/tinyLlama.ts';
import type { Ref, TapeNode } from '../torch/autograd/operation.ts';
import type { Plan } from '../torch/autograd/plan.ts';
import type { Executable } from './backends/backend.ts';
import { CpuBackend } from './backends/cpuBackend.ts';

/** What a call binds to, after a change. */
type Change = (kernel: string, binding: string, ref: Ref) => Ref;

/** A CPU backend whose kernel calls pass through `change` before they are bound. */
class ChangedBackend extends CpuBackend {
  readonly #change: Change;

  constructor(change: Change) {
    super({ precision: 'float64' });
    this.#change = change;
  }

  override prepare(plan: Plan): Promise<Executable> {
    const nodes = plan.nodes.map((node): TapeNode => {
      const { operation } = node;
      const kernels: typeof operation.kernels = (own, profile) =>
        operation.kernels(own, profile).map((call) => ({
          ...call,
          buffers: Object.fromEntries(
            Object.entries(call.buffers).map(([name, ref]) => [
              name,
              this.#change(call.kernel.name, name, ref),
            ]),
          ),
        }));
      return { ...node, operation: { ...operation, kernels } };
    });
    return super.prepare({ ...plan, nodes });
  }
}

const [step] = golden.oneStep;

async function run(change: Change): Promise<StepResult> {
  if (!step) throw new Error('no golden step');
  return await runTinyStep(new ChangedBackend(change), golden.config, step, {});
}

const same = (a: StepResult, b: StepResult): boolean =>
  a.loss === b.loss &&
  [...a.gradients].every(([name, values]) =>
    values.every((value, i) => value === b.gradients.get(name)?.[i]),
  );

it('sees every binding of a training step that is moved by 64 elements', async () => {
  const bindings = new Set<string>();
  const right = await run((kernel, binding, ref) => {
    const fixed = 'scratch' in ref || ('buffer' in ref && (ref.buffer === 'dummy' || ref.buffer === 'step'));
    if (!fixed) bindings.add(`${kernel} ${binding}`);
    return ref;
  });
  expect(bindings.size).toBeGreaterThan(50);
  const unseen: string[] = [];
  for (const planted of bindings) {
    const seen = await run((kernel, binding, ref) =>
      `${kernel} ${binding}` === planted && !('scratch' in ref)
        ? { ...ref, offset: (ref.offset ?? 0) + 64 }
        : ref,
    ).then(
      (result) => !same(result, right),
      (error: unknown) => /ends before its binding does/.test(String(error)),
    );
    if (!seen) unseen.push(planted);
  }
  expect(unseen).toEqual([]);
});
