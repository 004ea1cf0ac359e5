// Files that a person chose as a base model: one or more GGUF files, or those of a folder.
import type { ByteSource } from '../ground/formats/byteSource.ts';
import { checkpointModel } from './checkpoint/checkpointModel.ts';
import { ggufModel } from './gguf/ggufModel.ts';
import type { ModelFiles } from './modelFiles.ts';

/** What only a folder of Hugging Face has. */
const ofFolder = /\.(safetensors|json|jinja|onnx|onnx_data)$/;

/** `name` is the folder's, or the file's own. Throws UserError 'gguf-…', 'safetensors' or 'model-…'. */
export async function openModel(name: string, files: readonly ByteSource[]): Promise<ModelFiles> {
  const blocks = files.filter((file) => /\.gguf$/i.test(file.name));
  if (blocks.length > 0) {
    const model = await ggufModel(...blocks);
    const unused = files.filter((file) => !blocks.includes(file)).map((file) => file.name);
    return { ...model, info: { ...model.info, unused } };
  }
  const [only] = files;
  if (only && files.length === 1 && !ofFolder.test(only.name)) return ggufModel(only);
  return checkpointModel({ name, files });
}
