// Test-only: the two-layer models of tests/golden/llama-tiny.json and families.json on a backend. Their weights are the golden scripts'
// formula.
import { idleStep } from '../../shaders/lib/step.ts';
import { makeBatch } from '../data/batches.ts';
import { transposed } from '../exchange/export/rowOrder.ts';
import type { SafeTensor } from '../ground/formats/safetensors.ts';
import { parseConfig } from '../models/families.ts';
import { loadWeights } from '../models/loadModel.ts';
import { safetensorsSource } from '../models/modelFiles.ts';
import { turnedTensors } from '../models/weightPlaces.ts';
import { wire } from '../python/run/wire.ts';
import type { RecipePatch } from '../recipe/recipe.ts';
import { defaultValues, withPatch } from '../recipe/recipe.ts';
import { makePlan } from '../torch/autograd/plan.ts';
import { gradientSplits } from '../torch/ops/loraOperations.ts';
import { MICRO_BATCHES_AT, metricsLength } from '../torch/ops/metrics.ts';
import type { Backend } from '../training/backends/backend.ts';
import { adapterLayoutOf, recordTraining } from '../training/recordTraining.ts';

export interface GoldenTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly number: number;
  readonly scale: number;
  readonly offset: number;
}

export interface OneStep {
  readonly tied: boolean;
  readonly base: string;
  readonly numItems: number;
  readonly batch: {
    readonly input_ids: readonly (readonly number[])[];
    readonly labels: readonly (readonly number[])[];
    readonly attention_mask: readonly (readonly number[])[];
  };
  readonly loss: number;
  readonly baseTensors: readonly GoldenTensor[];
  readonly loraTensors: readonly GoldenTensor[];
  readonly gradients: readonly { readonly name: string; readonly f32: string }[];
}

/** offset + scale · (((7919 i + 104729 number) mod 2049) − 1024) / 1024, exact in float32. */
function formula({ shape, number, scale, offset }: GoldenTensor): Float32Array<ArrayBuffer> {
  const count = shape.reduce((product, size) => product * size, 1);
  return Float32Array.from(
    { length: count },
    (_, i) => offset + (scale * (((7919 * i + 104729 * number) % 2049) - 1024)) / 1024,
  );
}

export interface StepResult {
  readonly loss: number;
  /** By PyTorch name. */
  readonly gradients: ReadonlyMap<string, Float32Array>;
}

/** The model of a golden step on a backend, with its adapter. */
export async function openTiny(backend: Backend, configJson: object, step: OneStep, patch: RecipePatch) {
  // The quantised case has a wider MLP (tools/golden/llama.py says why).
  const gate = step.baseTensors.find((tensor) => tensor.name.endsWith('mlp.gate_proj.weight'));
  const parsed = parseConfig(configJson);
  const config = { ...parsed, tied: step.tied, intermediateSize: gate?.shape[0] ?? parsed.intermediateSize };
  const quantType = step.base === 'nf4' ? 'nf4' : null;
  const values = withPatch(defaultValues, {
    'lora.r': 4,
    'lora.lora_alpha': 8,
    'bnb.bnb_4bit_quant_type': quantType ?? 'none',
    ...patch,
  });
  const turned = turnedTensors(config);
  const tensors = new Map(
    step.baseTensors.map((tensor): [string, SafeTensor] => {
      const [rows = 1, columns = 1] = tensor.shape;
      const isTurned = turned.has(tensor.name);
      const values = isTurned ? transposed(formula(tensor), rows, columns) : formula(tensor);
      const shape = isTurned ? [columns, rows] : tensor.shape;
      return [tensor.name, { dtype: 'F32', shape, bytes: new Uint8Array(values.buffer) }];
    }),
  );
  const source = safetensorsSource(tensors);
  await loadWeights(
    config,
    source,
    { quantType, doubleQuant: false, positions: config.maxPositions },
    backend,
    async () => {},
  );
  const wired = wire(config, values);
  const layout = adapterLayoutOf(wired);
  const adapter = new Float32Array(layout.total);
  for (const golden of step.loraTensors)
    adapter.set(formula(golden), layout.tensors.find((tensor) => tensor.name === golden.name)?.offset ?? -1);
  backend.upload('adapter', adapter);
  return { config, wired, layout, source, adapter };
}

/** Loss and LoRA gradients of one golden step. */
export async function runTinyStep(
  backend: Backend,
  configJson: object,
  step: OneStep,
  patch: RecipePatch,
): Promise<StepResult> {
  const { config, wired, layout } = await openTiny(backend, configJson, step, patch);
  const examples = step.batch.input_ids.map((row, i) => {
    const length = step.batch.attention_mask[i]?.filter((bit) => bit === 1).length ?? 0;
    return {
      ids: row.slice(0, length),
      labels: (step.batch.labels[i] ?? []).slice(0, length),
      truncated: [],
    };
  });
  const batch = makeBatch(examples, 0);
  backend.allocate('grads', layout.total * gradientSplits(layout.total));
  backend.allocate('metrics', metricsLength(layout.tensors.length));
  backend.upload('ids', batch.ids);
  backend.upload('labels', batch.labels);
  const { tape } = recordTraining(wired, config, layout, batch, wired.backwardCall);
  await backend.run(await backend.prepare(makePlan(tape, backend.profile)), {
    ...idleStep,
    optimizerStep: 1,
    lossScale: 1 / step.numItems,
  });
  const [loss = Number.NaN] = await backend.read('metrics', MICRO_BATCHES_AT, 1);
  const splits = gradientSplits(layout.total);
  const partials = await backend.read('grads', 0, layout.total * splits);
  const gradients = new Map(
    layout.tensors.map((tensor): [string, Float32Array] => [
      tensor.name,
      Float32Array.from({ length: tensor.length }, (_, i) => {
        let sum = 0;
        for (let s = 0; s < splits; s++) sum += partials[s * layout.total + tensor.offset + i] ?? 0;
        return sum;
      }),
    ]),
  );
  return { loss, gradients };
}

/** ‖got − want‖ / ‖want‖. */
export function relativeError(got: Float32Array, want: Float32Array): number {
  let [error, size] = [0, 0];
  for (let i = 0; i < want.length; i++) {
    error += ((got[i] ?? Number.NaN) - (want[i] ?? 0)) ** 2;
    size += (want[i] ?? 0) ** 2;
  }
  return Math.sqrt(error / size);
}
