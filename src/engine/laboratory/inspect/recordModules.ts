// The forward pass of single modules for the recorder: linear, embedding and norm, bare, inside a wrapper or beside a
// trainable copy. grad_fn names as torch 2.8 prints them (looked up with forward hooks on the real model).

import { invariant } from '../../ground/errors.ts';
import { own as ownOf } from '../../ground/own.ts';
import type { Value } from '../../torch/autograd/value.ts';
import type { Adapter, LowRank, Module, OutputScale, Parameter } from '../../torch/nn/module.ts';
import type { OwnKind, OwnSource } from '../../torch/nn/ownModule.ts';
import { runningPart, SAVED_WRAPPER } from '../../torch/nn/savedWrapper.ts';
import { adapterInUse } from '../../torch/ops/linearGroup.ts';
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

/** Parameters of a module that holds no single weight: experts in one tensor, packed weights that are buffers. */
function whole(recorder: AutogradRecorder, { module, path }: Place, x: Value, width: number): Value {
  const own = [...module.namedParameters()].map(([name, one]) => recorder.parameter(one, `${path}.${name}`));
  const shape = [x.shape[0] ?? 0, width];
  return recorder.apply({
    name: path,
    shape,
    gradFn: ownOf(gradFns, module.className) ?? 'MulBackward0',
    inputs: [x, ...own],
  });
}

/** What adds a bias to an output, where a module has one. */
function biased(recorder: AutogradRecorder, { module, path }: Place, output: Value): Value {
  const bias = module.parameters.get('bias');
  if (!bias) return output;
  const inputs = [output, recorder.parameter(bias, `${path}.bias`)];
  return recorder.apply({ name: path, shape: output.shape, gradFn: 'AddmmBackward0', inputs });
}

/** grad_fn of the products that aren't torch's own. */
const gradFns: Readonly<Record<string, string>> = {
  Linear4bit: 'MatMul4BitBackward',
  Linear8bitLt: 'MatMul8bitLtBackward',
  HQQLinear: 'HQQMatmulNoCacheMulBackward',
};

function bare(recorder: AutogradRecorder, place: Place, x: Value): Value {
  const { module, path } = place;
  const { kind } = module;
  if (!module.parameters.has('weight'))
    return whole(recorder, place, x, kind.type === 'linear' ? kind.outFeatures : (x.shape[1] ?? 1));
  const weight = weightOf(recorder, place);
  const rows = x.shape[0] ?? 0;
  if (kind.type === 'linear') {
    const gradFn = ownOf(gradFns, module.className) ?? 'UnsafeViewBackward0';
    return biased(recorder, place, recorder.product(path, x, weight, kind.outFeatures, gradFn));
  }
  if (kind.type === 'embedding')
    return recorder.apply({
      name: path,
      shape: [rows, kind.width],
      gradFn: 'EmbeddingBackward0',
      inputs: [weight],
    });
  const output = recorder.apply({ name: path, shape: x.shape, gradFn: 'MulBackward0', inputs: [x, weight] });
  return biased(recorder, place, output);
}

/** A trained tensor of an adapter, under the name that the layout knows it by. */
function trained(recorder: AutogradRecorder, parameter: Parameter, otherwise: string): Value {
  const place = recorder.recording.layout.byParameter.get(parameter);
  return recorder.parameter(parameter, place?.name ?? otherwise);
}

/** A product, element by element, whose gradients are zero where what they are multiplied with is. */
function times(recorder: AutogradRecorder, name: string, inputs: readonly Value[], width: number): Value {
  return recorder.apply({
    name,
    shape: [inputs[0]?.shape[0] ?? 0, width],
    gradFn: 'MulBackward0',
    inputs,
    zero: inputs.some(({ zero }) => zero),
    zeroGradient: (i) => inputs.some(({ zero }, j) => zero && j !== i),
  });
}

/** B·A·x of two factors, before its scale: of a linear, by vectors on factors that no one trains, or of an embedding. */
function factored(recorder: AutogradRecorder, wrapper: Place, lowRank: LowRank, x: Value): Value {
  const { a, b, rank, made, modules } = lowRank;
  const { path } = wrapper;
  if (modules) {
    const part = (at: string): Place => ({
      module: childAt(wrapper.module, at),
      path: `${path}.${at}`,
    });
    const [down, up] = [part(modules.a), part(modules.b)];
    return note(recorder, up, bare(recorder, up, note(recorder, down, bare(recorder, down, x))));
  }
  const [first, second] = [trained(recorder, a, `${path}.a`), trained(recorder, b, `${path}.b`)];
  if (made) return times(recorder, path, [times(recorder, path, [x, first], rank), second], made.outFeatures);
  const rows = recorder.apply({
    name: `${path}.a`,
    shape: [x.shape[0] ?? 0, rank],
    gradFn: 'EmbeddingBackward0',
    inputs: [first],
    zero: first.zero,
  });
  return recorder.product(`${path}.b`, rows, second, b.shape[0] ?? 0, 'MmBackward0');
}

const childAt = (module: Module, path: string): Module => {
  const found = module.at(path);
  invariant(found, `module ${module.className} has nothing at '${path}'`);
  return found;
};

/** What two factors add, scaled. */
function update(recorder: AutogradRecorder, wrapper: Place, lowRank: LowRank, x: Value): Value {
  const value = factored(recorder, wrapper, lowRank, x);
  // Factors that are made carry their scale in the vectors.
  if (lowRank.made) return value;
  return recorder.apply({
    name: wrapper.path,
    shape: value.shape,
    gradFn: 'MulBackward0',
    inputs: [value],
    zero: value.zero || lowRank.scale === 0,
    zeroGradient: () => lowRank.scale === 0,
  });
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

/** l · y, or (c - 1) · y + c · added with c = m / n and the norms held constant, which is what is added then. */
function scaled(
  recorder: AutogradRecorder,
  { path }: Place,
  { vector, module }: OutputScale,
  values: readonly Value[],
): Value {
  const name = module === null ? path : `${path}.${module}`;
  const inputs = [...values, trained(recorder, vector, name)];
  const gradFn = module === null ? 'MulBackward0' : 'AddBackward0';
  const output = recorder.apply({ name, shape: values[0]?.shape ?? [], gradFn, inputs });
  if (module !== null) recorder.tape.noteModule(name, output);
  return output;
}

/** y + x·(all factors multiplied in some shape)ᵀ. */
function withProduct(
  recorder: AutogradRecorder,
  place: Place,
  factors: readonly Parameter[],
  output: Value,
  x: Value,
): Value {
  const values = factors.map((one) => trained(recorder, one, place.path));
  const added = times(recorder, place.path, [x, ...values], output.shape[1] ?? 1);
  return recorder.sum(place.path, output, added, sumGradFn(place.module.child('base_layer')));
}

/** The module with what one adapter adds. */
function withAdapter(recorder: AutogradRecorder, place: Place, adapter: Adapter, x: Value): Value {
  const { lowRank, inputScale, outputScale } = adapter;
  const base = under(place, 'base_layer');
  const input = inputScale
    ? recorder.apply({
        name: place.path,
        shape: x.shape,
        gradFn: 'MulBackward0',
        inputs: [x, trained(recorder, inputScale, place.path)],
      })
    : x;
  const output = note(recorder, base, bare(recorder, base, input));
  const factors = adapter.product ?? [];
  if (factors.length > 0) return withProduct(recorder, place, factors, output, x);
  if (!lowRank) return outputScale ? scaled(recorder, place, outputScale, [output]) : output;
  const added = update(recorder, place, lowRank, x);
  const turned = outputScale ? scaled(recorder, place, outputScale, [output, added]) : added;
  return recorder.sum(place.path, output, turned, sumGradFn(base.module));
}

function adapted(recorder: AutogradRecorder, place: Place, x: Value): Value {
  const adapter = adapterInUse(place.module);
  if (!adapter) {
    const base = under(place, 'base_layer');
    return note(recorder, base, bare(recorder, base, x));
  }
  if (adapter.instead === null) return withAdapter(recorder, place, adapter, x);
  const copy = { module: childAt(place.module, adapter.instead), path: `${place.path}.${adapter.instead}` };
  return note(recorder, copy, bare(recorder, copy, x));
}

/** Values that a module of the script's own takes or gives, and which of them get no gradient. */
interface Taken {
  readonly values: readonly Value[];
  readonly dead: readonly boolean[];
}

function taken(
  recorder: AutogradRecorder,
  { module, path }: Place,
  sources: readonly OwnSource[],
  x: Value,
  outputs: readonly Value[],
): Taken {
  const found = sources.flatMap(({ from, name, dead }): { value: Value; dead: boolean }[] => {
    if (from === 'x') return [{ value: x, dead }];
    const output = from === 'step' ? outputs[Number(name)] : undefined;
    if (output) return [{ value: output, dead }];
    const dot = name.lastIndexOf('.');
    const owner = from === 'parameter' ? module.at(dot < 0 ? '' : name.slice(0, dot)) : null;
    const own = owner?.parameters.get(name.slice(dot + 1));
    return own ? [{ value: recorder.parameter(own, `${path}.${name}`), dead }] : [];
  });
  return { values: found.map(({ value }) => value), dead: found.map(({ dead }) => dead) };
}

/** What a module of the script's own gives, from what its modules gave. */
export function ownOutput(
  recorder: AutogradRecorder,
  relative: string,
  x: Value,
  outputs: readonly Value[],
): Value {
  const place = { module: recorder.recording.module(relative), path: recorder.recording.path(relative) };
  const { kind } = place.module;
  invariant(kind.type === 'own', `'${place.path}' is no module of the script's own`);
  const { values, dead } = taken(recorder, place, kind.final, x, outputs);
  const output = recorder.apply({
    name: place.path,
    shape: (outputs.at(-1) ?? x).shape,
    gradFn: 'AddBackward0',
    inputs: values,
    zero: kind.zero,
    zeroGradient: (i) => dead[i] ?? false,
  });
  return note(recorder, place, output);
}

/** A module of the script's own in the place of one that a flow runs whole. */
function own(recorder: AutogradRecorder, relative: string, kind: OwnKind, x: Value): Value {
  const place = { module: recorder.recording.module(relative), path: recorder.recording.path(relative) };
  const outputs: Value[] = [];
  for (const step of kind.steps) {
    const { values, dead } = taken(recorder, place, step.sources, x, outputs);
    const [first] = values;
    const input =
      values.length === 1 && first
        ? first
        : recorder.apply({
            name: `${place.path}.${step.path}`,
            shape: x.shape,
            gradFn: 'AddBackward0',
            inputs: values,
            zeroGradient: (i) => dead[i] ?? false,
          });
    outputs.push(runModule(recorder, `${relative}.${step.path}`, input));
  }
  return ownOutput(recorder, relative, x, outputs);
}

/** Runs the module at a path of the causal LM on x [N, in] (for an embedding: the ids [N]) and notes its output. */
export function runModule(recorder: AutogradRecorder, relative: string, x: Value): Value {
  const { recording } = recorder;
  const place = { module: recording.module(relative), path: recording.path(relative) };
  if (place.module.kind.type === 'own') return own(recorder, relative, place.module.kind, x);
  const run = (one: Place): Value =>
    note(
      recorder,
      one,
      one.module.kind.type === 'adapted' ? adapted(recorder, one, x) : bare(recorder, one, x),
    );
  if (place.module.className !== SAVED_WRAPPER) return run(place);
  return note(recorder, place, run(runningPart(place.module).reduce(under, place)));
}
