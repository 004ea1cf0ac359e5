// The folder that transformers.js opens, and a page with ONNX Runtime alone: the graph and its weights under onnx/, configuration and tokenizer
// beside them. What stands where: docs/decisions/0014-web-export.md.
import { writeOnnx } from '../../../ground/formats/onnxWriter.ts';
import type { ModelConfig } from '../../../models/modelConfig.ts';
import type { ModelFiles } from '../../../models/modelFiles.ts';
import type { WeightOptions } from '../../../models/weightSource.ts';
import { Graph } from '../../../torch/autograd/graph.ts';
import type { ExportedAdapter } from '../adapterTensors.ts';
import { jsonFile } from '../adapterTensors.ts';
import { configOf, generationConfig, tokenizerFilesOf } from '../mergedModel.ts';
import type { ExportPiece } from '../pieces.ts';
import { besideParts, listed } from './beside.ts';
import type { DataLayout } from './dataFiles.ts';
import { layOut, writeData } from './dataFiles.ts';
import { decoderGraph } from './decoderGraph.ts';
import type { HeldModel } from './heldWeights.ts';
import { HeldWeights } from './heldWeights.ts';
import type { WebType } from './webModel.ts';
import { webModel } from './webModel.ts';

/** Names that transformers.js looks for, by what it calls the type: fp32, fp16, q4. */
export const modelNames: Readonly<Record<WebType, string>> = {
  float32: 'model.onnx',
  float16: 'model_fp16.onnx',
  packed: 'model_q4.onnx',
};

const types = ['float32', 'float16', 'packed'] as const;

const partsOf = ({ tensors, beside }: HeldModel) => ({
  base: tensors.flatMap(({ parts }) => parts),
  beside: beside.flatMap((own) => listed(besideParts(own))),
});

function layoutOf(model: HeldModel, type: WebType): DataLayout {
  const { base, beside } = partsOf(model);
  return layOut(modelNames[type], [base, beside]);
}

/** The bytes of the graph; its weights are in the files of the layout. */
function graphBytes(config: ModelConfig, model: HeldModel, layout: DataLayout): Uint8Array<ArrayBuffer> {
  const graph = new Graph();
  const { base, beside } = partsOf(model);
  for (const { name, type, dims } of [...base, ...beside]) {
    const content = layout.stretches.get(name);
    if (content) graph.constant({ name, type, dims, content });
  }
  return writeOnnx(decoderGraph(config, graph, new HeldWeights(graph, model)));
}

/** Files of one type in pieces, a tensor at a time; configuration and tokenizer are the same for all. `options`: how the run loaded its base. */
export async function* webFiles(
  files: ModelFiles,
  adapter: ExportedAdapter,
  options: WeightOptions,
  type: WebType,
): AsyncGenerator<ExportPiece> {
  const modelOf = (one: WebType) => webModel(adapter, files.formatOf, options, one);
  const model = modelOf(type);
  const config = { ...files.config, tied: model.tied.size > 0 };
  const counts = types.map((one) => [modelNames[one], layoutOf(modelOf(one), one).files.length] as const);
  const packed = modelOf('packed');
  // Zeros in its place are the base only where nothing else was trained.
  const swaps = packed.beside.length > 0 && packed.merged.size === 0;
  const adapterFile = swaps ? layoutOf(packed, 'packed').files.at(-1)?.name : undefined;
  yield jsonFile('config.json', {
    ...configOf(config, files, 'float32'),
    // Of 'packed': the file to swap for another adapter's, or for zeros.
    ...(adapterFile === undefined ? {} : { adapter_data: adapterFile }),
    'transformers.js_config': { use_external_data_format: Object.fromEntries(counts) },
  });
  yield generationConfig(files);
  yield* tokenizerFilesOf(files);
  const layout = layoutOf(model, type);
  yield { name: `onnx/${modelNames[type]}`, bytes: graphBytes(config, model, layout) };
  for await (const { name, bytes } of writeData(layout, model.parts(await files.weights())))
    yield { name: `onnx/${name}`, bytes };
}
