// What follows from the adapter and is brought up to it before a step: the column scales of every group that has some, and what methods
// derive. Once at the start each number over a row's norm gets that norm for its first value. Source: PEFT 0.21 tuners/lora/dora.py update_layer.
import { idleStep } from '../../shaders/lib/step.ts';
import { methods } from '../adapters/methods.ts';
import type { LlamaConfig } from '../models/llamaConfig.ts';
import { layerGroups } from '../models/weightSource.ts';
import { makePlan } from '../torch/autograd/plan.ts';
import { Tape } from '../torch/autograd/tape.ts';
import type { GroupAttributes } from '../torch/ops/linearGroup.ts';
import { groupOf, inputGroup } from '../torch/ops/linearGroup.ts';
import { recordScaleTables, rowNormsOf } from '../torch/ops/scaleColumns.ts';
import type { WiredModel } from '../torch/recording.ts';
import { Recording } from '../torch/recording.ts';
import type { AdapterLayout } from '../torch/trainedLayout.ts';
import type { Backend, Executable } from './backends/backend.ts';

export class BeforeStep {
  readonly #backend: Backend;
  readonly #groups: readonly GroupAttributes[];
  readonly #tape = new Tape();
  readonly #empty: boolean;
  #executable: Executable | null = null;

  /** Makes the buffers, where there is anything to bring up. */
  constructor(backend: Backend, config: LlamaConfig, model: WiredModel, layout: AdapterLayout) {
    this.#backend = backend;
    const recording = new Recording(this.#tape, model, layout);
    this.#groups = Array.from({ length: config.layers }, (_, layer) => `model.layers.${layer}`).flatMap(
      (layer) =>
        layerGroups
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
    for (const { table, out } of this.#groups) if (table !== null) backend.allocate(table, 2 * out);
    recordScaleTables(this.#tape, this.#groups);
    for (const { derived } of methods) {
      for (const [name, values] of derived?.buffers(layout) ?? []) backend.upload(name, values);
      derived?.recordValues(this.#tape, layout);
    }
    this.#empty = this.#tape.nodes.length === 0;
  }

  /** Brings everything up to the adapter. */
  async refresh(): Promise<void> {
    if (this.#empty) return;
    this.#executable ??= await this.#backend.prepare(makePlan(this.#tape, this.#backend.profile));
    await this.#backend.run(this.#executable, idleStep);
  }

  /** Gives every number over a row's norm that norm. */
  async initialise(): Promise<void> {
    await this.refresh();
    for (const group of this.#groups) {
      if (group.table === null || !group.overRowNorms) continue;
      const norms = await this.#backend.read(group.table, group.out, group.out, 'save');
      for (const { offset, start, end } of rowNormsOf(group))
        this.#backend.write('adapter', norms.slice(start, end), offset);
    }
  }
}
