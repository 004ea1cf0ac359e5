// What is made of the adapter whenever it has changed, over a run: DoRA's and IA3's tables, one a group of every layer, and VeRA's factors.
// Once at the start each magnitude of DoRA gets its first value, the norm of its row. Source: PEFT 0.21 tuners/lora/dora.py update_layer.
import { idleStep } from '../../shaders/lib/step.ts';
import { veraProjections } from '../adapters/vera/vera.ts';
import type { LlamaConfig } from '../models/llamaConfig.ts';
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

export class AdapterTables {
  readonly #backend: Backend;
  readonly #groups: readonly GroupAttributes[];
  readonly #tape = new Tape();
  readonly #empty: boolean;
  #executable: Executable | null = null;

  /** Makes the buffers; none for plain LoRA. */
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
            const [first] = found;
            const inputs = first?.ia3?.feedforward ? [inputGroup(group, first.ia3, path)] : [];
            return [group, ...inputs];
          })
          .filter(({ dora }) => dora !== null),
    );
    for (const { dora, out } of this.#groups) if (dora !== null) backend.allocate(dora, 2 * out);
    recordDoraNorms(this.#tape, this.#groups);
    const [vera] = layout.vera.values();
    if (vera) backend.upload('projections', veraProjections(vera.share));
    recordVeraFactors(this.#tape, layout);
    this.#empty = this.#groups.length === 0 && !vera;
  }

  /** Brings the tables up to the adapter. */
  async refresh(): Promise<void> {
    if (this.#empty) return;
    this.#executable ??= await this.#backend.prepare(makePlan(this.#tape, this.#backend.profile));
    await this.#backend.run(this.#executable, idleStep);
  }

  /** Gives every magnitude the norm of its row. */
  async initialise(): Promise<void> {
    await this.refresh();
    for (const group of this.#groups) {
      if (group.dora === null || group.ia3) continue;
      const norms = await this.#backend.read(group.dora, group.out, group.out, 'save');
      for (const { offset, start, end } of magnitudesOf(group))
        this.#backend.write('adapter', norms.slice(start, end), offset);
    }
  }
}
