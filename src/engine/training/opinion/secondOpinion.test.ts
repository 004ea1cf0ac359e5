// A second opinion in Node: the embedded model and small ones of every family on the CPU backend and on ONNX Runtime's WebAssembly agree
// within what rounding explains; a fault put into one operation or one weight of either side is found where it was put.
import { describe, expect, it } from 'vitest';
import { call } from '../../../shaders/kernel.ts';
import { scale } from '../../../shaders/scale/scale.ts';
import { makeBatch } from '../../data/batches.ts';
import { loadWeights } from '../../models/loadModel.ts';
import { weightOptions } from '../../python/run/wire.ts';
import type { RecipePatch } from '../../recipe/recipe.ts';
import { defaultValues, withPatch } from '../../recipe/recipe.ts';
import { openRandomFamily } from '../../testing/randomFamily.ts';
import { trainerOf } from '../../testing/trainerOf.ts';
import type { Operation, Ref, TapeNode } from '../../torch/autograd/operation.ts';
import type { Plan } from '../../torch/autograd/plan.ts';
import type { Value } from '../../torch/autograd/value.ts';
import { elementCount } from '../../torch/autograd/value.ts';
import type { AdapterLayout } from '../../torch/trainedLayout.ts';
import type { Backend, Executable } from '../backends/backend.ts';
import { CpuBackend } from '../backends/cpuBackend.ts';
import { openOrt } from '../backends/ort/openOrt.ts';
import { OrtBackend } from '../backends/ort/ortBackend.ts';
import { trainerOptions } from '../options.ts';
import type { Opinion, Place } from './opinionShapes.ts';
import { LOGITS } from './recordOpinion.ts';
import { secondOpinion } from './secondOpinion.ts';

const runtime = await openOrt();
const rows = ['tide', 'boat', 'moon']
  .map((word) => JSON.stringify({ prompt: `Where is the ${word}?`, completion: `By the ${word}, at noon.` }))
  .join('\n');

const pairs = JSON.stringify({ prompt: 'Where is the tide?', chosen: 'Out.', rejected: 'In the harbour.' });
const families = ['qwen3', 'gemma3_text', 'gpt2'];

/** Where a fault is put: whether a node of a plan has it. */
type Where = (node: TapeNode) => boolean;

/** Far below what anybody would see in a loss. */
const OFF = 1.01;

const withNodes = (plan: Plan, where: Where, spoil: (node: TapeNode) => TapeNode): Plan => ({
  ...plan,
  nodes: plan.nodes.map((node) => (where(node) ? spoil(node) : node)),
});

/** ONNX Runtime with one operation whose graph multiplies what it makes by OFF. */
class SpoiledOrt extends OrtBackend {
  readonly #where: Where;

  constructor(where: Where) {
    super(runtime);
    this.#where = where;
  }

  override prepare(plan: Plan): Promise<Executable> {
    const spoil = (node: TapeNode): TapeNode => {
      const { lower } = node.operation;
      if (lower === 'kernels') return node;
      const spoiled: Operation['lower'] = (own, to) => {
        lower(own, to);
        const [made] = own.outputs;
        if (made) to.write(made, to.graph.times(to.read(made), OFF));
      };
      return { ...node, operation: { ...node.operation, lower: spoiled } };
    };
    return super.prepare(withNodes(plan, this.#where, spoil));
  }
}

/** TypeScript with one operation behind which a kernel multiplies what it made by OFF. */
class SpoiledCpu extends CpuBackend {
  where: Where = () => false;
  /** Floats of a buffer that come off as they are read. */
  misread: { readonly buffer: string; readonly from: number; readonly to: number } | null = null;

  override prepare(plan: Plan): Promise<Executable> {
    const spoil = (node: TapeNode): TapeNode => {
      const { kernels } = node.operation;
      const spoiled: Operation['kernels'] = (own, profile) => {
        const [made] = own.outputs;
        const buffers: Record<'x' | 'y', Ref> = { x: { value: made as Value }, y: { value: made as Value } };
        const params = { n: elementCount(made?.shape ?? []), factor: OFF };
        return [...kernels(own, profile), call(scale, { buffers, params })];
      };
      return { ...node, operation: { ...node.operation, kernels: spoiled } };
    };
    return super.prepare(withNodes(plan, this.where, spoil));
  }

  override async read(name: string, offset: number, length: number): Promise<Float32Array<ArrayBuffer>> {
    const values = await super.read(name, offset, length);
    const { buffer, from, to } = this.misread ?? { buffer: '', from: 0, to: 0 };
    return name === buffer ? values.map((value, i) => (i >= from && i < to ? value * OFF : value)) : values;
  }
}

interface Faults {
  readonly ours?: (backend: SpoiledCpu, layout: AdapterLayout) => void;
  readonly theirs?: Where;
  /** A buffer of weights whose numbers come off. */
  readonly weights?: string;
}

interface Asked {
  readonly family?: string;
  readonly rows?: string;
  readonly patch?: RecipePatch;
  readonly layers?: boolean;
  readonly steps?: number;
  readonly faults?: Faults;
}

/** An opinion on a small random model of a family, of four layers. */
async function opinionOf(asked: Asked): Promise<Opinion> {
  const { family = 'llama, linear rope', patch = {}, layers = true, steps = 0, faults = {} } = asked;
  const backend = new SpoiledCpu({ precision: 'float32' });
  const values = withPatch(defaultValues, {
    'train.per_device_train_batch_size': 2,
    'train.max_steps': 4,
    'lora.init_lora_weights': 'gaussian',
    'lora.target_modules': 'all-linear',
    'bnb.bnb_4bit_quant_type': 'none',
    ...patch,
  });
  const model = await openRandomFamily(family, family === 'gpt2' ? { n_layer: 4 } : { num_hidden_layers: 4 });
  const { trainer, files, wired, train } = await trainerOf(backend, model, asked.rows ?? rows, values);
  for (let i = 0; i < steps; i++) await trainer.next();
  await trainer.refresh();
  const { adapter } = await trainer.state();
  faults.ours?.(backend, trainer.layout);
  const openTheirs = async (): Promise<Backend> => {
    const other = faults.theirs ? new SpoiledOrt(faults.theirs) : new OrtBackend(runtime);
    const stored = { ...weightOptions(values), positions: files.config.maxPositions };
    await loadWeights(files.config, await files.weights(), stored, other, async () => {});
    if (faults.weights !== undefined) {
      const plain = await backend.read(faults.weights, 0, files.config.hiddenSize);
      plain[3] = 1.5 * (plain[3] ?? 0);
      other.upload(faults.weights, plain);
    }
    return other;
  };
  return secondOpinion({
    config: files.config,
    wired,
    layout: trainer.layout,
    options: trainerOptions(values),
    batch: makeBatch(train.slice(0, 2), files.tokenizer.padId),
    seed: 7,
    ours: backend,
    openTheirs,
    adapter,
    step: steps,
    layers,
    told: () => {},
    breathe: () => Promise.resolve(),
  });
}

describe('the two agree', () => {
  it.each<readonly [string, Asked]>([
    ...families.map((family) => [family, { family }] as const),
    [
      'NF4, DoRA, checkpointing',
      {
        patch: {
          'bnb.bnb_4bit_quant_type': 'nf4',
          'lora.use_dora': true,
          'train.gradient_checkpointing': true,
        },
      },
    ],
    [
      'reentrant checkpointing',
      {
        patch: {
          'train.gradient_checkpointing': true,
          'train.use_reentrant': 'true',
          'wiring.enable_input_require_grads': true,
        },
      },
    ],
    ['VeRA', { patch: { 'peft.peft_type': 'VERA' } }],
    ['dropout and NEFTune', { patch: { 'lora.lora_dropout': 0.3, 'train.neftune_noise_alpha': 5 } }],
    ['DPO', { rows: pairs, patch: { 'train.objective': 'dpo' } }],
    ['packed rows', { patch: { 'train.packing': 'bfd' } }],
  ])('%s', async (_, asked) => {
    const { place, layers, gradients, logits, loss } = await opinionOf({ steps: 1, ...asked });
    expect(place).toBeNull();
    expect([...(layers ?? []), ...gradients, logits, loss].filter(({ agrees }) => !agrees)).toEqual([]);
    expect(gradients.some(({ largest }) => largest > 0)).toBe(true);
    expect(layers?.map(({ pass, region }) => `${pass} ${region}`).slice(0, 3)).toEqual([
      'forward embedding',
      'forward 0',
      'forward 1',
    ]);
  });
});

describe('a fault is found where it is', () => {
  const at =
    (name: string, path: string, role: TapeNode['role'] = 'forward'): Where =>
    (node) =>
      node.operation.name === name && node.path === path && node.role === role;
  const forward = { pass: 'forward', region: 2 } as const;
  const backward = { pass: 'backward', region: 1 } as const;
  const [self, mlp] = ['model.layers.2.self_attn', 'model.layers.1.mlp'];
  it.each<readonly [string, Faults, Place]>([
    [
      'attention of ONNX Runtime',
      { theirs: at('attention', self) },
      { ...forward, operation: 'attention', path: self },
    ],
    [
      'a product that is turned in place afterwards',
      { theirs: at('linear', `${self}.qkv`) },
      { ...forward, operation: 'linear', path: `${self}.qkv` },
    ],
    [
      'rotations of our own',
      {
        ours: (backend) => {
          backend.where = at('rope', `${self}.rope`);
        },
      },
      { ...forward, operation: 'rope', path: `${self}.rope` },
    ],
    [
      'a gradient through a gate',
      { theirs: at('gated_backward', `${mlp}.act_fn`, 'backward') },
      { ...backward, operation: 'gated_backward', path: `${mlp}.act_fn` },
    ],
    [
      'weights',
      { weights: 'weights/model.layers.2.post_attention_layernorm' },
      { ...forward, operation: 'rms_norm', path: 'model.layers.2.post_attention_layernorm' },
    ],
    [
      'the last norm',
      { theirs: at('rms_norm', 'model.norm') },
      { pass: 'forward', region: 'head', operation: null, path: null },
    ],
    [
      'the head alone',
      {
        ours: (backend) => {
          backend.misread = { buffer: LOGITS, from: 0, to: 1e6 };
        },
      },
      { pass: 'forward', region: 'head', operation: 'logits', path: null },
    ],
    [
      'one gradient of our own',
      {
        ours: (backend, layout) => {
          const tensor = layout.tensors.find(({ name }) => name.includes('layers.1.mlp.up_proj.lora_B'));
          const { offset, length } = tensor ?? { offset: 0, length: 0 };
          backend.misread = { buffer: 'grads', from: offset, to: offset + length };
        },
      },
      {
        ...backward,
        operation: 'gradient',
        path: 'base_model.model.model.layers.1.mlp.up_proj.lora_B.default.weight',
      },
    ],
  ])('%s', async (_, faults, place) => {
    expect((await opinionOf({ faults })).place).toEqual(place);
  });

  it('as far as the gradients say, without a look inside', async () => {
    const forwardOnly = await opinionOf({ layers: false, faults: { theirs: at('attention', self) } });
    expect(forwardOnly.place).toEqual({ pass: 'forward', region: null, operation: null, path: null });
    expect(forwardOnly.layers).toBeNull();
    const gate = at('gated_backward', `${mlp}.act_fn`, 'backward');
    const { place, gradients, logits } = await opinionOf({ layers: false, faults: { theirs: gate } });
    expect(place).toEqual({ ...backward, operation: null, path: null });
    expect(logits.agrees).toBe(true);
    expect(gradients[0]?.agrees).toBe(false);
    expect(gradients.filter(({ region }) => region === 3).every(({ agrees }) => agrees)).toBe(true);
  });
});
