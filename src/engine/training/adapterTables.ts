// What is made of the adapter whenever it has changed, over a run: DoRA's and IA3's tables, one a group of every layer, and VeRA's factors.
// Once at the start each magnitude of DoRA gets its first value, the norm of its row. Source: PEFT 0.21 tuners/lora/dora.py update_layer.
import { idleStep } from '../../shaders/lib/step.ts';
import { veraProjections } from '../adapters/vera/vera.ts';
import type { ModelSizes } from '../models/modelSizes.ts';
import { layerGroups } from '../models/weightSource.ts';
import { makePlan } from '../torch/autograd/plan.ts';
import { Tape } from '../torch/autograd/tape.ts';
import { magnitudesOf, recordDoraNorms } from '../torch/ops/dora.ts';
import type { GroupAttributes } from '../torch/ops/linearGroup.ts';
import { groupOf, inputGroup } from '../torch/ops/linearGroup.ts';
import { recordVeraFactors } from '../torch/ops/vera.ts';
import type { WiredModel } from '../torch/recording.ts';
import { Recording } from '../torch/recording.ts';
import type { AdapterLayout } from '../torch/trainedLayout.ts';
import type { Backend, Executable } from './backends/backend.ts';
import type { NamedBuffers } from './namedBuffers.ts';
import { makeBuffers } from './namedBuffers.ts';

interface Tables {
  /** Brings the tables up to the adapter; null for plain LoRA. */
  readonly tape: Tape | null;
  readonly groups: readonly GroupAttributes[];
  readonly buffers: NamedBuffers;
}

/** What an adapter asks for beside its tensors. */
export function adapterTables(config: ModelSizes, model: WiredModel, layout: AdapterLayout): Tables {
  const tape = new Tape();
  const recording = new Recording(tape, model, layout);
  const groups = Array.from({ length: config.layers }, (_, layer) => `model.layers.${layer}`).flatMap(
    (layer) =>
      layerGroups
        .flatMap(([name, members]) => {
          const paths = members.map((member) => `${layer}.${member}`);
          const path = `${layer}.${name}`;
          const { group, members: found } = groupOf(recording, { members: paths, path });
          const [first] = found;
          const inputs = first?.ia3?.feedforward ? [inputGroup(group, first.ia3, path)] : [];
          return [group, ...inputs];
        })
        .filter(({ dora }) => dora !== null),
  );
  recordDoraNorms(tape, groups);
  recordVeraFactors(tape, layout);
  const [vera] = layout.vera.values();
  const buffers = new Map(
    groups.flatMap(({ dora, out }) => (dora === null ? [] : [[dora, 2 * out] as const])),
  );
  if (vera) buffers.set('projections', vera.share.r * (vera.share.inFeatures + vera.share.outFeatures));
  return { tape: groups.length === 0 && !vera ? null : tape, groups, buffers };
}

export class AdapterTables {
  readonly #backend: Backend;
  readonly #tables: Tables;
  #executable: Executable | null = null;

  /** Makes the buffers; none for plain LoRA. */
  constructor(backend: Backend, config: ModelSizes, model: WiredModel, layout: AdapterLayout) {
    this.#backend = backend;
    this.#tables = adapterTables(config, model, layout);
    makeBuffers(backend, this.#tables.buffers);
    const [vera] = layout.vera.values();
    if (vera) backend.write('projections', veraProjections(vera.share));
  }

  /** Brings the tables up to the adapter. */
  async refresh(): Promise<void> {
    const { tape } = this.#tables;
    if (!tape) return;
    this.#executable ??= await this.#backend.prepare(makePlan(tape, this.#backend.profile));
    await this.#backend.run(this.#executable, idleStep);
  }

  /** Gives every magnitude the norm of its row. */
  async initialise(): Promise<void> {
    await this.refresh();
    for (const group of this.#tables.groups) {
      if (group.dora === null || group.ia3) continue;
      const norms = await this.#backend.read(group.dora, group.out, group.out, 'save');
      for (const { offset, start, end } of magnitudesOf(group))
        this.#backend.write('adapter', norms.slice(start, end), offset);
    }
  }
}
