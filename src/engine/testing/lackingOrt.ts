// Test-only: ONNX Runtime as a build without some operator is: every graph is refused in its own words.
import { writeOnnx } from '../ground/formats/onnxWriter.ts';
import type { OrtRuntime } from '../training/backends/ort/ortBackend.ts';

const place = (name: string) => ({ name, type: 'float', dims: [1] }) as const;
const unknown = writeOnnx({
  operations: [
    { operator: 'NoSuchProduct', domain: 'com.microsoft', inputs: ['x'], outputs: ['y'], attributes: {} },
  ],
  constants: [],
  inputs: [place('x')],
  outputs: [place('y')],
});

export const lackingOrt = (runtime: OrtRuntime): OrtRuntime => ({
  ...runtime,
  createSession: (_, options) => runtime.createSession(unknown, { ...options, externalData: [] }),
});
