// The forward pass of a known model on the tape, module by module, in the order and with the inputs that its flow says. Between two
// modules stands at most one operation that joins what the second takes. Which edges a module leaves is recordModules.ts.

import { invariant } from '../../ground/errors.ts';
import type { HiddenStates } from '../../models/decoder.ts';
import type { Flow, FlowSource, FlowStep, KnownForward } from '../../models/known/forward.ts';
import { checkpointNonReentrant, checkpointReentrant } from '../../torch/autograd/segment.ts';
import type { Value } from '../../torch/autograd/value.ts';
import type { Module } from '../../torch/nn/module.ts';
import type { BatchShape } from '../../torch/recording.ts';
import type { AutogradRecorder } from './autogradRecorder.ts';
import { ownOutput, runModule } from './recordModules.ts';
import { promptEnters, withPrompt } from './recordPrompt.ts';

/** Outputs of a step: one, or one for each child of a list. */
type Outputs = Value | ReadonlyMap<string, Value>;

/** Where a flow runs. */
interface Frame {
  /** Path of the layer with its dot, '' for the whole. */
  readonly at: string;
  readonly hidden: Value | null;
  readonly side: readonly Value[];
  readonly outputs: Outputs[];
}

export interface KnownStates extends HiddenStates {
  readonly logits: Value;
  /** What the loss is made of. */
  readonly ends: readonly Value[];
}

class KnownRecorder {
  readonly #recorder: AutogradRecorder;
  readonly #forward: KnownForward;
  readonly #batch: BatchShape;
  #ids: Value | null = null;
  readonly noted = new Map<string, Value>();
  readonly layers: Value[] = [];
  /** Whether a module of the script's own stands in the tree. */
  readonly #hasOwn: boolean;

  constructor(recorder: AutogradRecorder, forward: KnownForward, batch: BatchShape) {
    this.#hasOwn = [...recorder.recording.model.root.modules()].some(({ kind }) => kind.type === 'own');
    this.#recorder = recorder;
    this.#forward = forward;
    this.#batch = batch;
  }

  run(flow: Flow, frame: Frame): readonly Value[] {
    const last = this.#lastInside(flow, frame);
    flow.steps.forEach((step, index) => {
      const output = step.stack
        ? this.#stack(step, frame)
        : step.each
          ? this.#each(step, step.each, frame)
          : this.#module(step.path, frame, this.#inputs(step.sources, frame));
      const owns = 'edge' in output ? (last.get(index) ?? []) : [];
      frame.outputs.push(
        owns.reduce<Outputs>(
          (inside, own) => ('edge' in inside ? this.#around(own, inside, frame) : inside),
          output,
        ),
      );
    });
    return this.#inputs(flow.ends, frame);
  }

  /** Modules of the script's own in the place of one that the flow looks into: by the last step inside, their paths, innermost first. */
  #lastInside({ steps }: Flow, { at }: Frame): ReadonlyMap<number, readonly string[]> {
    const last = new Map<string, number>();
    if (!this.#hasOwn) return new Map();
    // What stands around the whole frame is whoever's who runs it: it ends there, not with each layer.
    const outside = new Set(at === '' ? [] : ownsAbove(this.#recorder, at.slice(0, -1)).owns);
    steps.forEach(({ path }, index) => {
      for (const own of ownsAbove(this.#recorder, `${at}${path}`).owns)
        if (!outside.has(own)) last.set(own, index);
    });
    const inside = [...last].sort(([one], [other]) => other.split('.').length - one.split('.').length);
    return new Map(
      [...last.values()].map((index) => [
        index,
        inside.flatMap(([path, at]) => (at === index ? [path] : [])),
      ]),
    );
  }

  /** A path as it is where modules of the script's own stand around what was there. */
  #inside(path: string): string {
    return this.#hasOwn ? ownsAbove(this.#recorder, path).path : path;
  }

  /** What a module of the script's own makes of what the module inside it gave. */
  #around(path: string, inside: Value, { hidden }: Frame): Value {
    const kind = this.#recorder.recording.module(path).kind;
    const steps = kind.type === 'own' ? kind.steps.length : 0;
    const output = ownOutput(this.#recorder, path, hidden ?? inside, Array(Math.max(1, steps)).fill(inside));
    this.noted.set(path, output);
    return output;
  }

  /** Where the layers stand that make the output: of an encoder and a decoder, the decoder's. */
  get #lastStack(): string | null {
    return this.#forward.flow.steps.findLast(({ stack }) => stack)?.path ?? null;
  }

  get #tokens(): number {
    return this.#batch.rows * this.#batch.tokens;
  }

  #batchIds(): Value {
    this.#ids ??= this.#recorder.tape.leaf(
      'input_ids',
      [this.#tokens],
      { kind: 'persistent', buffer: 'ids', offset: 0 },
      { dtype: 'int64' },
    );
    return this.#ids;
  }

  #inputs(sources: readonly FlowSource[], frame: Frame, child: string | null = null): readonly Value[] {
    return sources.flatMap((source): readonly Value[] => {
      if (source.from === 'hidden') return frame.hidden ? [frame.hidden] : [];
      if (source.from === 'side') return frame.side;
      if (source.from === 'parameter') return [this.#parameter(source.path, frame)];
      const output = frame.outputs[source.step];
      invariant(output, 'known models: a step takes a later one');
      if ('edge' in output) return [output];
      const own = child === null ? undefined : output.get(child);
      return own ? [own] : [...output.values()];
    });
  }

  /** A parameter that a container holds beside its modules. */
  #parameter(path: string, frame: Frame): Value {
    const { recording } = this.#recorder;
    const whole = this.#inside(`${frame.at}${path}`);
    const dot = whole.lastIndexOf('.');
    const owner = dot < 0 ? recording.model.root : recording.module(whole.slice(0, dot));
    const found = owner.parameters.get(whole.slice(dot + 1));
    invariant(found, `known models: no parameter '${whole}'`);
    return this.#recorder.parameter(found, recording.path(whole));
  }

  /** One value of [N, width] of all that a module takes. */
  #joined(name: string, values: readonly Value[], width: number): Value | null {
    const [first, ...others] = values;
    if (!first) return null;
    if (others.length === 0 && first.shape[1] === width) return first;
    return this.#recorder.apply({
      name: `${name}.input`,
      shape: [this.#tokens, width],
      gradFn: others.length === 0 ? 'ViewBackward0' : 'AddBackward0',
      inputs: values,
      zero: values.every(({ zero }) => zero),
    });
  }

  #module(path: string, frame: Frame, inputs: readonly Value[]): Value {
    const { recording, tape } = this.#recorder;
    const named = `${frame.at}${path}`;
    const whole = this.#inside(named);
    const module = recording.module(whole);
    const width = widthOf(module);
    const x = width === null ? this.#batchIds() : (this.#joined(whole, inputs, width) ?? this.#batchIds());
    const output = runModule(this.#recorder, whole, x);
    if (this.#forward.hooked.has(named) && recording.model.inputGradHooks > 0 && tape.gradEnabled) {
      output.requiresGrad = true;
      tape.noteModule(recording.path(whole), output);
    }
    this.noted.set(named, output);
    return this.#prompted(named, output);
  }

  /** The embedded tokens of a model that a prompt stands before. */
  #prompted(named: string, output: Value): Value {
    const here = named === this.#forward.paths.embedding && promptEnters(this.#recorder) === 'embeddings';
    return here ? withPrompt(this.#recorder, output) : output;
  }

  #each(
    { path, sources }: FlowStep,
    { list, rest }: { readonly list: string; readonly rest: string },
    frame: Frame,
  ): ReadonlyMap<string, Value> {
    const children = this.#recorder.recording.childrenOf(this.#inside(`${frame.at}${list}`));
    invariant(children.size > 0, `known models: '${path}' has no children`);
    return new Map(
      [...children.keys()].map((child) => [
        child,
        this.#module(`${list}.${child}.${rest}`, frame, this.#inputs(sources, frame, child)),
      ]),
    );
  }

  #stack({ path, sources, side: sideSources }: FlowStep, frame: Frame): Value {
    const { tape, recording } = this.#recorder;
    const { model } = recording;
    const entering = this.#inputs(sources, frame);
    const [first] = entering;
    invariant(first, `known models: nothing enters '${path}'`);
    let hidden = this.#joined(path, entering, first.shape[1] ?? 1) ?? first;
    if (promptEnters(this.#recorder) === 'layers' && path === this.#lastStack)
      hidden = withPrompt(this.#recorder, hidden);
    const side = this.#inputs(sideSources, frame);
    const shown = path === this.#forward.paths.layers;
    let index = 0;
    for (const [name, layer] of recording.childrenOf(this.#inside(path))) {
      const at = `${path}.${name}`;
      const flow = this.#forward.layerFlow(path, index);
      const body = (input: Value, others: readonly Value[]): Value => {
        const inside: Frame = { at: `${at}.`, hidden: input, side: others, outputs: [] };
        return this.#joined(at, this.run(flow, inside), input.shape[1] ?? 1) ?? input;
      };
      const active = layer.training && this.#forward.checkpoints.has(path);
      const mode = active ? model.checkpointing : null;
      if (mode === null) hidden = body(hidden, side);
      else
        hidden = mode.useReentrant
          ? checkpointReentrant(tape, hidden, body, side)
          : checkpointNonReentrant(tape, hidden, (input) => body(input, side));
      tape.noteModule(recording.path(this.#inside(at)), hidden);
      if (shown) this.layers.push(hidden);
      index++;
    }
    return hidden;
  }
}

/** A path that an original had as it is inside the script's own modules around it, and the paths of those, outermost first. */
function ownsAbove(
  { recording }: AutogradRecorder,
  path: string,
): { readonly path: string; readonly owns: readonly string[] } {
  const owns: string[] = [];
  let whole = path;
  // An original may be the script's own too: what is looked for stands below all of them.
  for (let depth = 1; depth < whole.split('.').length; depth++) {
    const above = whole.split('.').slice(0, depth).join('.');
    const kind = recording.model.root.at(recording.path(above))?.kind;
    if (kind === undefined) break;
    if (kind.type !== 'own') continue;
    invariant(kind.original !== null, `known models: nothing runs at '${whole}'`);
    owns.push(above);
    whole = `${above}.${kind.original}${whole.slice(above.length)}`;
    depth += kind.original.split('.').length - 1;
  }
  return { path: whole, owns };
}

/** Columns that a module takes, null for one that takes ids. */
function widthOf(module: Module): number | null {
  const inner = [...module.modules()].find(({ kind }) => !/^(adapted|saved|own)$/.test(kind.type));
  switch (inner?.kind.type) {
    case 'linear':
      return inner.kind.inFeatures;
    case 'norm':
      return inner.kind.width;
    case 'embedding':
      return null;
    default:
      return 1;
  }
}

/** Records a known model from ids to what its loss is made of, under whatever grad mode, hooks and checkpointing the wiring left. */
export function recordKnown(
  recorder: AutogradRecorder,
  forward: KnownForward,
  batch: BatchShape,
): KnownStates {
  const run = new KnownRecorder(recorder, forward, batch);
  const ends = run.run(forward.flow, { at: '', hidden: null, side: [], outputs: [] });
  const last = forward.flow.steps.at(-1)?.path ?? '';
  const { paths } = forward;
  const logits = run.noted.get(last) ?? ends[0];
  const embedding = run.noted.get(paths.embedding);
  invariant(logits && embedding, 'known models: a model has an embedding and an output');
  const final = run.noted.get(paths.norm) ?? run.layers.at(-1) ?? embedding;
  return { embedding, layers: run.layers, final, logits, ends };
}
