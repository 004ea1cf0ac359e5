// What prompt learning puts before a model: the encoder's tensors, joined to what they stand before. Edges only.
import { promptOf } from '../../adapters/prompts/prompts.ts';
import type { Value } from '../../torch/autograd/value.ts';
import type { AutogradRecorder } from './autogradRecorder.ts';

/** Rows before the embedded tokens, or keys and values beside those of the layers: whatever comes after depends on them. */
export function withPrompt(recorder: AutogradRecorder, hidden: Value): Value {
  const prompt = promptOf(recorder.recording.model.root);
  if (!prompt) return hidden;
  const tensors = [...prompt.encoder.namedParameters()].map(([name, one]) =>
    recorder.parameter(one, `${prompt.path}.${name}`),
  );
  return recorder.apply({
    name: `${prompt.path}.output`,
    shape: hidden.shape,
    gradFn: 'CatBackward0',
    inputs: [hidden, ...tensors],
  });
}

export const promptEnters = (recorder: AutogradRecorder): 'embeddings' | 'layers' | null =>
  promptOf(recorder.recording.model.root)?.enters ?? null;
