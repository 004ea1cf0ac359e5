// The forward pass of single modules for the recorder: linear, embedding and norm, bare, inside a LoRA wrapper or beside a
// trainable copy. grad_fn names as torch 2.8 prints them (looked up with forward hooks on the real model).

import { invariant } from '../../ground/errors.ts';
import type { Value } from '../../torch/autograd/value.ts';
import type { Module } from '../../torch/nn/module.ts';
import { SAVED_WRAPPER } from '../../torch/nn/savedWrapper.ts';
import type { AutogradRecorder } from './autogradRecorder.ts';

interface Place {
  readonly module: Module;
  /** Full path from the root. */
  readonly path: string;
}

const under = ({ module, path }: Place, child: string): Place => ({
  module: module.child(child),
  path: `${path}.${child}`,
});

function weightOf(recorder: AutogradRecorder, { module, path }: Place): Value {
  const weight = module.parameters.get('weight');
  invariant(weight, `'${path}' has no weight`);
  return recorder.parameter(weight, `${path}.weight`);
}

function bare(recorder: AutogradRecorder, place: Place, x: Value): Value {
  const { module, path } = place;
  const { kind } = module;
  const weight = weightOf(recorder, place);
  const rows = x.shape[0] ?? 0;
  if (kind.type === 'linear') {
    const gradFn = module.className === 'Linear4bit' ? 'MatMul4BitBackward' : 'UnsafeViewBackward0';
    return recorder.product(path, x, weight, kind.outFeatures, gradFn);
  }
  if (kind.type === 'embedding')
    return recorder.apply({
      name: path,
      shape: [rows, kind.width],
      gradFn: 'EmbeddingBackward0',
      inputs: [weight],
    });
  return recorder.apply({ name: path, shape: x.shape, gradFn: 'MulBackward0', inputs: [x, weight] });
}

/** VeRA: b · (B (d · (A x))), with A and B that no one trains. */
function vectored(
  recorder: AutogradRecorder,
  { module, path }: Place,
  adapter: string,
  x: Value,
  base: Module['kind'],
): Value {
  const vector = (name: string): Value => {
    const found = module.child(name).parameters.get(adapter);
    invariant(found, `'${path}' has no ${name} of '${adapter}'`);
    return recorder.parameter(found, `${path}.${name}.${adapter}`);
  };
  const times = (inputs: readonly Value[], width: number): Value =>
    recorder.apply({
      name: `${path}.${adapter}`,
      shape: [x.shape[0] ?? 0, width],
      gradFn: 'MulBackward0',
      inputs,
      zero: inputs.some(({ zero }) => zero),
      zeroGradient: (i) => inputs.some(({ zero }, j) => zero && j !== i),
    });
  const d = vector('vera_lambda_d');
  const down = times([x, d], d.shape[0] ?? 0);
  return times([down, vector('vera_lambda_b')], base.type === 'linear' ? base.outFeatures : 0);
}

/** B·A·x of one adapter, scaled. */
function update(recorder: AutogradRecorder, wrapper: Place, adapter: string, x: Value): Value | null {
  const { kind } = wrapper.module;
  const options = kind.type === 'lora' ? kind.adapters.get(adapter) : undefined;
  if (!options) return null;
  const base = wrapper.module.child('base_layer');
  const scaled = (value: Value): Value =>
    recorder.apply({
      name: `${wrapper.path}.${adapter}`,
      shape: value.shape,
      gradFn: 'MulBackward0',
      inputs: [value],
      zero: value.zero || options.scaling === 0,
      zeroGradient: () => options.scaling === 0,
    });
  if (base.kind.type === 'embedding') {
    const a = wrapper.module.child('lora_embedding_A').parameters.get(adapter);
    const b = wrapper.module.child('lora_embedding_B').parameters.get(adapter);
    invariant(a && b, `'${wrapper.path}' has no tensors of '${adapter}'`);
    const table = recorder.parameter(a, `${wrapper.path}.lora_embedding_A.${adapter}`);
    const rows = recorder.apply({
      name: `${wrapper.path}.lora_embedding_A`,
      shape: [x.shape[0] ?? 0, options.r],
      gradFn: 'EmbeddingBackward0',
      inputs: [table],
      zero: table.zero,
    });
    const up = recorder.parameter(b, `${wrapper.path}.lora_embedding_B.${adapter}`);
    return scaled(
      recorder.product(`${wrapper.path}.lora_embedding_B`, rows, up, base.kind.width, 'MmBackward0'),
    );
  }
  if (options.vera) return vectored(recorder, wrapper, adapter, x, base.kind);
  const a = under(under(wrapper, 'lora_A'), adapter);
  const b = under(under(wrapper, 'lora_B'), adapter);
  const down = note(recorder, a, bare(recorder, a, x));
  return scaled(note(recorder, b, bare(recorder, b, down)));
}

/** DoRA's share: (c - 1) · base + c · update, c = m / n with the norms held constant. */
function magnified(
  recorder: AutogradRecorder,
  wrapper: Place,
  adapter: string,
  base: Value,
  added: Value,
): Value {
  const place = under(under(wrapper, 'lora_magnitude_vector'), adapter);
  const m = weightOf(recorder, place);
  const share = recorder.apply({
    name: place.path,
    shape: base.shape,
    gradFn: 'AddBackward0',
    inputs: [base, added, m],
  });
  return note(recorder, place, share);
}

function note(recorder: AutogradRecorder, place: Place, output: Value): Value {
  recorder.tape.noteModule(place.path, output);
  return output;
}

/** dtype conversions around an adapter in another precision end in ToCopyBackward0. */
function sumGradFn(base: Module): string {
  const dtype = base.parameters.get('weight')?.dtype;
  return dtype === 'bfloat16' || dtype === 'float16' ? 'ToCopyBackward0' : 'AddBackward0';
}

/** IA3: l · (W x), or W (l · x) of a feedforward module; null for LoRA or without an adapter in use. */
function ia3Output(recorder: AutogradRecorder, place: Place, x: Value): Value | null {
  const { kind } = place.module;
  if (kind.type !== 'lora' || kind.disabled) return null;
  const [adapter = ''] = kind.active;
  const ia3 = kind.adapters.get(adapter)?.ia3;
  const vector = ia3 && place.module.child('ia3_l').parameters.get(adapter);
  if (!vector) return null;
  const l = recorder.parameter(vector, `${place.path}.ia3_l.${adapter}`);
  const base = under(place, 'base_layer');
  const times = (value: Value): Value =>
    recorder.apply({ name: place.path, shape: value.shape, gradFn: 'MulBackward0', inputs: [value, l] });
  return ia3.feedforward
    ? note(recorder, base, bare(recorder, base, times(x)))
    : times(note(recorder, base, bare(recorder, base, x)));
}

function adapted(recorder: AutogradRecorder, place: Place, x: Value): Value {
  const { kind } = place.module;
  const base = under(place, 'base_layer');
  const scaled = ia3Output(recorder, place, x);
  if (scaled) return scaled;
  let output = note(recorder, base, bare(recorder, base, x));
  if (kind.type !== 'lora' || kind.disabled) return output;
  for (const adapter of kind.active) {
    const added = update(recorder, place, adapter, x);
    if (!added) continue;
    const turned = kind.adapters.get(adapter)?.dora
      ? magnified(recorder, place, adapter, output, added)
      : added;
    output = recorder.sum(place.path, output, turned, sumGradFn(base.module));
  }
  return output;
}

/** Runs the module at a path of the causal LM on x [N, in] (for an embedding: the ids [N]) and notes its output. */
export function runModule(recorder: AutogradRecorder, relative: string, x: Value): Value {
  const { recording } = recorder;
  const place = { module: recording.module(relative), path: recording.path(relative) };
  const run = (one: Place): Value =>
    note(recorder, one, one.module.kind.type === 'lora' ? adapted(recorder, one, x) : bare(recorder, one, x));
  if (place.module.className !== SAVED_WRAPPER) return run(place);
  const copies = under(place, 'modules_to_save');
  const [name] = [...copies.module.children.keys()];
  const copy = name === undefined ? under(place, 'original_module') : under(copies, name);
  return note(recorder, place, run(copy));
}
