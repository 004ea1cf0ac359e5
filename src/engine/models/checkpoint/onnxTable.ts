// The weights of an ONNX export under their PyTorch names: tensors that are named so, and those that an operation with the path of a module reads
// (`/model/layers.0/self_attn/q_proj/MatMul`). What the export computes besides is the family's to say. Exports of optimum (transformers.js' folders)
// and of onnxruntime-genai, whose q, k and v may stand in one.
import type { OnnxGraph, OnnxNode, OnnxTensor } from '../../ground/formats/onnx.ts';
import { EXPORTS, readOnnx } from '../../ground/formats/onnx.ts';
import { shortened } from '../../ground/quote.ts';
import { text } from '../../ground/text.ts';
import { decoderOf } from '../families.ts';
import type { ModelConfig } from '../modelConfig.ts';
import { modelTensors } from '../weightPlaces.ts';
import { extraTensors, quantisedWeight } from './checkpointErrors.ts';
import type { OnnxBlocks } from './onnxWeight.ts';
import { someRows } from './onnxWeight.ts';
import type { Folder, ShardTable, ShardTensor } from './shards.ts';

export interface OnnxTable extends ShardTable {
  readonly quantised: ReadonlyMap<string, OnnxBlocks>;
  /** Float weights that the export keeps as [in, out]. */
  readonly turned: ReadonlySet<string>;
}

/** onnx.TensorProto.DataType. */
const types: ReadonlyMap<number, string> = new Map([
  [1, 'F32'],
  [2, 'U8'],
  [3, 'I8'],
  [10, 'F16'],
  [16, 'BF16'],
  [21, 'U4'],
  [22, 'I4'],
]);
const FLOATS = new Set(['F32', 'F16', 'BF16']);

export function onnxFile({ files }: Folder): ByteSourceOrNone {
  const graphs = files.filter(({ name }) => name.endsWith('.onnx'));
  const named = EXPORTS.flatMap((name) => graphs.filter((file) => file.name === name));
  return named[0] ?? (graphs.length === 1 ? graphs[0] : undefined);
}
type ByteSourceOrNone = Folder['files'][number] | undefined;

const placed = ({ name, dims, type, source, offset, bytes }: OnnxTensor): ShardTensor => ({
  name,
  dtype: types.get(type) ?? `ONNX type ${type}`,
  shape: dims,
  offset,
  bytes,
  source,
});

/** `/model/layers.0/attn/q_proj/MatMul_Q4` → `model.layers.0.attn.q_proj`. */
const pathOf = ({ name }: OnnxNode): string =>
  name
    .replace(/^\//, '')
    .replace(/\/[^/]*$/, '')
    .replaceAll('/', '.');

/** genai's names as transformers' own. */
const asNamed = (name: string): string =>
  name
    .replace(/^(.*)\.layers\.\d+\.final_norm_layernorm\./, '$1.norm.')
    .replace(/\.layernorm\.weight$/, '.weight');

function blocksOf(node: OnnxNode, { tensors }: OnnxGraph): OnnxBlocks | null {
  const matrix = node.op === 'MatMulNBits';
  if (!matrix && node.op !== 'GatherBlockQuantized') return null;
  const [data, scales, zeros] = (matrix ? [1, 2, 3] : [0, 2, 3]).map((i) =>
    tensors.get(node.inputs[i] ?? ''),
  );
  if (!data || !scales) return null;
  const number = (name: string, otherwise: number): number => node.numbers.get(name) ?? otherwise;
  const bits = number('bits', 4);
  const block = number('block_size', matrix ? 32 : 128);
  const codes = placed(data);
  const order = matrix && tensors.get(node.inputs[4] ?? '');
  const axes = number('gather_axis', 0) === 0 && number('quantize_axis', 1) === 1;
  if ((bits !== 4 && bits !== 8) || block <= 0 || order || (!matrix && !axes))
    throw quantisedWeight({
      file: codes.source.name,
      name: codes.name,
      found: text(
        `${node.op} with ${bits} bits${order ? ' and reordered inputs' : axes || matrix ? '' : ' along other axes'} is not read; 4 and 8 bits along the inputs are`,
        `不读取 ${bits} 位${order ? '且重排输入' : axes || matrix ? '' : '且沿其他轴'}的 ${node.op}；可读取沿输入方向的 4 位与 8 位`,
      ),
    });
  const nibbles = codes.dtype === 'U4' || codes.dtype === 'I4';
  const [first = 0, width = 0] = data.dims;
  const rows = matrix ? number('N', 0) : first;
  const columns = matrix ? number('K', 0) : nibbles || bits === 8 ? width : 2 * width;
  return {
    ...{ rows, columns, bits, block },
    rowBytes: matrix ? (Math.ceil(columns / block) * block * bits) / 8 : (columns * bits) / 8,
    data: codes,
    scales: placed(scales),
    zeros: zeros ? placed(zeros) : null,
    signed: codes.dtype === 'I4',
    zero: nibbles ? 0 : 2 ** (bits - 1),
  };
}

/** Names of the model for a module of the export: as it is called, or as genai calls it. */
function ownName(path: string, wanted: ReadonlyMap<string, unknown>, parameter: string): string {
  const name = `${path}.${parameter}`;
  const other = name.replace('.attn.', '.self_attn.');
  return !wanted.has(name) && wanted.has(other) ? other : name;
}

/** A joined matrix as the members that stand in it one after another. */
function members(
  path: string,
  own: OnnxBlocks,
  wanted: ReadonlyMap<string, readonly number[]>,
): (readonly [string, OnnxBlocks])[] {
  const joined = /^(.*\.)(?:self_)?attn\.qkv_proj$/.exec(path);
  const whole = ownName(path, wanted, 'weight');
  if (!joined || wanted.has(whole)) return [[whole, own]];
  let first = 0;
  return ['q', 'k', 'v'].map((one) => {
    const name = `${joined[1]}self_attn.${one}_proj.weight`;
    const rows = wanted.get(name)?.[0] ?? 0;
    first += rows;
    return [name, someRows(own, first - rows, rows)];
  });
}

/** What an operation that is not quantised reads as a weight or a bias; `turned`: it is [in, out]. */
function floatOf(
  node: OnnxNode,
): readonly { readonly input: string; readonly parameter: string; readonly turned: boolean }[] {
  const [first = '', second = '', third = ''] = node.inputs;
  if (node.op === 'MatMul') return [{ input: second, parameter: 'weight', turned: true }];
  if (node.op === 'Gather') return [{ input: first, parameter: 'weight', turned: false }];
  if (node.op === 'Add') return [first, second].map((input) => ({ input, parameter: 'bias', turned: false }));
  if (node.op !== 'Gemm') return [];
  return [
    { input: second, parameter: 'weight', turned: node.numbers.get('transB') !== 1 },
    { input: third, parameter: 'bias', turned: false },
  ];
}

function tableOf(graph: OnnxGraph, config: ModelConfig): Omit<OnnxTable, 'files' | 'used'> {
  const wanted = modelTensors(config);
  const head = `${decoderOf(config).paths.head}.weight`;
  const tensors = new Map<string, ShardTensor>();
  const quantised = new Map<string, OnnxBlocks>();
  const turned = new Set<string>();
  for (const tensor of graph.tensors.values()) {
    const name = ownName(
      asNamed(tensor.name).replace(/\.(weight|bias)$/, ''),
      wanted,
      /bias$/.test(tensor.name) ? 'bias' : 'weight',
    );
    if (wanted.has(name)) tensors.set(name, placed(tensor));
  }
  for (const node of graph.nodes) {
    const path = pathOf(node);
    const blocks = blocksOf(node, graph);
    if (blocks) for (const [name, own] of members(path, blocks, wanted)) quantised.set(name, own);
    for (const { input, parameter, turned: isTurned } of floatOf(node)) {
      const tensor = graph.tensors.get(input);
      const name = ownName(path, wanted, parameter);
      if (!tensor || !FLOATS.has(types.get(tensor.type) ?? '') || tensors.has(name) || !wanted.has(name))
        continue;
      tensors.set(name, placed(tensor));
      if (isTurned) turned.add(name);
    }
  }
  const [extra, ...others] = [...quantised.keys()].filter((name) => !wanted.has(name) && name !== head);
  const file = extra && quantised.get(extra)?.data.source.name;
  if (extra && file) throw extraTensors({ file, name: shortened(extra), count: others.length + 1 });
  return { tensors, quantised, turned };
}

/** The export of a folder. Throws UserError 'onnx' or 'model-…'. */
export async function onnxTable(
  folder: Folder,
  source: Folder['files'][number],
  config: ModelConfig,
): Promise<OnnxTable> {
  const graph = await readOnnx(source, folder.files);
  return { ...tableOf(graph, config), files: [source, ...graph.beside], used: [] };
}
