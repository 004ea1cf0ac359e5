// `npm run bench -- --audit`: how parallel each dispatch of a step is, by kernel and shape, without a device: what a GPU with many
// thousand lanes can do at once, and the longest sum that one of them does alone. A figure of the plan, not of a machine.
import type { ModelConfig } from '../../src/engine/models/modelConfig.ts';
import { defaultValues, withPatch } from '../../src/engine/recipe/recipe.ts';
import type { Ref } from '../../src/engine/torch/autograd/operation.ts';
import { makePlan } from '../../src/engine/torch/autograd/plan.ts';
import type { Tape } from '../../src/engine/torch/autograd/tape.ts';
import { recordGeneration } from '../../src/engine/training/generate/generator.ts';
import { trainerOptions } from '../../src/engine/training/options.ts';
import { adapterLayoutOf } from '../../src/engine/training/recordTraining.ts';
import { StepTapes } from '../../src/engine/training/stepTapes.ts';
import { assemble, pipelineKey } from '../../src/shaders/host/assemble.ts';
import type { KernelCall } from '../../src/shaders/kernel.ts';
import { packedBytes } from '../../src/shaders/quant/packing.ts';
import { auditModels, auditProfile as profile, wiredFor } from './auditModels.ts';
import type { Shader } from './radv/radv.ts';
import { trafficOf } from './traffic.ts';
import { loadBytes, workgroupBytes, workgroupSize } from './wgslFacts.ts';

export interface AuditRow {
  readonly kernel: string;
  /** Its sizes, as the declaration names them. */
  readonly shape: string;
  /** In a step, or for one token of an answer. */
  readonly calls: number;
  readonly workgroups: number;
  readonly invocations: number;
  /** null: what its buffers say decides. */
  readonly chain: number | null;
  /** Bytes a load of its weights; null without any. */
  readonly loadBytes: number | null;
  readonly workgroupBytes: number;
  /** Of the arithmetic, and of the least bytes, of all dispatches together. */
  readonly arithmetic: number;
  readonly traffic: number;
}

export interface Audit {
  readonly model: string;
  /** Rows of the step; 1: a token of an answer. */
  readonly rows: number;
  readonly dispatches: number;
  /** Of a layer, by kernel: a mean, for the first layer's input takes no gradient. */
  readonly layer: ReadonlyMap<string, number>;
  readonly table: readonly AuditRow[];
}

/** What counts on a GPU: a dispatch that matters keeps as many invocations busy, or ends soon. */
const ENOUGH_INVOCATIONS = 65_536;
const SHORT_CHAIN = 64;
const LONGEST_CHAIN = 512;
/** Share of a step's arithmetic or bytes from which a dispatch matters. */
const MATTERS = 0.01;

export const CHAIN_TOO_LONG = `chain over ${LONGEST_CHAIN}`;
export const TOO_FEW = 'few invocations';

/** Why a row falls short; '' where it doesn't. */
export function shortfall({ chain, invocations, arithmetic, traffic }: AuditRow): string {
  if (chain === null) return '';
  if (chain > LONGEST_CHAIN) return CHAIN_TOO_LONG;
  const matters = Math.max(arithmetic, traffic) > MATTERS;
  return matters && invocations < ENOUGH_INVOCATIONS && chain > SHORT_CHAIN ? TOO_FEW : '';
}

const sizeNames = [
  'n',
  'k',
  'out',
  'm',
  'ru',
  'c',
  'f',
  'v',
  't_k',
  'heads',
  'd',
  'count',
  'size',
  'terms',
  'tensors',
  'rows',
];

const shapeOf = ({ params }: KernelCall<Ref>): string =>
  sizeNames
    .flatMap((name) => (typeof params[name] === 'number' ? [`${name} ${params[name]}`] : []))
    .join(', ');

/** What a call compiles, by a name that tells it from others. */
function shaderOf({ kernel, constants, slots }: KernelCall<Ref>): Shader {
  const name = pipelineKey(kernel, constants, slots);
  return { name, code: assemble(kernel, constants, slots), entry: kernel.name };
}

function rowOf(call: KernelCall<Ref>, { code }: Shader): Omit<AuditRow, 'calls' | 'arithmetic' | 'traffic'> {
  const { kernel, params, constants } = call;
  const workgroups = kernel.workgroups(params, constants).reduce((product, count) => product * count, 1);
  return {
    kernel: kernel.name,
    shape: shapeOf(call),
    workgroups,
    invocations: workgroups * workgroupSize(code, kernel.name),
    chain: kernel.chain === null ? null : (kernel.chain?.(params, constants) ?? 0),
    loadBytes: loadBytes(code),
    workgroupBytes: workgroupBytes(code),
  };
}

interface Sums {
  readonly row: Omit<AuditRow, 'calls' | 'arithmetic' | 'traffic'>;
  calls: number;
  flops: number;
  bytes: number;
}

/** Every kind of dispatch of some tapes, those that share kernel and shape together, the heaviest first. */
function tableOf(
  tapes: readonly Tape[],
  sizeOf: (name: string) => number,
  note: (shader: Shader) => void,
): AuditRow[] {
  const found = new Map<string, Sums>();
  for (const tape of tapes) {
    const plan = makePlan(tape, profile);
    for (const node of plan.nodes) {
      const calls = node.operation.kernels(node, profile);
      const traffic = trafficOf({ ...plan, nodes: [node] }, profile, sizeOf);
      for (const call of calls) {
        const shader = shaderOf(call);
        note(shader);
        const row = rowOf(call, shader);
        const key = `${row.kernel} ${row.shape}`;
        const sums = found.get(key) ?? { row, calls: 0, flops: 0, bytes: 0 };
        const own = traffic.get(row.kernel);
        sums.calls += 1;
        sums.flops += (own?.flops ?? 0) / (own?.calls ?? 1);
        sums.bytes += (own?.bytes ?? 0) / (own?.calls ?? 1);
        found.set(key, sums);
      }
    }
  }
  const all = [...found.values()];
  const total = (of: (sums: Sums) => number): number =>
    Math.max(
      1,
      all.reduce((sum, one) => sum + of(one), 0),
    );
  const [flops, bytes] = [total((one) => one.flops), total((one) => one.bytes)];
  return all
    .map(({ row, ...sums }) => ({
      ...row,
      calls: sums.calls,
      arithmetic: sums.flops / flops,
      traffic: sums.bytes / bytes,
    }))
    .sort((a, b) => b.arithmetic - a.arithmetic || b.traffic - a.traffic);
}

/** Dispatches of a layer by kernel; `inside`: how paths of nodes in layers begin. */
function layerOf(tapes: readonly Tape[], inside: string, layers: number): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const tape of tapes)
    for (const node of makePlan(tape, profile).nodes)
      if (node.path.startsWith(inside))
        for (const { kernel } of node.operation.kernels(node, profile))
          found.set(kernel.name, (found.get(kernel.name) ?? 0) + 1 / layers);
  return found;
}

export function auditOf(
  name: string,
  config: ModelConfig,
  rows: number,
  note: (shader: Shader) => void = () => {},
): Audit {
  const wired = wiredFor(config);
  const layout = adapterLayoutOf(wired);
  const { hiddenSize, vocabSize } = config;
  const sizes: Readonly<Record<string, number>> = { adapter: 4 * layout.total, grads: 4 * layout.total };
  const sizeOf = (buffer: string): number =>
    sizes[buffer] ?? (buffer.endsWith('embed_tokens') ? packedBytes('q4_1', [hiddenSize * vocabSize]) : 0);
  const options = trainerOptions(withPatch(defaultValues, {}));
  const tapes = new StepTapes({ config, wired, layout, options });
  const recorded =
    rows === 1
      ? [recordGeneration({ config, model: wired, layout }, 1, true)]
      : [tapes.training({ rows: 1, tokens: rows }).tape, tapes.update()];
  const table = tableOf(recorded, sizeOf, note);
  const dispatches = table.reduce((sum, { calls }) => sum + calls, 0);
  return { model: name, rows, dispatches, layer: layerOf(recorded, tapes.layers, config.layers), table };
}

const auditRows = [1, 128, 512, 2048] as const;

export interface Audited {
  readonly audits: readonly Audit[];
  /** Every pipeline of them once. */
  readonly shaders: readonly Shader[];
}

/** `kernels`: beginnings of names; none: all. */
export function audit(kernels: readonly string[] = []): Audited {
  const shaders = new Map<string, Shader>();
  const audits = auditModels.flatMap(([name, config]) =>
    auditRows.map((rows) => auditOf(name, config, rows, (shader) => shaders.set(shader.name, shader))),
  );
  const isWanted = (kernel: string): boolean =>
    kernels.length === 0 || kernels.some((wanted) => kernel.startsWith(wanted));
  return {
    audits: audits.map((one) => ({ ...one, table: one.table.filter(({ kernel }) => isWanted(kernel)) })),
    shaders: [...shaders.values()].filter(({ entry }) => isWanted(entry)),
  };
}
