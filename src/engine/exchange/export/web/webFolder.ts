// The folder that transformers.js opens, and a page with ONNX Runtime alone: the graph and its weights under onnx/, configuration and tokenizer
// beside them. What stands where: docs/decisions/0014-web-export.md.
import { writeOnnx } from '../../../ground/formats/onnxWriter.ts';
import { decoderOf } from '../../../models/families.ts';
import type { ModelConfig } from '../../../models/modelConfig.ts';
import type { ModelFiles } from '../../../models/modelFiles.ts';
import { offsetsOf } from '../../../models/weightPlaces.ts';
import { Graph } from '../../../torch/autograd/graph.ts';
import type { ExportFile } from '../adapterTensors.ts';
import { jsonFile } from '../adapterTensors.ts';
import { configOf, generationConfig, tokenizerFilesOf } from '../mergedModel.ts';
import type { MergedTensor } from '../mergedTensors.ts';
import type { DataLayout } from './dataFiles.ts';
import { layOut, writeData } from './dataFiles.ts';
import { decoderGraph } from './decoderGraph.ts';
import type { Held, HeldForm } from './heldWeights.ts';
import { HeldWeights, heldBytes, heldTensors } from './heldWeights.ts';

/** Names that transformers.js looks for, by what it calls the type: fp32, fp16. */
export const modelNames: Readonly<Record<HeldForm, string>> = {
  float32: 'model.onnx',
  float16: 'model_fp16.onnx',
};

interface WebModel {
  readonly held: readonly Held[];
  readonly layout: DataLayout;
}

function webModel(config: ModelConfig, form: HeldForm): WebModel {
  const held = heldTensors(config, form);
  return {
    held,
    layout: layOut(
      modelNames[form],
      held.flatMap(({ parts }) => parts),
    ),
  };
}

/** The bytes of the graph; its weights are in the files of the layout. */
function graphBytes(config: ModelConfig, { held, layout }: WebModel): Uint8Array<ArrayBuffer> {
  const graph = new Graph();
  for (const { name, type, dims } of held.flatMap(({ parts }) => parts)) {
    const content = layout.stretches.get(name);
    if (content) graph.constant({ name, type, dims, content });
  }
  const { embedding, head } = decoderOf(config).paths;
  const tied = new Map(config.tied ? [[`${head}.weight`, `${embedding}.weight`]] : []);
  return writeOnnx(decoderGraph(config, graph, new HeldWeights(graph, held, tied)));
}

async function* parts(
  config: ModelConfig,
  held: readonly Held[],
  tensors: AsyncIterable<MergedTensor>,
): AsyncGenerator<{ readonly name: string; readonly bytes: Uint8Array }> {
  const own = new Map(held.map((one) => [one.name, one]));
  const offsets = offsetsOf(config);
  for await (const { name, values } of tensors) {
    const offset = offsets.get(name) ?? 0;
    const one = own.get(name);
    if (one) yield* heldBytes(one, offset === 0 ? values : values.map((value) => value + offset));
  }
}

/** Files as they are done. `tensors`: every tensor of the model, merged; `tied`: whether the head is none of them. */
export async function* webFiles(
  files: ModelFiles,
  tensors: AsyncIterable<MergedTensor>,
  form: HeldForm,
  tied: boolean,
): AsyncGenerator<ExportFile> {
  const config = { ...files.config, tied };
  const external = (['float32', 'float16'] as const).map((each) => [
    modelNames[each],
    webModel(config, each).layout.files.length,
  ]);
  yield jsonFile('config.json', {
    ...configOf(config, files, 'float32'),
    'transformers.js_config': { use_external_data_format: Object.fromEntries(external) },
  });
  yield generationConfig(files);
  yield* tokenizerFilesOf(files);
  const model = webModel(config, form);
  yield { name: `onnx/${modelNames[form]}`, bytes: graphBytes(config, model) };
  for await (const { name, bytes } of writeData(model.layout, parts(config, model.held, tensors)))
    yield { name: `onnx/${name}`, bytes };
}
