// Files that a person chose as a base model: a GGUF file, or those of a folder.
import type { ByteSource } from '../ground/formats/byteSource.ts';
import { checkpointModel } from './checkpoint/checkpointModel.ts';
import { ggufModel } from './gguf/ggufModel.ts';
import type { ModelFiles } from './modelFiles.ts';

/** What only a folder of Hugging Face has. */
const ofFolder = /\.(safetensors|json|jinja)$/;

/** `name` is the folder's, or the file's own. Throws UserError 'gguf-…', 'safetensors' or 'model-…'. */
export async function openModel(name: string, files: readonly ByteSource[]): Promise<ModelFiles> {
  const [first] = files;
  if (first && (first.name.endsWith('.gguf') || (files.length === 1 && !ofFolder.test(first.name))))
    return ggufModel(first);
  return checkpointModel({ name, files });
}
