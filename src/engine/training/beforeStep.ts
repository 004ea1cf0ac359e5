// What follows from the adapter and is brought up to it before a step: the column scales of every group that has some, and what methods
// derive. Once at the start each number over a row's norm gets that norm for its first value. Source: PEFT 0.21 tuners/lora/dora.py update_layer.
import { idleStep } from '../../shaders/lib/step.ts';
import { methods } from '../adapters/methods.ts';
import type { ModelConfig } from '../models/modelConfig.ts';
import { groupsOfLayers } from '../models/weightPlaces.ts';
import { makePlan } from '../torch/autograd/plan.ts';
import { Tape } from '../torch/autograd/tape.ts';
import type { GroupAttributes } from '../torch/ops/linearGroup.ts';
import { groupOf, inputGroup } from '../torch/ops/linearGroup.ts';
import { recordScaleTables, rowNormsOf } from '../torch/ops/scaleColumns.ts';
import type { WiredModel } from '../torch/recording.ts';
import { Recording } from '../torch/recording.ts';
import type { AdapterLayout } from '../torch/trainedLayout.ts';
import type { Backend, Executable } from './backends/backend.ts';
import type { NamedBuffers } from './namedBuffers.ts';
import { makeBuffers } from './namedBuffers.ts';

interface Recorded {
  /** Brings everything up to the adapter; null where nothing follows from it. */
  readonly tape: Tape | null;
  readonly groups: readonly GroupAttributes[];
  readonly buffers: NamedBuffers;
}

/** What an adapter asks for beside its tensors. */
export function beforeStep(config: ModelConfig, model: WiredModel, layout: AdapterLayout): Recorded {
  const tape = new Tape();
  const recording = new Recording(tape, model, layout);
  const { layers, groups: ofLayer } = groupsOfLayers(config);
  const groups = Array.from({ length: config.layers }, (_, layer) => `${layers}.${layer}`).flatMap((layer) =>
    ofLayer
      .flatMap(([name, members]) => {
        const paths = members.map((member) => `${layer}.${member}`);
        const path = `${layer}.${name}`;
        const { group, members: found } = groupOf(recording, { members: paths, path });
        const scale = found[0]?.inputScale ?? null;
        const inputs = scale ? [inputGroup(group, scale, path)] : [];
        return [group, ...inputs];
      })
      .filter(({ table }) => table !== null),
  );
  recordScaleTables(tape, groups);
  const buffers = new Map(
    groups.flatMap(({ table, out }) => (table === null ? [] : [[table, 2 * out] as const])),
  );
  for (const { derived } of methods) {
    derived?.recordValues(tape, layout);
    for (const [name, floats] of derived?.buffers(layout) ?? []) buffers.set(name, floats);
  }
  return { tape: tape.nodes.length === 0 ? null : tape, groups, buffers };
}

export class BeforeStep {
  readonly #backend: Backend;
  readonly #recorded: Recorded;
  #executable: Executable | null = null;

  /** Makes the buffers, where there is anything to bring up. */
  constructor(backend: Backend, config: ModelConfig, model: WiredModel, layout: AdapterLayout) {
    this.#backend = backend;
    this.#recorded = beforeStep(config, model, layout);
    makeBuffers(backend, this.#recorded.buffers);
    for (const { derived } of methods)
      for (const [name, values] of derived?.contents(layout) ?? []) backend.write(name, values);
  }

  /** Brings everything up to the adapter. */
  async refresh(): Promise<void> {
    const { tape } = this.#recorded;
    if (!tape) return;
    this.#executable ??= await this.#backend.prepare(makePlan(tape, this.#backend.profile));
    await this.#backend.run(this.#executable, idleStep);
  }

  /** Gives every number over a row's norm that norm. */
  async initialise(): Promise<void> {
    await this.refresh();
    for (const group of this.#recorded.groups) {
      if (group.table === null || !group.overRowNorms) continue;
      const norms = await this.#backend.read(group.table, group.out, group.out, 'save');
      for (const { offset, start, end } of rowNormsOf(group))
        this.#backend.write('adapter', norms.slice(start, end), offset);
    }
  }
}
