// One turn of the paired measurement: bundled once from this checkout and once from another, whose engine and steps.ts take the place of ours. Runs
// in Node and in a page alike.
import { blobSource } from '../../../src/engine/ground/formats/byteSource.ts';
import { ggufModel } from '../../../src/engine/models/gguf/ggufModel.ts';
import type { ModelFiles } from '../../../src/engine/models/modelFiles.ts';
import { Assets } from '../../../src/engine/session/assets.ts';
import type { StepCase, StepResult } from '../steps.ts';
import { measureSteps } from '../steps.ts';

export const cases = {
  embedded: { rows: 4, tokens: 48, steps: 8, patch: { 'lora.r': 8 } },
  smollm2: { rows: 1, tokens: 128, steps: 3, patch: { 'bnb.bnb_4bit_quant_type': 'none', 'lora.r': 8 } },
  long: { rows: 1, tokens: 1024, steps: 1, patch: { 'bnb.bnb_4bit_quant_type': 'none', 'lora.r': 8 } },
} as const satisfies Record<string, Omit<StepCase, 'name' | 'files' | 'backend'>>;

export type CaseName = keyof typeof cases;
export const isCase = (name: string): name is CaseName => Object.hasOwn(cases, name);

export interface Turn {
  readonly stepMs: number;
  readonly losses: readonly number[];
  /** Milliseconds a step by kernel, most first; empty unless it was profiled. */
  readonly kernels: readonly { readonly name: string; readonly ms: number }[];
}

export interface Given {
  readonly gpu: GPU | null;
  /** A file below public/. */
  readonly read: (path: string) => Promise<Uint8Array<ArrayBuffer>>;
  /** SmolLM2's GGUF. */
  readonly gguf: () => Promise<Blob>;
}

async function filesOf(name: CaseName, { read, gguf }: Given): Promise<ModelFiles> {
  if (name === 'embedded') return new Assets(read).model();
  return ggufModel(blobSource('SmolLM2-135M.gguf', await gguf()));
}

/** Milliseconds of a step, the median of some, after one that is not counted. */
export async function takeTurn(name: CaseName, profile: boolean, given: Given): Promise<Turn> {
  const files = await filesOf(name, given);
  const one: StepCase = { name, files, backend: 'webgpu', ...cases[name], profile, generates: false };
  const { stepMs, losses, kernels }: Partial<StepResult> & Pick<StepResult, 'stepMs' | 'kernels'> =
    await measureSteps(given.gpu, one);
  return {
    stepMs,
    losses: losses ?? [],
    kernels: kernels.map(({ name: kernel, ms }) => ({ name: kernel, ms })),
  };
}
