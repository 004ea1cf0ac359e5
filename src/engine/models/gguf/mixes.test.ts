// A model whose projections are each in another type trains as the same numbers in float32 do, on the CPU to the last bit.
import { expect, it } from 'vitest';
import { decodeFile } from '../../../shaders/quant/ggml.ts';
import { blobSource } from '../../ground/formats/byteSource.ts';
import { ggml, writeGguf } from '../../ground/formats/gguf/writer.ts';
import { defaultValues, withPatch } from '../../recipe/recipe.ts';
import { tinyMetadata, tinySpec, tinyTensors } from '../../testing/ggufModel.ts';
import { trainerOf } from '../../testing/trainerOf.ts';
import { CpuBackend } from '../../training/backends/cpuBackend.ts';
import { openModel } from '../openModel.ts';

const types = {
  attn_q: 'q5_0',
  attn_k: 'q5_1',
  attn_v: 'q8_0',
  attn_output: 'iq4_nl',
  ffn_gate: 'q4_0',
  ffn_up: 'f16',
  ffn_down: 'q4_1',
  token_embd: 'q8_0',
} as const;
type Part = keyof typeof types;

const isPart = (name: string): name is Part => Object.hasOwn(types, name);
const partOf = (name: string): Part | undefined => name.split('.').find(isPart);
const mixed = tinyTensors((name) => types[partOf(name) ?? 'ffn_down']);
const plain = new Map(
  [...mixed].map(([name, tensor]) => {
    const part = partOf(name);
    const count = tensor.axes.reduce((product, axis) => product * axis, 1);
    const bytes = part ? new Uint8Array(decodeFile(types[part], tensor.bytes, count).buffer) : tensor.bytes;
    return [name, { ...tensor, type: ggml.F32, bytes }];
  }),
);

async function losses(tensors: typeof mixed): Promise<number[]> {
  const { file } = writeGguf(tinySpec(tinyMetadata(), tensors));
  const model = await openModel('tiny.gguf', [blobSource('tiny.gguf', new Blob([file]))]);
  const values = withPatch(defaultValues, {
    'bnb.bnb_4bit_quant_type': 'none',
    'train.per_device_train_batch_size': 1,
    'train.max_steps': 2,
    'train.warmup_steps': 0,
  });
  const rows =
    '{"messages":[{"role":"user","content":"Hi?"},{"role":"assistant","content":"Yes, gladly."}]}\n';
  const { trainer } = await trainerOf(
    new CpuBackend({ precision: 'float32' }),
    model,
    rows.repeat(2),
    values,
  );
  return [(await trainer.next()).loss, (await trainer.next()).loss];
}

it('has the losses of its numbers in float32', async () => {
  const [got, want] = [await losses(mixed), await losses(plain)];
  expect(got).toEqual(want);
  expect(got[0]).not.toBe(got[1]);
});
